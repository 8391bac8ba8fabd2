package registry_test

import (
	"context"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

func data(value string) func(*corev1.ConfigMap) {
	return func(cm *corev1.ConfigMap) { cm.Data = map[string]string{"k": value} }
}

func version(v string) func(*corev1.ConfigMap) {
	return func(cm *corev1.ConfigMap) { cm.ResourceVersion = v }
}

const conflict = `Operation cannot be fulfilled on configmaps "a": ` +
	`the object has been modified; please apply your changes to the latest version and try again`

func TestAPutIsWrittenOrRefusedByItsResourceVersion(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name     string
		strategy registry.Strategy
		version  string // CURRENT stands for the stored one
		reason   metav1.StatusReason
		message  string // "": it is written
	}{
		{name: "the current version is written", version: "CURRENT"},
		{name: "a version that is not current is a conflict", version: "999", reason: metav1.StatusReasonConflict, message: conflict},
		{name: "without a version it overwrites"},
		{name: "version zero is none", version: "0"},
		{
			name: "without a version it is refused where the resource wants one", strategy: careful{}, reason: metav1.StatusReasonInvalid,
			message: `configmaps "a" is invalid: metadata.resourceVersion: Invalid value: 0: must be specified for an update`,
		},
		{name: "a resource that wants a version takes the current one", strategy: careful{}, version: "CURRENT"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			if row.strategy != nil {
				s.Strategy = row.strategy
			}
			before := mustCreate(t, s, configMap("a", data("old")))
			if row.version == "CURRENT" {
				row.version = before.ResourceVersion
			}
			out, created, err := put(s, "a", configMap("a", data("new"), version(row.version)))
			if row.message != "" {
				wantStatus(t, err, row.reason, row.message)
				return
			}
			if err != nil || created {
				t.Fatalf("created %v, error %v", created, err)
			}
			got := out.(*corev1.ConfigMap)
			if got.Data["k"] != "new" || got.UID != before.UID || got.ResourceVersion == before.ResourceVersion {
				t.Errorf("got %v", got)
			}
		})
	}
}

type careful struct{ registry.Namespaced }

func (careful) AllowUnconditionalUpdate() bool { return false }

func TestAVersionThatIsNoNumberIsAnErrorWithoutAReason(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	mustCreate(t, s, configMap("a"))
	_, _, err := put(s, "a", configMap("a", version("abc")))
	if err == nil || err.Error() != `strconv.ParseUint: parsing "abc": invalid syntax` {
		t.Errorf("got %v", err)
	}
}

func TestAPutThatChangesNothingKeepsTheVersion(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	before := mustCreate(t, s, configMap("a", data("v")))
	if _, _, err := put(s, "a", configMap("a", data("v"))); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, s, "a").GetResourceVersion(); got != before.ResourceVersion {
		t.Errorf("version %s became %s", before.ResourceVersion, got)
	}
}

func TestAnUpdateOfWhatDoesNotExist(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	_, _, err := put(s, "a", configMap("a"))
	wantStatus(t, err, metav1.StatusReasonNotFound, `configmaps "a" not found`)

	for name, allow := range map[string]func(*registry.Store, *rest.Update){
		"creates where the strategy allows it": func(s *registry.Store, _ *rest.Update) { s.Strategy = putCreates{} },
		"creates where the request demands it": func(_ *registry.Store, u *rest.Update) { u.AllowCreate = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			update := &rest.Update{Mutate: mutateTo(configMap("a"))}
			allow(s, update)
			var began []bool
			s.BeginCreate = func(context.Context, runtime.Object, *rest.CreateOptions) (registry.FinishFunc, error) {
				return func(_ context.Context, success bool) { began = append(began, success) }, nil
			}
			out, created, err := s.Update(inNamespace(), "a", update)
			if err != nil || !created || !slices.Equal(began, []bool{true}) {
				t.Fatalf("created %v, error %v, outcomes %v", created, err, began)
			}
			if cm := out.(*corev1.ConfigMap); cm.UID == "" || cm.CreationTimestamp.IsZero() || cm.Namespace != "ns" {
				t.Errorf("got %v", cm.ObjectMeta)
			}
		})
	}
}

type putCreates struct{ registry.Namespaced }

func (putCreates) AllowCreateOnUpdate() bool { return true }

