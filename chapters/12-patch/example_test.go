package patch_test

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	patch "kubepath/chapters/12-patch"
)

// show prints the data of a config map and its managed fields, by manager.
func show(m *corev1.ConfigMap) {
	fmt.Println("  data", m.Data)
	slices.SortFunc(m.ManagedFields, func(a, b metav1.ManagedFieldsEntry) int { return strings.Compare(a.Manager, b.Manager) })
	for _, entry := range m.ManagedFields {
		fmt.Println(" ", entry.Manager, entry.Operation, entry.FieldsV1.GetRawString())
	}
}

// ExampleFieldManagers_New applies to a config map that another manager has applied, and a third one has updated. One
// manager joins the fields of another because it wants the same value; for a field to which it gives another value, it
// gets a conflict.
func ExampleFieldManagers_New() {
	kind := corev1.SchemeGroupVersion.WithKind("ConfigMap")
	fields := patch.NewFieldManagers(kinds.NewCodecs(kinds.NewScheme())).New(&rest.RequestScope{Kind: kind})
	configuration := func(data map[string]any) *unstructured.Unstructured {
		return &unstructured.Unstructured{Object: map[string]any{"apiVersion": "v1", "kind": "ConfigMap", "data": data}}
	}
	empty := &corev1.ConfigMap{}
	empty.SetGroupVersionKind(kind)
	obj, _ := fields.Apply(empty, configuration(map[string]any{"greeting": "hi"}), "release", false)
	edited := obj.DeepCopyObject().(*corev1.ConfigMap)
	edited.Data["size"] = "1"
	live := fields.UpdateNoErrors(obj, edited, "editor").(*corev1.ConfigMap)
	fmt.Println("live object, and its managed fields:")
	show(live)

	applied := configuration(map[string]any{"color": "blue", "size": "1"})
	fmt.Println("applied configuration, by mesh:")
	fmt.Println("  data", applied.Object["data"])
	merged, _ := fields.Apply(live, applied, "mesh", false)
	fmt.Println("merged object, and its new managed fields:")
	show(merged.(*corev1.ConfigMap))

	_, err := fields.Apply(live, configuration(map[string]any{"color": "blue", "size": "2"}), "mesh", false)
	fmt.Println("or, with another size:")
	fmt.Println(" ", err)

	// Output:
	// live object, and its managed fields:
	//   data map[greeting:hi size:1]
	//   editor Update {"f:data":{"f:size":{}}}
	//   release Apply {"f:data":{"f:greeting":{}}}
	// applied configuration, by mesh:
	//   data map[color:blue size:1]
	// merged object, and its new managed fields:
	//   data map[color:blue greeting:hi size:1]
	//   editor Update {"f:data":{"f:size":{}}}
	//   mesh Apply {"f:data":{"f:color":{},"f:size":{}}}
	//   release Apply {"f:data":{"f:greeting":{}}}
	// or, with another size:
	//   Apply failed with 1 conflict: conflict with "editor" using v1: .data.size
}
