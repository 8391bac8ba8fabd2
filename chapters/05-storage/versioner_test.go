package storage_test

import (
	"errors"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

var versioner storage.APIObjectVersioner

// cached shares a pod, as a watch cache does.
type cached struct {
	runtime.Object
	runtime.CacheableObject
	pod *corev1.Pod
}

func (c *cached) GetObject() runtime.Object { return c.pod.DeepCopy() }

func podAt(version string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "default", UID: "u", ResourceVersion: version}}
}

func TestAVersionWrittenIsTheVersionRead(t *testing.T) {
	t.Parallel()
	pod := podAt("")
	for _, want := range []uint64{7, 1 << 63, 0} {
		if err := versioner.UpdateObject(pod, want); err != nil {
			t.Fatal(err)
		}
		if got, err := versioner.ObjectResourceVersion(pod); got != want || err != nil {
			t.Fatalf("wrote %d, read %d (%v)", want, got, err)
		}
	}
	if pod.ResourceVersion != "" {
		t.Fatalf("version 0 is stored as %q, want nothing", pod.ResourceVersion)
	}
}

func TestListsOfBothFormsTakeAVersion(t *testing.T) {
	t.Parallel()
	remaining := int64(3)
	for _, list := range []runtime.Object{&kinds.List{}, &corev1.PodList{}} {
		if err := versioner.UpdateList(list, 9, "token", &remaining); err != nil {
			t.Fatalf("%T: %v", list, err)
		}
		m := list.(metav1.ListInterface)
		if m.GetResourceVersion() != "9" || m.GetContinue() != "token" || *m.GetRemainingItemCount() != 3 {
			t.Errorf("%T has version %q, token %q", list, m.GetResourceVersion(), m.GetContinue())
		}
		if versioner.UpdateList(list, 0, "", nil) == nil {
			t.Errorf("%T took version 0", list)
		}
	}
}

func TestASharedObjectIsReadAndNotWritten(t *testing.T) {
	t.Parallel()
	shared := &cached{pod: podAt("5")}
	if got, err := versioner.ObjectResourceVersion(shared); got != 5 || err != nil {
		t.Errorf("read version %d (%v), want 5", got, err)
	}
	if versioner.UpdateObject(shared, 6) == nil || versioner.PrepareObjectForStorage(shared) == nil {
		t.Error("a write to a shared object did not fail")
	}
}

func TestNothingOfTheDatabaseIsStored(t *testing.T) {
	t.Parallel()
	pod := podAt("5")
	pod.SelfLink = "/api/v1/pods"
	if err := versioner.PrepareObjectForStorage(pod); err != nil || pod.ResourceVersion != "" || pod.SelfLink != "" {
		t.Fatalf("version %q and self link %q are left (%v)", pod.ResourceVersion, pod.SelfLink, err)
	}
}

func TestVersionsOfRequestsAreNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]uint64{"": 0, "0": 0, "12": 12} {
		if got, err := versioner.ParseResourceVersion(text); got != want || err != nil {
			t.Errorf("%q is %d (%v), want %d", text, got, err, want)
		}
	}
	for _, text := range []string{"abc", "-1", "1.5"} {
		if _, err := versioner.ParseResourceVersion(text); !errors.Is(err, storage.ErrInvalidVersion) {
			t.Errorf("%q gives %v, want %v", text, err, storage.ErrInvalidVersion)
		}
	}
}

func TestAVersionInAnObjectThatIsNoNumberIsStrconvsError(t *testing.T) {
	t.Parallel()
	_, err := versioner.ObjectResourceVersion(podAt("abc"))
	if err == nil || err.Error() != `strconv.ParseUint: parsing "abc": invalid syntax` {
		t.Fatalf("got %v", err)
	}
}