func TestAnUpdateCannotChangeWhoTheObjectIs(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name    string
		change  func(*corev1.ConfigMap)
		message string // "": the change is ignored
	}{
		{"another uid is refused", func(cm *corev1.ConfigMap) { cm.UID = "u2" },
			`ConfigMap "a" is invalid: metadata.uid: Invalid value: "u2": field is immutable`},
		{"another creationTimestamp is ignored", func(cm *corev1.ConfigMap) {
			cm.CreationTimestamp = metav1.NewTime(time.Unix(1, 0))
		}, ""},
		{"another generation is ignored", func(cm *corev1.ConfigMap) { cm.Generation = 7 }, ""},
		{"a deletionTimestamp is refused", func(cm *corev1.ConfigMap) {
			cm.DeletionTimestamp = &metav1.Time{Time: time.Date(2001, 1, 1, 0, 0, 0, 0, time.UTC)}
		}, `ConfigMap "a" is invalid: metadata.deletionTimestamp: Invalid value: "2001-01-01T00:00:00Z": field is immutable`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			before := mustCreate(t, s, configMap("a"))
			_, _, err := put(s, "a", configMap("a", row.change))
			if row.message != "" {
				status := wantStatus(t, err, metav1.StatusReasonInvalid, row.message)
				if len(status.Details.Causes) != 2 {
					t.Errorf("upstream names the cause twice, we %d times", len(status.Details.Causes))
				}
				return
			}
			got := stored(t, s, "a")
			created := got.GetCreationTimestamp()
			if err != nil || got.GetUID() != before.UID || got.GetGeneration() != 0 || !created.Equal(&before.CreationTimestamp) {
				t.Errorf("error %v, stored %v", err, got)
			}
		})
	}
}

func TestAnUpdateMeantForANamesakeIsAConflict(t *testing.T) {
	t.Parallel()
	for _, dryRun := range [][]string{nil, {metav1.DryRunAll}} {
		s, _ := configMaps()
		uid := mustCreate(t, s, configMap("a")).UID
		other := types.UID("u2")
		_, _, err := s.Update(inNamespace(), "a", &rest.Update{
			Options:       metav1.UpdateOptions{DryRun: dryRun},
			Mutate:        mutateTo(configMap("a")),
			Preconditions: &metav1.Preconditions{UID: &other},
		})
		wantStatus(t, err, metav1.StatusReasonConflict, `Operation cannot be fulfilled on configmaps "a": `+
			`StorageError: invalid object, Code: 4, Key: /configmaps/ns/a, ResourceVersion: 0, AdditionalErrorMsg: `+
			`Precondition failed: UID in precondition: u2, UID in object meta: `+string(uid))
	}
}

func TestWhatMutateDoesToTheOldObjectIsNoSecretToTheStrategy(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	s.Strategy = dataIsImmutable{t: t}
	mustCreate(t, s, configMap("a", data("old")))
	_, _, err := s.Update(inNamespace(), "a", &rest.Update{
		Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
			old.(*corev1.ConfigMap).Data["k"] = "new"
			return old, nil
		},
	})
	if err != nil {
		t.Fatal(err)
	}
}

type dataIsImmutable struct {
	registry.Namespaced
	t *testing.T
}

func (d dataIsImmutable) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	if old.(*corev1.ConfigMap).Data["k"] != "old" || obj.(*corev1.ConfigMap).Data["k"] != "new" {
		d.t.Error("the strategy cannot tell new from old")
	}
}

func TestAStrategyRaisesTheGenerationAndClientsDoNot(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	s.Strategy = counting{}
	mustCreate(t, s, configMap("a", func(cm *corev1.ConfigMap) { cm.Generation = 9 }))
	if got := stored(t, s, "a").GetGeneration(); got != 1 {
		t.Errorf("generation %d after create", got)
	}
	if _, _, err := put(s, "a", configMap("a", data("v"))); err != nil {
		t.Fatal(err)
	}
	if got := stored(t, s, "a").GetGeneration(); got != 2 {
		t.Errorf("generation %d after update", got)
	}
}

type counting struct{ registry.Namespaced }

func (counting) PrepareForCreate(_ context.Context, obj runtime.Object) {
	obj.(*corev1.ConfigMap).Generation = 1
}

func (counting) PrepareForUpdate(_ context.Context, obj, _ runtime.Object) {
	obj.(*corev1.ConfigMap).Generation++
}
