package cacher_test

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	cacher "kubepath/chapters/10-cacher"
)

func open() *cacher.Cacher {
	newPod := func() runtime.Object { return &corev1.Pod{} }
	return cacher.New(cacher.Config{
		Storage: memory.Open(memory.Config{NewFunc: newPod}), Resource: "/pods", NewFunc: newPod,
	})
}

func podNamed(name string) *corev1.Pod {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}}
}

// Two who only read get the same object: it is shared, with the bytes that it is encoded to.
func ExampleCacher_Get() {
	ctx := context.Background()
	cache := open()
	defer cache.Stop()
	cache.WaitReady(ctx)
	if err := cache.Create(ctx, "/pods/default/web", podNamed("web"), nil, 0); err != nil {
		fmt.Println(err)
	}
	var first, second kinds.ResultPointer
	for _, ref := range []*kinds.ResultPointer{&first, &second} {
		if err := cache.Get(ctx, "/pods/default/web", storage.GetOptions{}, ref); err != nil {
			fmt.Println(err)
		}
	}
	_, keepsItsBytes := first.Object.(runtime.CacheableObject)
	fmt.Println("the same object:", first.Object == second.Object)
	fmt.Println("keeps its bytes:", keepsItsBytes)
	// Output:
	// the same object: true
	// keeps its bytes: true
}

// Two watches of one event share its object, so that it is encoded once for both.
func ExampleCacher_Watch() {
	ctx := context.Background()
	cache := open()
	defer cache.Stop()
	opts := storage.ListOptions{ResourceVersion: "1", Recursive: true}
	one, err := cache.Watch(ctx, "/pods", opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	other, err := cache.Watch(ctx, "/pods", opts)
	if err != nil {
		fmt.Println(err)
		return
	}
	if err := cache.Create(ctx, "/pods/default/web", podNamed("web"), nil, 0); err != nil {
		fmt.Println(err)
	}
	a, b := <-one.ResultChan(), <-other.ResultChan()
	fmt.Println(a.Type, "of the same object:", a.Object == b.Object)
	// Output:
	// ADDED of the same object: true
}
