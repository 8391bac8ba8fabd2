package registry

import (
	"context"
	"errors"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	"k8s.io/apimachinery/pkg/watch"

	storage "kubepath/chapters/05-storage"
)

// Watch reports changes of the objects that match, from options.ResourceVersion on. It ends with ctx or by Stop.
// Upstream: Store.Watch and WatchPredicate.
func (s *Store) Watch(ctx context.Context, options *metainternalversion.ListOptions) (watch.Interface, error) {
	if options == nil {
		options = &metainternalversion.ListOptions{}
	}
	opts := storage.ListOptions{
		ResourceVersion:      options.ResourceVersion,
		ResourceVersionMatch: options.ResourceVersionMatch,
		Predicate:            s.predicate(options),
		SendInitialEvents:    options.SendInitialEvents,
	}
	opts.Predicate.AllowWatchBookmarks = options.AllowWatchBookmarks
	key, recursive := s.scope(ctx, opts.Predicate)
	opts.Recursive = recursive

	w, err := s.Storage.Watch(ctx, key, opts)
	switch {
	case errors.Is(err, storage.ErrFuture), errors.Is(err, storage.ErrExpired):
		return failed(s.status("watch", "", err)), nil
	case err != nil:
		return nil, s.status("watch", "", err)
	}
	return s.decorateWatch(ctx, w), nil
}

// failed is a watch that has begun and says at once why it cannot go on. A version that cannot be served is told this
// way, after a 200, wherever the storage notices it: clients look for it in the stream. Upstream: cacher.newErrWatcher.
func failed(err error) watch.Interface {
	only := make(chan watch.Event, 1)
	only <- storage.ErrorEvent(err)
	close(only)
	return watch.NewProxyWatcher(only)
}
