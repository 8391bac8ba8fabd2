package registry_test

import (
	"context"
	"errors"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
)

var noOptions storage.DeleteOptions

// options of a delete: changes to the empty ones.
func options(changes ...func(*metav1.DeleteOptions)) *rest.DeleteOptions {
	o := &rest.DeleteOptions{}
	for _, change := range changes {
		change(&o.DeleteOptions)
	}
	return o
}

func period(seconds int64) func(*metav1.DeleteOptions) {
	return func(o *metav1.DeleteOptions) { o.GracePeriodSeconds = &seconds }
}

func policy(p metav1.DeletionPropagation) func(*metav1.DeleteOptions) {
	return func(o *metav1.DeleteOptions) { o.PropagationPolicy = &p }
}

func dryRun(o *metav1.DeleteOptions) { o.DryRun = []string{metav1.DryRunAll} }

func TestADeleteAnswersWithWhatItDeleted(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	s.Resource = schema.GroupResource{Group: "apps", Resource: "deployments"}
	uid := mustCreate(t, s, configMap("a")).UID
	r.take()
	out, immediately, err := s.Delete(inNamespace(), "a", options())
	if err != nil || !immediately {
		t.Fatalf("immediately %v, error %v", immediately, err)
	}
	status := out.(*metav1.Status)
	want := metav1.StatusDetails{Name: "a", Group: "apps", Kind: "deployments", UID: uid}
	if status.Status != metav1.StatusSuccess || status.Details.UID != want.UID || status.Details.String() != want.String() {
		t.Errorf("got %v", status)
	}
	wantCalls(t, r.take(), "get /deployments/ns/a", "delete /deployments/ns/a")
	wantGone(t, s, "a")
}

func TestADeleteOfAResourceThatReturnsObjectsAnswersWithTheObject(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	s.ReturnDeletedObject = true
	mustCreate(t, s, configMap("a", data("v")))
	out, immediately, err := s.Delete(inNamespace(), "a", options())
	if cm, ok := out.(*corev1.ConfigMap); err != nil || !immediately || !ok || cm.Data["k"] != "v" {
		t.Errorf("got %v, immediately %v, error %v", out, immediately, err)
	}
}

func TestDeleteIsRefused(t *testing.T) {
	t.Parallel()
	other, stale := types.UID("u2"), "1000"
	rows := []struct {
		name, object string
		options      *rest.DeleteOptions
		reason       metav1.StatusReason
		message      string // UID and RV stand for the object's
	}{
		{"where nothing exists", "b", options(), metav1.StatusReasonNotFound, `configmaps "b" not found`},
		{"where nothing exists, before the options are looked at", "b", options(policy("Sideways")), metav1.StatusReasonNotFound,
			`configmaps "b" not found`},
		{"with a policy that does not exist", "a", options(policy("Sideways")), metav1.StatusReasonInvalid,
			`DeleteOptions.meta.k8s.io "" is invalid: propagationPolicy: Unsupported value: "Sideways": ` +
				`supported values: "Foreground", "Background", "Orphan", "nil"`},
		{"meant for a namesake", "a", options(func(o *metav1.DeleteOptions) { o.Preconditions = &metav1.Preconditions{UID: &other} }),
			metav1.StatusReasonConflict, `Operation cannot be fulfilled on ConfigMap "a": the UID in the precondition (u2) ` +
				`does not match the UID in record (UID). The object might have been deleted and then recreated`},
		{"of another version", "a", options(func(o *metav1.DeleteOptions) {
			o.Preconditions = &metav1.Preconditions{ResourceVersion: &stale}
		}), metav1.StatusReasonConflict, `Operation cannot be fulfilled on ConfigMap "a": the ResourceVersion in the ` +
			`precondition (1000) does not match the ResourceVersion in record (RV). The object might have been modified`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			cm := mustCreate(t, s, configMap("a"))
			_, _, err := s.Delete(inNamespace(), row.object, row.options)
			wantStatus(t, err, row.reason, strings.NewReplacer("UID)", string(cm.UID)+")", "RV)", cm.ResourceVersion+")").Replace(row.message))
			stored(t, s, "a")
		})
	}
}

func TestTheCallerMayRefuseADelete(t *testing.T) {
	t.Parallel()
	refused := errors.New("this one may not be deleted")
	for _, held := range [][]string{nil, {"example.com/hold"}} {
		s, _ := configMaps()
		mustCreate(t, s, configMap("a", finalizers(held...)))
		_, _, err := s.Delete(inNamespace(), "a", &rest.DeleteOptions{
			Validate: func(_ context.Context, _, _ runtime.Object) error { return refused },
		})
		if err != refused {
			t.Errorf("finalizers %v: got %v", held, err)
		}
		if stored(t, s, "a").GetDeletionTimestamp() != nil {
			t.Errorf("finalizers %v: the deletion has begun", held)
		}
	}
}

