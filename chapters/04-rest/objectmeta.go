package rest

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	apiequality "k8s.io/apimachinery/pkg/api/equality"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// EnsureObjectNamespaceMatchesRequestNamespace sets the object's namespace to the one that the request is about; "" for objects outside namespaces.
// An object that names another one is a 400. Upstream: rest.EnsureObjectNamespaceMatchesRequestNamespace.
func EnsureObjectNamespaceMatchesRequestNamespace(obj metav1.Object, namespace string) error {
	switch have := obj.GetNamespace(); {
	case have == namespace:
	case have == "" || namespace == "":
		obj.SetNamespace(namespace)
	default:
		return apierrors.NewBadRequest(
			"the namespace of the provided object does not match the namespace sent on the request")
	}
	return nil
}

// uniteOwners keeps one of several equal owner references and warns of the others. It is called again when admission has
// seen the object; upstream does so for a patch only then. Upstream: handlers.dedupOwnerReferencesAndAddWarning.
func (c *Call) uniteOwners(obj metav1.Object, admitted bool) {
	owners := obj.GetOwnerReferences()
	if len(owners) < 2 {
		return
	}
	var united []metav1.OwnerReference
	var repeated []string
	for _, owner := range owners {
		same := func(known metav1.OwnerReference) bool { return apiequality.Semantic.DeepEqual(known, owner) }
		if slices.ContainsFunc(united, same) {
			repeated = append(repeated, string(owner.UID))
			continue
		}
		united = append(united, owner)
	}
	if len(repeated) == 0 {
		return
	}
	obj.SetOwnerReferences(united)
	after := ""
	if admitted || c.Request.Method == http.MethodPatch {
		after = " after mutating admission happens"
	}
	AddWarning(c.Context, fmt.Sprintf(".metadata.ownerReferences contains duplicate entries%s; API server dedups owner references "+
		"in 1.20+, and may reject such requests as early as 1.24; please fix your requests; duplicate UID(s) observed: %s",
		after, strings.Join(repeated, ", ")))
}
