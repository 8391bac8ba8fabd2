package registry_test

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
)

func TestCreateGivesTheObjectAnIdentity(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(1500 * time.Millisecond) // the wire keeps whole seconds
		s, _ := configMaps()
		got := mustCreate(t, s, configMap("a", func(cm *corev1.ConfigMap) {
			cm.UID = "of the client's making"
			cm.CreationTimestamp = metav1.NewTime(time.Unix(1, 0))
			cm.DeletionTimestamp = &metav1.Time{Time: time.Unix(2, 0)}
			cm.DeletionGracePeriodSeconds = new(int64)
		}))
		if len(got.UID) != 36 {
			t.Errorf("uid %q", got.UID)
		}
		if want := time.Date(2000, 1, 1, 0, 0, 1, 0, time.UTC); !got.CreationTimestamp.Time.Equal(want) {
			t.Errorf("creationTimestamp %v, want %v", got.CreationTimestamp, want)
		}
		if got.DeletionTimestamp != nil || got.DeletionGracePeriodSeconds != nil {
			t.Errorf("a new object is being deleted: %v", got.ObjectMeta)
		}
		if got.Namespace != "ns" || got.ResourceVersion == "" {
			t.Errorf("namespace %q, resourceVersion %q", got.Namespace, got.ResourceVersion)
		}
	})
}

func TestCreateOfAnExistingKeyIsRefused(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	mustCreate(t, s, configMap("a"))
	_, err := s.Create(inNamespace(), configMap("a"), nil)
	status := wantStatus(t, err, metav1.StatusReasonAlreadyExists, `configmaps "a" already exists`)
	if status.Details.Kind != "configmaps" || status.Details.Name != "a" {
		t.Errorf("details %v", status.Details)
	}
}

func TestCreateUnderANameThatIsStillGoingSaysSo(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	mustCreate(t, s, configMap("a", finalizers("example.com/hold")))
	if _, _, err := s.Delete(inNamespace(), "a", nil); err != nil {
		t.Fatal(err)
	}
	_, err := s.Create(inNamespace(), configMap("a"), nil)
	wantStatus(t, err, metav1.StatusReasonAlreadyExists, `object is being deleted: configmaps "a" already exists`)
}

func TestCreateRefusesWhatCannotBeStored(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name    string
		obj     *corev1.ConfigMap
		reason  metav1.StatusReason
		message string
	}{
		{
			"an object without a name", configMap(""), metav1.StatusReasonInvalid,
			`ConfigMap "" is invalid: metadata.name: Required value: name or generateName is required`,
		}, {
			"a name that the strategy refuses", configMap("Not_Valid"), metav1.StatusReasonInvalid,
			`ConfigMap "Not_Valid" is invalid: metadata.name: Invalid value: "Not_Valid": a lowercase RFC 1123 subdomain ` +
				`must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric ` +
				`character (e.g. 'example.com', regex used for validation is ` +
				`'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`,
		}, {
			"an object of another namespace",
			configMap("a", func(cm *corev1.ConfigMap) { cm.Namespace = "other" }), metav1.StatusReasonBadRequest,
			"the namespace of the provided object does not match the namespace sent on the request",
		}, {
			"finalizers that contradict each other", configMap("a", finalizers("orphan", "foregroundDeletion")),
			metav1.StatusReasonInvalid,
			`ConfigMap "a" is invalid: metadata.finalizers: Invalid value: ["orphan","foregroundDeletion"]: ` +
				`finalizer orphan and foregroundDeletion cannot be both set`,
		},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, storage := configMaps()
			_, err := s.Create(inNamespace(), row.obj, nil)
			wantStatus(t, err, row.reason, row.message)
			wantCalls(t, storage.take())
		})
	}
}

func TestANameThatDoesNotFitIntoAPathIsRefusedWhateverTheStrategySays(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	s.Strategy = anyName{}
	_, err := s.Create(inNamespace(), configMap("a%b"), nil)
	wantStatus(t, err, metav1.StatusReasonInvalid,
		`ConfigMap "a%b" is invalid: metadata.name: Invalid value: "a%b": may not contain '%'`)
}

type anyName struct{ registry.Namespaced }

func (anyName) ValidateName(string, bool) []string { return nil }

