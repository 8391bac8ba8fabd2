package registry_test

import (
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

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
	s, _ := configMaps()
	read := configMap("a", func(cm *corev1.ConfigMap) { cm.ResourceVersion = "5" })
	_, err := s.Create(inNamespace(), read, nil)
	if err == nil || err.Error() != "resourceVersion should not be set on objects to be created" {
		t.Error(err)
	}
}

func TestADryRunCreatesAnObjectThatWasRead(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	read := configMap("a", func(cm *corev1.ConfigMap) { cm.ResourceVersion = "5" })
	if _, err := s.Create(inNamespace(), read, &rest.CreateOptions{
		CreateOptions: metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}},
	}); err != nil {
		t.Error(err)
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
			return storage.WrapError("create", call, storage.ErrExists)
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
