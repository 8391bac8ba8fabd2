package trace

import (
	"context"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Storage stands between a registry's Store and its storage.
func Storage(s storage.Interface) storage.Interface { return tracedStorage{s} }

// tracedStorage traces the calls that read or write objects; the others go straight to the storage below.
type tracedStorage struct{ storage.Interface }

func (t tracedStorage) begin(ctx context.Context, name string, in func() string) (context.Context, *hop) {
	return begin(ctx, "storage", func() Where { return method(t.Interface, name) }, in)
}

func (t tracedStorage) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	ctx, h := t.begin(ctx, "Create", func() string { return describe(obj) + " under " + key })
	err := t.Interface.Create(ctx, key, obj, out, ttl)
	h.end(err, func() string { return received(out) })
	return err
}

func (t tracedStorage) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	ctx, h := t.begin(ctx, "Delete", func() string { return key })
	err := t.Interface.Delete(ctx, key, out, opts)
	h.end(err, func() string { return received(out) })
	return err
}

func (t tracedStorage) Watch(ctx context.Context, key string, opts storage.ListOptions) (watch.Interface, error) {
	p := passes(ctx, "storage")
	ctx, h := t.begin(ctx, "Watch", func() string { return key + " from resourceVersion " + opts.ResourceVersion })
	w, err := t.Interface.Watch(ctx, key, opts)
	h.end(err, func() string { return "a watch" })
	return note(w, p, func() Where { return method(t.Interface, "Watch") }), err
}

func (t tracedStorage) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	ctx, h := t.begin(ctx, "Get", func() string { return key })
	err := t.Interface.Get(ctx, key, opts, out)
	h.end(err, func() string { return received(out) })
	return err
}

func (t tracedStorage) GetList(ctx context.Context, key string, opts storage.ListOptions, out *kinds.List) error {
	ctx, h := t.begin(ctx, "GetList", func() string { return key })
	err := t.Interface.GetList(ctx, key, opts, out)
	h.end(err, func() string { return describe(out) })
	return err
}

func (t tracedStorage) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	ctx, h := t.begin(ctx, "GuaranteedUpdate", func() string { return key })
	calls, mutate := 0, u.Mutate
	if h != nil {
		u.Mutate = func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			calls++
			return mutate(old, meta)
		}
	}
	err := t.Interface.GuaranteedUpdate(ctx, key, out, u)
	h.end(err, func() string {
		if calls > 1 {
			return fmt.Sprintf("%s, after %d attempts", received(out), calls)
		}
		return received(out)
	})
	return err
}

// received describes what an out-pointer holds.
func received(out runtime.Object) string {
	if ref, ok := out.(*kinds.ResultPointer); ok {
		return describe(ref.Object)
	}
	return describe(out)
}