func TestCreateOfAnObjectThatWasReadIsAnErrorWithoutAReason(t *testing.T) {
	t.Parallel()
	for _, dryRun := range [][]string{nil, {metav1.DryRunAll}} {
		s, _ := configMaps()
		read := configMap("a", func(cm *corev1.ConfigMap) { cm.ResourceVersion = "5" })
		_, err := s.Create(inNamespace(), read, &rest.CreateOptions{CreateOptions: metav1.CreateOptions{DryRun: dryRun}})
		if err == nil || err.Error() != "resourceVersion should not be set on objects to be created" {
			t.Errorf("dry run %v: %v", dryRun, err)
		}
	}
}

func TestAGeneratedNameIsThePrefixAndFiveCharacters(t *testing.T) {
	t.Parallel()
	rows := []struct{ name, prefix, kept string }{
		{"a short prefix is kept", "gen-", "gen-"},
		{"a long prefix is cut so that the name is a DNS label", strings.Repeat("a", 70), strings.Repeat("a", 58)},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			obj := configMap("", func(cm *corev1.ConfigMap) { cm.GenerateName = row.prefix })
			got := mustCreate(t, s, obj)
			random, ok := strings.CutPrefix(got.Name, row.kept)
			if !ok || len(random) != 5 || strings.Trim(random, "bcdfghjklmnpqrstvwxz2456789") != "" {
				t.Errorf("name %q", got.Name)
			}
			if obj.Name != "" {
				t.Errorf("the caller's object was named %q", obj.Name)
			}
		})
	}
}

// taken lets the first n creates find their key taken.
func taken(n int) func(string) error {
	return func(call string) error {
		if strings.HasPrefix(call, "create") && n > 0 {
			n--
			return storage.Fail("create", call, storage.ErrExists)
		}
		return nil
	}
}

func TestATakenGeneratedNameIsReplacedByAnother(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	r.before = taken(7)
	mustCreate(t, s, configMap("", func(cm *corev1.ConfigMap) { cm.GenerateName = "gen-" }))
	creates := slices.DeleteFunc(r.take(), func(call string) bool { return !strings.HasPrefix(call, "create") })
	if len(creates) != 8 || len(slices.Compact(slices.Sorted(slices.Values(creates)))) != 8 {
		t.Errorf("want eight names, got %v", creates)
	}
}

func TestAfterEightTakenNamesTheClientIsAskedToTryAgain(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	r.before = taken(100)
	_, err := s.Create(inNamespace(), configMap("", func(cm *corev1.ConfigMap) { cm.GenerateName = "gen-" }), nil)
	if !apierrors.IsAlreadyExists(err) || !strings.HasSuffix(err.Error(),
		`already exists, the server was not able to generate a unique name for the object`) {
		t.Errorf("got %v", err)
	}
	if seconds, ok := apierrors.SuggestsClientDelay(err); !ok || seconds != 1 {
		t.Errorf("retry after %d", seconds)
	}
}

// recording is a strategy that notes what it is asked.
type recording struct {
	registry.Namespaced
	asked *[]string
}

func (r recording) ask(question string) { *r.asked = append(*r.asked, question) }

func (r recording) PrepareForCreate(context.Context, runtime.Object) { r.ask("PrepareForCreate") }
func (r recording) PrepareForUpdate(_ context.Context, _, _ runtime.Object) {
	r.ask("PrepareForUpdate")
}
func (r recording) Canonicalize(runtime.Object) { r.ask("Canonicalize") }

func (r recording) ValidateName(string, bool) []string { r.ask("ValidateName"); return nil }

func (r recording) Validate(context.Context, runtime.Object) field.ErrorList {
	r.ask("Validate")
	return nil
}

func (r recording) ValidateUpdate(_ context.Context, _, _ runtime.Object) field.ErrorList {
	r.ask("ValidateUpdate")
	return nil
}

func (r recording) WarningsOnCreate(context.Context, runtime.Object) []string {
	r.ask("WarningsOnCreate")
	return []string{"spec.old: deprecated"}
}

func (r recording) WarningsOnUpdate(_ context.Context, _, _ runtime.Object) []string {
	r.ask("WarningsOnUpdate")
	return []string{"spec.old: still deprecated"}
}

