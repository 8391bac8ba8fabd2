package rest

import (
	"context"
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
)

// FieldManager maintains metadata.managedFields: which manager has set which field of an object. Chapter 12 implements
// it. Upstream: managedfields.FieldManager.
type FieldManager interface {
	// UpdateNoErrors returns obj with the managed fields of live, and manager as the owner of all fields that differ.
	// If obj has managed fields, they replace live's; an empty list removes them. It changes only obj. live is nil, or
	// without a uid, if obj is new.
	UpdateNoErrors(live, obj runtime.Object, manager string) runtime.Object
	// Apply returns a new object: live (without a uid if there is none) with the fields of patch, which has all fields
	// that manager wants to own. It removes fields that manager owned before and that patch does not have. Errors: a
	// Conflict with fields of other managers (force takes their ownership), a BadRequest for an invalid patch.
	Apply(live runtime.Object, patch *unstructured.Unstructured, manager string, force bool) (runtime.Object, error)
}

// ResetFieldsStrategy is a storage, or its strategy, that resets some fields on a write (a PUT of the object cannot
// change its status). A client that writes these fields does not become their owner. Upstream:
// rest.ResetFieldsStrategy.
type ResetFieldsStrategy interface {
	GetResetFields() ResetFields
}

// ResetFields is a list of paths of field names, the same in every version. The field at each path is reset, with all
// fields below it. Nil: none.
//
//	rest.ResetFields{{"spec"}, {"metadata", "labels"}}
type ResetFields [][]string

// UpdateManagedFields returns obj with its new managed fields; live is nil for a create. manager is the request's
// fieldManager; if it is "", the name in the user agent is used. The caller goes on with the result instead of obj.
func (c *Call) UpdateManagedFields(live, obj runtime.Object, manager string) runtime.Object {
	if c.FieldManager == nil {
		return obj
	}
	if manager == "" {
		manager = prefixFromUserAgent(c.Request.UserAgent())
	}
	return c.FieldManager.UpdateNoErrors(live, obj, manager)
}

// prefixFromUserAgent returns the name of the program in a user agent, truncated to the maximum length of a manager's
// name. Upstream: handlers.prefixFromUserAgent.
func prefixFromUserAgent(userAgent string) string {
	var name []byte
	for _, r := range userAgent {
		switch {
		case r == '/', unicode.IsPrint(r) && len(name)+utf8.RuneLen(r) > validation.FieldManagerMaxLength:
			return string(name)
		case unicode.IsPrint(r):
			name = utf8.AppendRune(name, r)
		}
	}
	return string(name)
}

// withoutManagedFields returns u without managed fields, for an object that they make too large for the database.
func (u *Update) withoutManagedFields() *Update {
	without := *u
	without.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		obj, err := u.Mutate(ctx, old)
		if err == nil {
			clearManagedFields(obj)
		}
		return obj, err
	}
	return &without
}

// clearManagedFields removes the managed fields, and reports whether there were any.
func clearManagedFields(obj runtime.Object) bool {
	object, err := meta.Accessor(obj)
	if err != nil || len(object.GetManagedFields()) == 0 {
		return false
	}
	object.SetManagedFields(nil)
	return true
}
