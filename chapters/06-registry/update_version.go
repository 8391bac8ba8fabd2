package registry

import (
	"errors"
	"strconv"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// modified is the Conflict that every client of an API server knows. Upstream: OptimisticLockErrorMsg.
const modified = "the object has been modified; please apply your changes to the latest version and try again"

// checkVersion compares the version that the client has seen with the stored one. A client that names none, or 0,
// overwrites whatever there is, if the resource allows that.
func (u *updating) checkVersion(obj runtime.Object, stored uint64) error {
	m, err := meta.Accessor(obj)
	if err != nil {
		return err
	}
	var seen uint64
	if text := m.GetResourceVersion(); text != "" {
		if seen, err = strconv.ParseUint(text, 10, 64); err != nil {
			return err
		}
	}
	switch {
	case seen == stored:
		return nil
	case seen == 0 && u.Strategy.AllowUnconditionalUpdate():
		m.SetResourceVersion(strconv.FormatUint(stored, 10))
		return nil
	case seen == 0:
		missing := field.Invalid(metadata.Child("resourceVersion"), seen, "must be specified for an update")
		named := schema.GroupKind{Group: u.Resource.Group, Kind: u.Resource.Resource}
		return apierrors.NewInvalid(named, u.name, field.ErrorList{missing})
	}
	return apierrors.NewConflict(u.Resource, u.name, errors.New(modified))
}
