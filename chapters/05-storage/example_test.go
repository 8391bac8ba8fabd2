package storage_test

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
)

func newPod() runtime.Object { return &corev1.Pod{} }

func named(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}}
}

// Results come through an out-pointer. Only errors are returned, and they say which operation on which key failed.
func ExampleInterface_Create() {
	ctx, s := context.Background(), memory.Open(memory.Config{NewFunc: newPod})

	var created corev1.Pod
	err := s.Create(ctx, "/pods/default/web", named("web"), &created, 0)
	fmt.Println(created.Name, created.ResourceVersion, err)

	err = s.Create(ctx, "/pods/default/web", named("web"), nil, 0) // nil: the result is not wanted
	fmt.Println(err)
	fmt.Println(errors.Is(err, storage.ErrExists))
	// Output:
	// web 2 <nil>
	// create "/pods/default/web": key exists
	// true
}

// Nobody locks. A writer says how the new object follows from the old one, and is asked again where another was faster.
func ExampleInterface_GuaranteedUpdate() {
	ctx, s := context.Background(), memory.Open(memory.Config{NewFunc: newPod})
	_ = s.Create(ctx, "/pods/default/web", named("web"), nil, 0)

	label := func(key, value string) func(runtime.Object, storage.ResponseMeta) (storage.MutateResult, error) {
		return func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			fmt.Printf("%s=%s on the state of revision %d\n", key, value, meta.ResourceVersion)
			metav1.SetMetaDataLabel(&old.(*corev1.Pod).ObjectMeta, key, value)
			return storage.MutateResult{Object: old}, nil
		}
	}
	slow := label("color", "red")
	raced := false
	var pod corev1.Pod
	err := s.GuaranteedUpdate(ctx, "/pods/default/web", &pod, storage.Update{
		Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			if !raced { // meanwhile, another writer
				raced = true
				_ = s.GuaranteedUpdate(ctx, "/pods/default/web", nil, storage.Update{Mutate: label("size", "big")})
			}
			return slow(old, meta)
		},
	})
	fmt.Println(pod.Labels, "at revision", pod.ResourceVersion, err)
	// Output:
	// size=big on the state of revision 2
	// color=red on the state of revision 2
	// color=red on the state of revision 3
	// map[color:red size:big] at revision 4 <nil>
}

// A page ends with a token: the version that all pages show, and the key to go on at.
func ExampleDecodeContinue() {
	ctx, s := context.Background(), memory.Open(memory.Config{NewFunc: newPod})
	for _, name := range []string{"a", "b", "c"} {
		_ = s.Create(ctx, "/pods/default/"+name, named(name), nil, 0)
	}

	var page kinds.List
	opts := storage.ListOptions{Recursive: true, Predicate: storage.SelectionPredicate{Limit: 2}}
	err := s.GetList(ctx, "/pods/", opts, &page)
	fmt.Println(len(page.Items), "items,", *page.RemainingItemCount, "remains", err)

	key, version, err := storage.DecodeContinue(page.Continue, "/pods/")
	fmt.Printf("%q at %d %v\n", key, version, err)
	// Output:
	// 2 items, 1 remains <nil>
	// "/pods/default/b\x00" at 4 <nil>
}
