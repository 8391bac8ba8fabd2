package storagetest

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// check is the context of a case: its storage, and methods for frequent operations and checks.
type check struct {
	*testing.T
	Fixture
	ctx context.Context
}

// key returns the key of a pod; path is namespace/name.
func key(path string) string { return "/pods/" + path }

// pod returns an unsaved pod called name in the namespace default.
func pod(name string, change ...func(*corev1.Pod)) *corev1.Pod {
	p := &corev1.Pod{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "Pod"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default", UID: types.UID("uid-of-" + name)},
	}
	for _, f := range change {
		f(p)
	}
	return p
}

func withLabel(value string) func(*corev1.Pod) {
	return func(p *corev1.Pod) { p.Labels = map[string]string{"app": value} }
}

// ok ends the case if err is not nil.
func (c *check) ok(err error) {
	c.Helper()
	if err != nil {
		c.Fatalf("unexpected error: %v", err)
	}
}

// fails ends the case unless err is an *Error of the operation on the key, and wraps want.
func (c *check) fails(err error, op, key string, want error) *storage.Error {
	c.Helper()
	if !errors.Is(err, want) {
		c.Fatalf("got error %v, want one that is %v", err, want)
	}
	e, ok := err.(*storage.Error)
	if !ok {
		c.Fatalf("got a %T, want a *storage.Error that says where: %v", err, err)
	}
	if e.Op != op || len(e.Key) < len(key) || e.Key[len(e.Key)-len(key):] != key {
		c.Fatalf("the error says %s %q, want %s and a key that ends with %q", e.Op, e.Key, op, key)
	}
	return e
}

// create stores a pod in its namespace and returns it as stored.
func (c *check) create(p *corev1.Pod) *corev1.Pod {
	c.Helper()
	out := &corev1.Pod{}
	c.ok(c.Storage.Create(c.ctx, key(p.Namespace+"/"+p.Name), p, out, 0))
	return out
}

// createAll stores pods called names in the namespace default.
func (c *check) createAll(names ...string) {
	c.Helper()
	for _, name := range names {
		c.create(pod(name))
	}
}

// get reads the pod called name in the namespace default.
func (c *check) get(name string) *corev1.Pod {
	c.Helper()
	out := &corev1.Pod{}
	c.ok(c.Storage.Get(c.ctx, key("default/"+name), storage.GetOptions{}, out))
	return out
}

// label sets the label app of a pod and returns it as stored.
func (c *check) label(name, value string) *corev1.Pod {
	c.Helper()
	out := &corev1.Pod{}
	c.ok(c.Storage.GuaranteedUpdate(c.ctx, key("default/"+name), out, setting(withLabel(value))))
	return out
}

// delete removes a pod and returns its last state.
func (c *check) delete(name string) *corev1.Pod {
	c.Helper()
	out := &corev1.Pod{}
	c.ok(c.Storage.Delete(c.ctx, key("default/"+name), out, storage.DeleteOptions{}))
	return out
}

// list lists the pods below a path, with opts.
func (c *check) list(path string, opts storage.ListOptions) *kinds.List {
	c.Helper()
	opts.Recursive = true
	out := &kinds.List{}
	c.ok(c.Storage.GetList(c.ctx, key(path), opts, out))
	return out
}

// version is an object's resource version as a number.
func (c *check) version(obj runtime.Object) uint64 {
	c.Helper()
	v, err := c.Storage.Versioner().ObjectResourceVersion(obj)
	c.ok(err)
	return v
}

// same ends the case if got is not want.
func (c *check) same(what string, got, want any) {
	c.Helper()
	if diff := cmp.Diff(want, got); diff != "" {
		c.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// needs skips a case if the storage does not have its capability.
func (c *check) needs(capability string, given bool) {
	c.Helper()
	if given {
		return
	}
	why, excused := c.Without[capability]
	if !excused {
		c.Fatalf("the fixture has no %s, and does not say why", capability)
	}
	c.Skipf("no %s: %s", capability, why)
}

// setting returns an update that applies change.
func setting(change func(*corev1.Pod)) storage.Update {
	return storage.Update{Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
		p, ok := old.(*corev1.Pod)
		if !ok {
			return storage.MutateResult{}, fmt.Errorf("Mutate got a %T, want a *Pod", old)
		}
		change(p)
		return storage.MutateResult{Object: p}, nil
	}}
}

// names returns the names of a list's items, in order.
func names(l *kinds.List) []string {
	out := []string{}
	for _, item := range l.Items {
		out = append(out, item.(metav1.Object).GetName())
	}
	return out
}
