package rest

import (
	"unicode"
	"unicode/utf8"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
)

// FieldManager keeps the account of who set which field of an object, metadata.managedFields. Chapter 12 implements it.
// Upstream: managedfields.FieldManager.
type FieldManager interface {
	// UpdateNoErrors returns obj with the account of live carried on: whatever differs between the two, manager has set. An account
	// that obj brings along takes the place of live's, and an empty one begins anew. Only obj is changed. live is nil, or
	// without a uid, where obj is new.
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

// UpdateManagedFields is obj with its new account of ownership; live is nil for a create. manager is what the client calls itself,
// or "": the user agent then. The result takes obj's place.
func (c *Call) UpdateManagedFields(live, obj runtime.Object, manager string) runtime.Object {
	if c.FieldManager == nil {
		return obj
	}
	if manager == "" {
		manager = agent(c.Request.UserAgent())
	}
	return c.FieldManager.UpdateNoErrors(live, obj, manager)
}

// agent is the program that a user agent names, cut to the length that a manager's name may have.
// Upstream: handlers.prefixFromUserAgent.
func agent(userAgent string) string {
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
