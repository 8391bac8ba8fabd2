package registry

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	rbacv1 "k8s.io/api/rbac/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

// stored is what protobuf makes of the object: what the next read answers.
func stored[T runtime.Object](t *testing.T, obj interface{ Marshal() ([]byte, error) }, empty interface {
	runtime.Object
	Unmarshal([]byte) error
}) T {
	t.Helper()
	data, err := obj.Marshal()
	if err == nil {
		err = empty.Unmarshal(data)
	}
	if err != nil {
		t.Fatal(err)
	}
	return empty.(T)
}

func TestAnEmptyListIsAnsweredAsItWillBeRead(t *testing.T) {
	t.Parallel()
	role := &rbacv1.Role{Rules: []rbacv1.PolicyRule{}}
	want := stored[*rbacv1.Role](t, role, &rbacv1.Role{})
	if normalize(role); (role.Rules == nil) != (want.Rules == nil) {
		t.Errorf("rules are %#v, but will be read as %#v", role.Rules, want.Rules)
	}
	slice := &discoveryv1.EndpointSlice{Endpoints: []discoveryv1.Endpoint{{Addresses: []string{}}}, Ports: []discoveryv1.EndpointPort{}}
	if normalize(slice); slice.Endpoints[0].Addresses != nil || slice.Ports != nil {
		t.Errorf("an empty list inside a list stays: %#v", slice)
	}
}

func TestNullBytesAreAnsweredAsEmptyOnes(t *testing.T) {
	t.Parallel()
	m := &corev1.ConfigMap{BinaryData: map[string][]byte{"a": nil, "b": []byte("b")}}
	if normalize(m); m.BinaryData["a"] == nil || string(m.BinaryData["b"]) != "b" {
		t.Errorf("data is %#v", m.BinaryData)
	}
}

func TestSettlingAPodLooksAtFewOfItsFields(t *testing.T) { // alone: others' allocations would count
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Name: "c"}}}}
	normalize(pod) // learns the type
	if n := testing.AllocsPerRun(100, func() { normalize(pod) }); n > 1 {
		t.Errorf("%v allocations", n)
	}
}
