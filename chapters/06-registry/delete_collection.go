package registry

import (
	"context"
	"fmt"

	"golang.org/x/sync/errgroup"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// deletePageSize is how many objects a deletecollection lists at a time.
const deletePageSize = 10_000

// DeleteCollection deletes each selected object as Delete does, DeleteCollectionWorkers at a time, and returns a
// *kinds.List of them as they were listed. It is not a transaction: after an error, some objects are deleted and others
// are not. An object that another request has deleted meanwhile is no error. Upstream: Store.DeleteCollection.
func (s *Store) DeleteCollection(
	ctx context.Context, options *rest.DeleteOptions, list *metainternalversion.ListOptions,
) (runtime.Object, error) {
	if list == nil {
		list = &metainternalversion.ListOptions{}
	}
	page := *list
	if page.Limit == 0 {
		page.Limit = deletePageSize
	}
	all := s.newList()
	for {
		found, err := s.list(ctx, &page)
		if err != nil {
			return nil, err
		}
		if err := s.deleteItems(ctx, found.Items, options); err != nil {
			return nil, err
		}
		if all.ResourceVersion == "" {
			all.ListMeta = found.ListMeta
		}
		all.Items = append(all.Items, found.Items...)
		if list.Limit > 0 {
			return all, nil // the client has requested one page
		}
		if found.Continue == "" {
			all.Continue, all.RemainingItemCount = "", nil
			return all, nil
		}
		page.Continue, page.ResourceVersion, page.ResourceVersionMatch = found.Continue, "", ""
	}
}

// deleteItems deletes the objects; it stops at the first error.
func (s *Store) deleteItems(ctx context.Context, items []runtime.Object, options *rest.DeleteOptions) error {
	workers, untilError := errgroup.WithContext(ctx)
	workers.SetLimit(max(s.DeleteCollectionWorkers, 1))
	for _, item := range items {
		if untilError.Err() != nil {
			break
		}
		workers.Go(func() error { return s.deleteItem(untilError, item, options) })
	}
	if err := workers.Wait(); err != nil {
		return err
	}
	return ctx.Err()
}

// deleteItem deletes one object of a list. It turns a panic into an error, since the panic recovery of the handler chain
// does not cover this goroutine.
func (s *Store) deleteItem(ctx context.Context, item runtime.Object, options *rest.DeleteOptions) (err error) {
	defer func() {
		if reason := recover(); reason != nil {
			err = fmt.Errorf("panic while deleting one of a collection: %v", reason)
		}
	}()
	m, err := meta.Accessor(kinds.Unwrap(item))
	if err != nil {
		return err
	}
	if s.NamespaceScoped() {
		ctx = rest.WithNamespace(ctx, m.GetNamespace())
	}
	if _, _, err := s.Delete(ctx, m.GetName(), options); !apierrors.IsNotFound(err) {
		return err
	}
	return nil
}