func TestFinalizersHoldAnObject(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := configMaps()
		s.Strategy = counting{}
		mustCreate(t, s, configMap("a", finalizers("example.com/hold")))
		time.Sleep(time.Minute)
		out, immediately, err := s.Delete(inNamespace(), "a", options())
		if err != nil || immediately {
			t.Fatalf("immediately %v, error %v", immediately, err)
		}
		got := out.(*corev1.ConfigMap)
		if !got.DeletionTimestamp.Time.Equal(time.Now()) || *got.DeletionGracePeriodSeconds != 0 || got.Generation != 2 {
			t.Errorf("got %v", got.ObjectMeta)
		}
		time.Sleep(time.Minute)
		again, immediately, err := s.Delete(inNamespace(), "a", options())
		if err != nil || immediately {
			t.Fatalf("again: immediately %v, error %v", immediately, err)
		}
		if m := again.(*corev1.ConfigMap); !m.DeletionTimestamp.Equal(got.DeletionTimestamp) || m.Generation != 2 ||
			m.ResourceVersion != got.ResourceVersion {
			t.Errorf("a second delete has changed something: %v", m.ObjectMeta)
		}
	})
}

func TestAPropagationPolicyBecomesAFinalizer(t *testing.T) {
	t.Parallel()
	const orphan, foreground, background = metav1.DeletePropagationOrphan, metav1.DeletePropagationForeground, metav1.DeletePropagationBackground
	yes, no := true, false
	rows := []struct {
		name      string
		has       []string
		byDefault metav1.DeletionPropagation
		options   *rest.DeleteOptions
		want      []string // nil: the object is gone
	}{
		{"no policy removes the object", nil, "", options(), nil},
		{"background removes the object", nil, "", options(policy(background)), nil},
		{"foreground holds it", nil, "", options(policy(foreground)), []string{"foregroundDeletion"}},
		{"orphan holds it", nil, "", options(policy(orphan)), []string{"orphan"}},
		{"the policy's finalizer comes behind the others", []string{"x/y"}, "", options(policy(orphan)), []string{"x/y", "orphan"}},
		{"background lifts an earlier orphan", []string{"orphan"}, "", options(policy(background)), nil},
		{"foreground replaces an earlier orphan", []string{"orphan", "x/y"}, "", options(policy(foreground)), []string{"x/y", "foregroundDeletion"}},
		{"an earlier orphan counts where the client says nothing", []string{"orphan"}, "", options(), []string{"orphan"}},
		{"an earlier foreground counts more than the default", []string{"foregroundDeletion"}, orphan, options(), []string{"foregroundDeletion"}},
		{"the resource's default counts last", nil, orphan, options(), []string{"orphan"}},
		{"the client's word counts more than the default", nil, orphan, options(policy(background)), nil},
		{"a resource without collection ignores every policy", nil, registry.GarbageCollectionUnsupported, options(policy(orphan)), nil},
		{"orphanDependents true is orphan", nil, "", options(func(o *metav1.DeleteOptions) { o.OrphanDependents = &yes }), []string{"orphan"}},
		{"orphanDependents false is background", nil, orphan, options(func(o *metav1.DeleteOptions) { o.OrphanDependents = &no }), nil},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			if row.byDefault != "" {
				s.Strategy = collected{byDefault: row.byDefault}
			}
			mustCreate(t, s, configMap("a", finalizers(row.has...)))
			if _, immediately, err := s.Delete(inNamespace(), "a", row.options); err != nil || immediately != (row.want == nil) {
				t.Fatalf("immediately %v, error %v", immediately, err)
			}
			if row.want == nil {
				wantGone(t, s, "a")
			} else if m := stored(t, s, "a"); !slices.Equal(m.GetFinalizers(), row.want) || m.GetDeletionTimestamp() == nil {
				t.Errorf("finalizers %v, want %v; deletionTimestamp %v", m.GetFinalizers(), row.want, m.GetDeletionTimestamp())
			}
		})
	}
}

type collected struct {
	registry.Namespaced
	byDefault metav1.DeletionPropagation
}

func (c collected) DefaultGarbageCollectionPolicy(context.Context) metav1.DeletionPropagation {
	return c.byDefault
}
