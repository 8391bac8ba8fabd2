package controlplane_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/client-go/kubernetes"
	typed "k8s.io/client-go/kubernetes/typed/core/v1"
)

// writers write ConfigMaps of the namespace default, each those that are its own. The server may be away.
type writers struct {
	client  typed.ConfigMapInterface
	objects int // of all writers
	answers atomic.Int64

	mu      sync.Mutex
	written []string // NAME@VERSION of each write that was answered
}

const atOnce = 8

func newWriters(client kubernetes.Interface, objects int) *writers {
	return &writers{client: client.CoreV1().ConfigMaps("default"), objects: objects}
}

func objectNamed(i int) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("o%05d", i), Labels: map[string]string{"group": fmt.Sprint(i % 10)}},
		Data:       map[string]string{"n": "0"},
	}
}

// each has the writers do something at once. The objects first, first+atOnce, first+2*atOnce... are one writer's own.
func (w *writers) each(do func(first int)) {
	var all sync.WaitGroup
	for first := range atOnce {
		all.Go(func() { do(first) })
	}
	all.Wait()
}

// create makes all objects.
func (w *writers) create(ctx context.Context) error {
	var failed atomic.Pointer[error]
	w.each(func(first int) {
		for i := first; i < w.objects; i += atOnce {
			if err := w.note(w.client.Create(ctx, objectNamed(i), metav1.CreateOptions{})); err != nil {
				failed.Store(&err)
			}
		}
	})
	if err := failed.Load(); err != nil {
		return *err
	}
	return nil
}

// write changes one object after the other until ctx ends. Every twentieth is deleted and made anew.
func (w *writers) write(ctx context.Context) {
	w.each(func(first int) {
		for i := 0; ctx.Err() == nil; i++ {
			obj := objectNamed(i*7%(w.objects/atOnce)*atOnce + first)
			obj.Data["n"] = fmt.Sprint(i)
			if i%20 == 0 {
				_ = w.client.Delete(ctx, obj.Name, metav1.DeleteOptions{})
			}
			if w.note(w.client.Update(ctx, obj, metav1.UpdateOptions{})) != nil {
				_ = w.note(w.client.Create(ctx, obj, metav1.CreateOptions{}))
			}
		}
	})
}

// note takes down the answer to a write.
func (w *writers) note(obj *corev1.ConfigMap, err error) error {
	if err != nil {
		return err
	}
	w.answers.Add(1)
	w.mu.Lock()
	defer w.mu.Unlock()
	w.written = append(w.written, obj.Name+"@"+obj.ResourceVersion)
	return nil
}

// latest is the last write that was answered.
func (w *writers) latest() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.written[len(w.written)-1]
}
