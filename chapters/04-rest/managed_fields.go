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

// FieldManager keeps metadata.managedFields: which manager has set which field of an object. Chapter 12 implements it.
// Upstream: managedfields.FieldManager.
type FieldManager interface {
	// UpdateNoErrors returns obj with the managed fields of live carried on: whatever differs between the two, manager has set.
	// Managed fields that obj brings along take the place of live's, and an empty list begins anew. Only obj is changed.
	// live is nil, or without a uid, where obj is new.
	UpdateNoErrors(live, obj runtime.Object, manager string) runtime.Object
	// Apply returns a new object: live (without a uid where none exists), changed to agree with patch, which says all that
	// manager wants. It takes from live what manager wanted before and wants no more. Errors: a Conflict with fields of
	// other managers (force takes them), a BadRequest for a patch that is none.
	Apply(live runtime.Object, patch *unstructured.Unstructured, manager string, force bool) (runtime.Object, error)
}

// ResetFieldsStrategy is a storage, or the strategy of one, that takes back what its clients write to some fields (to the
// status, through the object itself): writing there makes nobody an owner. Upstream: rest.ResetFieldsStrategy.
type ResetFieldsStrategy interface {
	GetResetFields() ResetFields
}

// ResetFields is a list of paths of field names, the same in every version: what lies at and below each of them is reset.
// Nil: nothing is.
//
//	rest.ResetFields{{"spec"}, {"metadata", "labels"}}
type ResetFields [][]string

// UpdateManagedFields is obj with its new managed fields; live is nil for a create. manager is what the client calls itself, or
// "": the user agent then. The result takes obj's place.
func (c *Call) UpdateManagedFields(live, obj runtime.Object, manager string) runtime.Object {
	if c.FieldManager == nil {
		return obj
	}
	if manager == "" {
		manager = prefixFromUserAgent(c.Request.UserAgent())
	}
	return c.FieldManager.UpdateNoErrors(live, obj, manager)
}

// prefixFromUserAgent is the program that a user agent names, cut to the length that a manager's name may have.
// Upstream: handlers.prefixFromUserAgent.
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

// withoutManagedFields is u for an object that is too large for the database with its managed fields.
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

// clearManagedFields reports whether there were any.
func clearManagedFields(obj runtime.Object) bool {
	object, err := meta.Accessor(obj)
	if err != nil || len(object.GetManagedFields()) == 0 {
		return false
	}
	object.SetManagedFields(nil)
	return true
}