func TestAStrategyIsAskedInOrder(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	var steps []string
	s.Strategy = recording{asked: &steps}
	r.before = func(call string) error { steps = append(steps, call); return nil }
	s.BeginCreate = func(context.Context, runtime.Object, *rest.CreateOptions) (registry.Finish, error) {
		steps = append(steps, "BeginCreate")
		return func(context.Context, bool) { steps = append(steps, "Finish") }, nil
	}
	s.AfterCreate = func(runtime.Object, *rest.CreateOptions) { steps = append(steps, "AfterCreate") }
	s.Decorator = func(runtime.Object) { steps = append(steps, "Decorator") }
	validate := func(context.Context, runtime.Object) error { steps = append(steps, "admission"); return nil }

	headers := http.Header{}
	ctx := rest.WithWarnings(inNamespace(), headers)
	if _, err := s.Create(ctx, configMap("a"), &rest.CreateOptions{Validate: validate}); err != nil {
		t.Fatal(err)
	}
	want := []string{"BeginCreate", "PrepareForCreate", "ValidateName", "Validate", "WarningsOnCreate", "Canonicalize",
		"admission", "create /configmaps/ns/a", "Finish", "AfterCreate", "Decorator"}
	if !slices.Equal(steps, want) {
		t.Errorf("create:\ngot  %v\nwant %v", steps, want)
	}
	if got := headers.Get("Warning"); got != `299 - "spec.old: deprecated"` {
		t.Errorf("warning %q", got)
	}

	steps = nil
	if _, _, err := put(s, "a", configMap("a")); err != nil {
		t.Fatal(err)
	}
	want = []string{"update /configmaps/ns/a", "PrepareForUpdate", "ValidateUpdate", "WarningsOnUpdate", "Canonicalize", "Decorator"}
	if !slices.Equal(steps, want) {
		t.Errorf("update:\ngot  %v\nwant %v", steps, want)
	}
}

func TestFinishIsCalledOnceWithTheOutcome(t *testing.T) {
	t.Parallel()
	refused := errors.New("refused")
	rows := []struct {
		name    string
		obj     *corev1.ConfigMap
		options *rest.CreateOptions
		want    bool
	}{
		{"an object that is stored", configMap("new"), nil, true},
		{"an object that is not valid", configMap("Not_Valid"), nil, false},
		{"a name that is taken", configMap("old"), nil, false},
		{"an object that the caller refuses", configMap("new"), &rest.CreateOptions{
			Validate: func(context.Context, runtime.Object) error { return refused },
		}, false},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			s, _ := configMaps()
			mustCreate(t, s, configMap("old"))
			var outcomes []bool
			s.BeginCreate = func(context.Context, runtime.Object, *rest.CreateOptions) (registry.Finish, error) {
				return func(_ context.Context, success bool) { outcomes = append(outcomes, success) }, nil
			}
			_, err := s.Create(inNamespace(), row.obj, row.options)
			if (err == nil) != row.want || !slices.Equal(outcomes, []bool{row.want}) {
				t.Errorf("error %v, outcomes %v", err, outcomes)
			}
		})
	}
}

func TestAnErrorOfABeginHookEndsTheCreate(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	refused := errors.New("no address is free")
	s.BeginCreate = func(context.Context, runtime.Object, *rest.CreateOptions) (registry.Finish, error) {
		return nil, refused
	}
	if _, err := s.Create(inNamespace(), configMap("a"), nil); err != refused {
		t.Errorf("got %v", err)
	}
	wantCalls(t, r.take())
}

func TestAnObjectWithATTLGoesByItself(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := configMaps()
		s.TTL = func(_ runtime.Object, existing uint64, update bool) (uint64, error) {
			if update {
				return existing, nil
			}
			return 60, nil
		}
		mustCreate(t, s, configMap("a"))
		time.Sleep(50 * time.Second)
		if _, _, err := put(s, "a", configMap("a", func(cm *corev1.ConfigMap) { cm.Data = map[string]string{"k": "v"} })); err != nil {
			t.Fatal(err)
		}
		time.Sleep(9 * time.Second)
		stored(t, s, "a")
		time.Sleep(2 * time.Second)
		wantGone(t, s, "a")
	})
}
