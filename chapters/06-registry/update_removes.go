package registry

import (
	"context"
	"errors"

	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// errEmptied ends an update that took the last finalizer from an object that is being deleted.
var errEmptied = errors.New("the last finalizer is gone")

// emptied reports whether an update leaves nothing that holds an object whose deletion was asked for, so that it is
// to be deleted now. Upstream: ShouldDeleteDuringUpdate.
func (u *updating) emptied(ctx context.Context, obj, old runtime.Object) bool {
	m, err := meta.Accessor(obj)
	if err != nil {
		return false
	}
	before, err := meta.Accessor(old)
	if err != nil {
		return false
	}
	grace := before.GetDeletionGracePeriodSeconds()
	return len(m.GetFinalizers()) == 0 && before.GetDeletionTimestamp() != nil && (grace == nil || *grace == 0) &&
		(u.ShouldDeleteDuringUpdate == nil || u.ShouldDeleteDuringUpdate(ctx, obj, old))
}

// remove deletes the object that the update left without finalizers. The client asked for an update, so it gets the
// object. That somebody else was faster is as good.
func (u *updating) remove(ctx context.Context, key string) (runtime.Object, bool, error) {
	out := kinds.ResultPointer{Object: u.obj}
	err := u.target(u.request.Options.DryRun).Delete(ctx, key, &out, storage.DeleteOptions{
		Preconditions: u.request.Preconditions,
	})
	if err != nil && !errors.Is(err, storage.ErrNotFound) {
		return nil, false, u.status("delete", u.name, err)
	}
	if err != nil {
		out.Object = u.obj
	}
	if u.AfterDelete != nil {
		options := metav1.DeleteOptions{DryRun: u.request.Options.DryRun}
		u.AfterDelete(plain(out.Object), &rest.DeleteOptions{DeleteOptions: options})
	}
	return u.obj, false, nil
}
