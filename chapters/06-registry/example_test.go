package registry_test

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
)

// secretStrategy is all that distinguishes secrets from other resources in this Example.
type secretStrategy struct{ registry.Namespaced }

func (secretStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	if secret := obj.(*corev1.Secret); secret.Type == "" {
		secret.Type = corev1.SecretTypeOpaque
	}
}

func (secretStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	if kind := obj.(*corev1.Secret).Type; kind != old.(*corev1.Secret).Type {
		return field.ErrorList{field.Invalid(field.NewPath("type"), kind, "field is immutable")}
	}
	return nil
}

// A resource is a strategy, with what is its own, and a Store with the names: the rest is the Store's.
func Example() {
	newSecret := func() runtime.Object { return &corev1.Secret{} }
	secrets := &registry.Store{
		Kind:     corev1.SchemeGroupVersion.WithKind("Secret"),
		Resource: schema.GroupResource{Resource: "secrets"},
		Singular: "secret",
		NewFunc:  newSecret,
		Storage:  memory.Open(memory.Config{NewFunc: newSecret}),
		Strategy: secretStrategy{},
	}

	ctx := rest.WithNamespace(context.Background(), "default")
	created, err := secrets.Create(ctx, &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "a"}}, nil)
	fmt.Println(created.(*corev1.Secret).Type, err)

	_, _, err = secrets.Update(ctx, "a", &rest.Update{
		Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
			old.(*corev1.Secret).Type = corev1.SecretTypeTLS
			return old, nil
		},
	})
	fmt.Println(err)
	// Output:
	// Opaque <nil>
	// Secret "a" is invalid: type: Invalid value: "kubernetes.io/tls": field is immutable
}

// A client that saw an older version does not overwrite what it has not seen.
func ExampleStore_Update() {
	store, _ := configMaps()
	ctx := rest.WithNamespace(context.Background(), "default")
	seen, _ := store.Create(ctx, configMap("a"), nil)

	replace := func(version, value string) error {
		_, _, err := store.Update(ctx, "a", &rest.Update{
			Mutate: func(context.Context, runtime.Object) (runtime.Object, error) {
				next := seen.DeepCopyObject().(*corev1.ConfigMap)
				next.ResourceVersion, next.Data = version, map[string]string{"k": value}
				return next, nil
			},
		})
		return err
	}
	first := seen.(*corev1.ConfigMap).ResourceVersion
	fmt.Println(replace(first, "mine"))
	fmt.Println(replace(first, "yours"))
	fmt.Println(replace("", "whatever is there"))
	// Output:
	// <nil>
	// Operation cannot be fulfilled on configmaps "a": the object has been modified; please apply your changes to the latest version and try again
	// <nil>
}

// A Begin hook reserves something outside of the storage; its FinishFunc learns whether the object was stored.
func ExampleFinishFunc() {
	store, _ := configMaps()
	store.BeginCreate = func(context.Context, runtime.Object, *rest.CreateOptions) (registry.FinishFunc, error) {
		fmt.Println("address reserved")
		return func(_ context.Context, success bool) {
			if !success {
				fmt.Println("address given back")
			}
		}, nil
	}
	refuse := func(_ context.Context, _, _ runtime.Object) error { return errors.New("the quota is used up") }
	ctx := rest.WithNamespace(context.Background(), "default")
	_, err := store.Create(ctx, configMap("a"), &rest.CreateOptions{Validate: refuse})
	fmt.Println(err)
	// Output:
	// address reserved
	// address given back
	// the quota is used up
}
