package upstreamtest

import (
	"context"
	"errors"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
	"k8s.io/apiserver/pkg/apis/example"
	upstream "k8s.io/apiserver/pkg/storage"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// adapter is one of this project's storages as upstream's interface.
type adapter struct{ storage.Interface }

var _ upstream.Interface = adapter{}

func (a adapter) Versioner() upstream.Versioner { return upstream.APIObjectVersioner{} }

func (a adapter) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	return translated(a.Interface.Create(ctx, key, obj, out, ttl))
}

func (a adapter) Delete(ctx context.Context, key string, out runtime.Object, p *upstream.Preconditions,
	validate upstream.ValidateObjectFunc, hint runtime.Object, _ upstream.DeleteOptions) error {
	return translated(a.Interface.Delete(ctx, key, out, storage.DeleteOptions{
		Preconditions: preconditions(p), Validate: validate, CachedExistingObject: hint,
	}))
}

// Watch begins where a version is gone, and says so in an event, as the handler of chapter 9 does and upstream's storages.
func (a adapter) Watch(ctx context.Context, key string, opts upstream.ListOptions) (watch.Interface, error) {
	w, err := a.Interface.Watch(ctx, key, options(opts))
	if errors.Is(err, storage.ErrExpired) {
		told := make(chan watch.Event, 1)
		told <- storage.ErrorEvent(err)
		return watch.NewProxyWatcher(told), nil
	}
	return w, translated(err)
}

func (a adapter) Get(ctx context.Context, key string, opts upstream.GetOptions, out runtime.Object) error {
	return translated(a.Interface.Get(ctx, key, storage.GetOptions{
		ResourceVersion: opts.ResourceVersion, IgnoreNotFound: opts.IgnoreNotFound,
	}, out))
}

func (a adapter) GetList(ctx context.Context, key string, opts upstream.ListOptions, out runtime.Object) error {
	found := &kinds.List{}
	err := a.Interface.GetList(ctx, key, options(opts), found)
	pods := out.(*example.PodList)
	if pods.Items == nil {
		pods.Items = []example.Pod{}
	}
	for _, item := range found.Items {
		item = kinds.Unwrap(item)
		pods.Items = append(pods.Items, *item.(*example.Pod))
	}
	pods.ListMeta = found.ListMeta
	return translated(err)
}

func (a adapter) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, ignoreNotFound bool,
	p *upstream.Preconditions, update upstream.UpdateFunc, hint runtime.Object) error {
	return translated(a.Interface.GuaranteedUpdate(ctx, key, out, storage.Update{
		IgnoreNotFound: ignoreNotFound, Preconditions: preconditions(p), CachedExistingObject: hint,
		Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			obj, ttl, err := update(old, upstream.ResponseMeta(meta))
			return storage.MutateResult{Object: obj, TTL: ttl}, err
		},
	}))
}

func (a adapter) Stats(ctx context.Context) (upstream.Stats, error) {
	stats, err := a.Interface.Stats(ctx)
	return upstream.Stats{ObjectCount: stats.ObjectCount}, translated(err)
}

func (a adapter) GetCurrentResourceVersion(ctx context.Context) (uint64, error) {
	return a.Interface.GetCurrentResourceVersion(ctx)
}

func (a adapter) EnableResourceSizeEstimation(upstream.KeysFunc) error { return nil }

func (a adapter) CompactRevision() int64 { return int64(a.Interface.CompactRevision()) }

func preconditions(p *upstream.Preconditions) *metav1.Preconditions {
	if p == nil {
		return nil
	}
	return &metav1.Preconditions{UID: p.UID, ResourceVersion: p.ResourceVersion}
}

func options(o upstream.ListOptions) storage.ListOptions {
	p := storage.SelectionPredicate{
		Label: o.Predicate.Label, Field: o.Predicate.Field, Limit: o.Predicate.Limit, Continue: o.Predicate.Continue,
		AllowWatchBookmarks: o.Predicate.AllowWatchBookmarks,
	}
	if o.Predicate.GetAttrs != nil {
		p.GetAttrs = storage.AttrFunc(o.Predicate.GetAttrs)
	}
	return storage.ListOptions{
		ResourceVersion: o.ResourceVersion, ResourceVersionMatch: o.ResourceVersionMatch, Predicate: p, Recursive: o.Recursive,
		ProgressNotify: o.ProgressNotify, SendInitialEvents: o.SendInitialEvents,
	}
}

// translated is an error of this project as the one that upstream's storage returns.
func translated(err error) error {
	var e *storage.Error
	if !errors.As(err, &e) {
		return err
	}
	switch {
	case errors.Is(err, storage.ErrNotFound):
		return upstream.NewKeyNotFoundError(e.Key, 0)
	case errors.Is(err, storage.ErrExists):
		return upstream.NewKeyExistsError(e.Key, 0)
	case errors.Is(err, storage.ErrPrecondition):
		return upstream.NewInvalidObjError(e.Key, e.Detail)
	case errors.Is(err, storage.ErrFuture):
		return upstream.NewTooLargeResourceVersionError(e.Requested, e.Current, 1)
	case errors.Is(err, storage.ErrExpired):
		expired := apierrors.NewResourceExpired(e.Detail)
		expired.ErrStatus.ListMeta.Continue = e.Continue
		return expired
	case errors.Is(err, storage.ErrInvalidVersion), errors.Is(err, storage.ErrInvalidContinue):
		return apierrors.NewBadRequest(e.Detail)
	case errors.Is(err, storage.ErrResourceVersionSet):
		return upstream.ErrResourceVersionSetOnCreate
	case errors.Is(err, storage.ErrCorrupt):
		return upstream.NewInternalError(e.Err)
	}
	return err
}
