package registry

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/api/validation"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// List reads the selected objects, in the order of their keys, as a *kinds.List. The items may be shared with other
// readers: they are read-only. Upstream: Store.List and ListPredicate.
func (s *Store) List(ctx context.Context, options *metainternalversion.ListOptions) (runtime.Object, error) {
	list, err := s.list(ctx, options)
	if err != nil {
		return nil, err
	}
	return list, nil
}

func (s *Store) list(ctx context.Context, options *metainternalversion.ListOptions) (*kinds.List, error) {
	if options == nil {
		options = &metainternalversion.ListOptions{}
	}
	opts := storage.ListOptions{
		ResourceVersion:      options.ResourceVersion,
		ResourceVersionMatch: options.ResourceVersionMatch,
		Predicate:            s.predicate(options),
	}
	opts.Predicate.Limit, opts.Predicate.Continue = options.Limit, options.Continue
	key, recursive := s.listKey(ctx, opts.Predicate)
	opts.Recursive = recursive

	list := s.newList()
	if err := s.Storage.GetList(ctx, key, opts, list); err != nil {
		return nil, s.interpretError("list", "", err)
	}
	s.decorateList(list)
	return list, nil
}

// predicate combines the selectors of the request with the Store's AttrFunc.
func (s *Store) predicate(options *metainternalversion.ListOptions) storage.SelectionPredicate {
	return storage.SelectionPredicate{Label: options.LabelSelector, Field: options.FieldSelector, GetAttrs: s.AttrFunc}
}

// listKey returns the key of one object, or the prefix of a namespace or of the resource, whichever is the narrowest that
// holds everything the predicate can select:
//
//	request                      selector                                    key                recursive
//	of a namespace               metadata.name=x                             /pods/NAMESPACE/x  no
//	of all namespaces            metadata.name=x,metadata.namespace=ns       /pods/ns/x         no
//	of all namespaces            metadata.namespace=ns                       /pods/ns           yes
//	of all namespaces            metadata.name=x                             /pods              yes
func (s *Store) listKey(ctx context.Context, p storage.SelectionPredicate) (key string, recursive bool) {
	namespace := rest.NamespaceFrom(ctx)
	if namespace == "" {
		// an invalid namespace must not become part of a key
		if only, ok := p.MatchesSingleNamespace(); ok && len(validation.ValidateNamespaceName(only, false)) == 0 {
			namespace = only
			ctx = rest.WithNamespace(ctx, only)
		}
	}
	if name, ok := p.MatchesSingle(); ok {
		if key, err := s.key(ctx, name); err == nil {
			return key, false
		}
	}
	return s.prefix(namespace), true
}

// Watch sends the changes of the selected objects after options.ResourceVersion. It ends with ctx or by Stop.
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
	key, recursive := s.listKey(ctx, opts.Predicate)
	opts.Recursive = recursive

	w, err := s.Storage.Watch(ctx, key, opts)
	switch {
	case errors.Is(err, storage.ErrFuture), errors.Is(err, storage.ErrExpired):
		return newErrWatcher(s.interpretError("watch", "", err)), nil
	case err != nil:
		return nil, s.interpretError("watch", "", err)
	}
	return s.decorateWatch(ctx, w), nil
}

// newErrWatcher returns a watch that sends one ERROR event and ends. Clients get the error for a version that cannot be
// served in the stream, after a 200, whether or not the storage returns it before the watch begins. Upstream:
// cacher.newErrWatcher.
func newErrWatcher(err error) watch.Interface {
	only := make(chan watch.Event, 1)
	only <- storage.ErrorEvent(err)
	close(only)
	return watch.NewProxyWatcher(only)
}
