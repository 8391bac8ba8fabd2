package patch

import (
	"context"
	"fmt"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
)

// patching is one patch under way.
type patching struct {
	document
	language
	name   string
	change change // nil until an object is there to be changed
}

// mutate makes the new object from what is stored now; the storage calls it again after a lost race. An object that does
// not exist has no uid. Upstream: patcher.applyPatch.
func (p *patching) mutate(ctx context.Context, old runtime.Object) (obj runtime.Object, err error) {
	if err := ctx.Err(); err != nil { // the request has ended: nobody waits for another attempt
		return nil, err
	}
	exists := uid(old) != ""
	switch {
	case !exists && !p.creates:
		return nil, apierrors.NewNotFound(p.call.Resource.GroupResource(), p.name)
	case p.change == nil:
		if p.change, err = p.read(&p.document); err != nil {
			return nil, err
		}
	}
	if obj, err = p.change(old); err != nil {
		return nil, err
	}
	place := p.call.EnsureObjectNamespace
	if !exists {
		place = p.begin
	}
	if err := place(obj); err != nil {
		return nil, err
	}
	return obj, p.call.CheckName(obj, p.name)
}

// begin prepares an object that a patch creates. A patch that names a uid was meant for one that is gone.
func (p *patching) begin(obj runtime.Object) error {
	if id := uid(obj); id != "" {
		return apierrors.NewConflict(p.call.Resource.GroupResource(), p.name,
			fmt.Errorf("uid mismatch: the provided object specified uid %s, and no existing object was found", id))
	}
	return p.call.PrepareNew(obj)
}

func uid(obj runtime.Object) types.UID {
	object, err := meta.Accessor(obj)
	if err != nil {
		return ""
	}
	return object.GetUID()
}
