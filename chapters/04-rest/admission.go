package rest

import (
	"context"
	"fmt"

	authenticationv1 "k8s.io/api/authentication/v1"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
)

// Admission is the last word on a request that would change something: a plugin may change the object (mutating) or
// refuse it (validating). Chapter 15 brings plugins; this is where they are asked.
//
//	create   decode, managed fields          -> Admit -> strategy's defaults and validation -> Validate -> write
//	update   decode or patch, managed fields -> Admit -> strategy's defaults and validation -> Validate -> write
//	delete   read                            -> Admit -> Validate -> write
//	connect  options of the query            -> Admit -> Validate -> connect (AdmitConnect)
//
// An update that loses a race is made anew from the newer object, and so are the questions.

// Operation is what a request does to an object. Upstream: admission.Operation.
type Operation string

const (
	OperationCreate  Operation = "CREATE"
	OperationUpdate  Operation = "UPDATE"
	OperationDelete  Operation = "DELETE"
	OperationConnect Operation = "CONNECT"
)

// Attributes are what a plugin knows of a request. Upstream: admission.Attributes.
type Attributes struct {
	Operation   Operation
	Object      runtime.Object // as it would be stored; a mutating plugin changes it. Nil: a delete
	OldObject   runtime.Object // as it is stored, read-only. Nil: a create
	Kind        schema.GroupVersionKind
	Resource    schema.GroupVersionResource
	Subresource string
	Namespace   string
	Name        string         // "": to be generated, or the item of a collection, whose name OldObject has
	Options     runtime.Object // CreateOptions, UpdateOptions (of a patch too) or DeleteOptions of meta/v1
	DryRun      bool
	User        authenticationv1.UserInfo
}

// AdmissionPlugin is a MutatingAdmission, a ValidatingAdmission or both. Upstream: admission.Interface.
type AdmissionPlugin interface {
	Handles(Operation) bool
}

// MutatingAdmission may change Attributes.Object. Its error refuses the request. Upstream: admission.MutationInterface.
type MutatingAdmission interface {
	AdmissionPlugin
	Admit(context.Context, *Attributes) error
}

// ValidatingAdmission changes nothing. Its error refuses the request. Upstream: admission.ValidationInterface.
type ValidatingAdmission interface {
	AdmissionPlugin
	Validate(context.Context, *Attributes) error
}

// ValidateFunc has the last word on what a storage is about to do: obj takes the place of old. A nil old is a create, a
// nil obj a delete. Upstream: rest.ValidateObjectFunc, rest.ValidateObjectUpdateFunc.
type ValidateFunc func(ctx context.Context, obj, old runtime.Object) error

// admission asks the plugins of an endpoint about one request. Nil: there are none, and everything is admitted.
type admission struct {
	call    *Call
	options runtime.Object
	dryRun  bool
	// operation, where it does not follow from which of the two objects are nil.
	operation Operation
}

// admission is that of a call with the options that its client sent.
func (c *Call) admission(options runtime.Object, dryRun []string) *admission {
	if len(c.Admission) == 0 {
		return nil
	}
	return &admission{call: c, options: options, dryRun: len(dryRun) > 0}
}

// AdmitConnect asks all plugins about a connection to the object that the request names; options (a PodExecOptions) is the
// object that they see. A verb that connects calls it once, before it connects, and answers with its error.
// Upstream: the admission calls of handlers.ConnectResource.
func (c *Call) AdmitConnect(options runtime.Object) error {
	if len(c.Admission) == 0 {
		return nil
	}
	a := &admission{call: c, operation: OperationConnect}
	if err := a.admit(c.Context, options, nil); err != nil {
		return err
	}
	return a.validate()(c.Context, options, nil)
}

// admit has the mutating plugins change obj, which is to take the place of old.
func (a *admission) admit(ctx context.Context, obj, old runtime.Object) error {
	if a == nil {
		return nil
	}
	attributes := a.attributes(obj, old)
	before := managedFieldsOf(obj)
	for _, plugin := range a.call.Admission {
		if m, ok := plugin.(MutatingAdmission); ok && m.Handles(attributes.Operation) {
			if err := m.Admit(ctx, attributes); err != nil {
				return err
			}
		}
	}
	a.mend(obj, before)
	return nil
}

// mend puts right what a plugin must not leave behind: managed fields that nobody can read, owners named twice.
// Upstream: fieldmanager.NewManagedFieldsValidatingAdmissionController.
func (a *admission) mend(obj runtime.Object, before []metav1.ManagedFieldsEntry) {
	object, err := meta.Accessor(obj)
	if obj == nil || err != nil {
		return
	}
	if err := managedfields.ValidateManagedFields(object.GetManagedFields()); err != nil {
		object.SetManagedFields(before)
		AddWarning(a.call.Context, fmt.Sprintf(".metadata.managedFields was in an invalid state after admission; "+
			"this could be caused by an outdated mutating admission controller; please fix your requests: %v", err))
	}
	a.call.dedupOwnerReferences(object, true)
}

func managedFieldsOf(obj runtime.Object) []metav1.ManagedFieldsEntry {
	if object, err := meta.Accessor(obj); obj != nil && err == nil {
		return object.GetManagedFields()
	}
	return nil
}

// validate is what the storage calls last, when it knows what it would do; nil where there is nobody to ask. Of a delete
// the storage alone knows the object, so that its mutating plugins are asked here too.
// Upstream: rest.AdmissionToValidateObjectFunc and its siblings for updates and deletes.
func (a *admission) validate() ValidateFunc {
	if a == nil {
		return nil
	}
	return func(ctx context.Context, obj, old runtime.Object) error {
		if obj == nil {
			old = old.DeepCopyObject() // the storage may share it
			if err := a.admit(ctx, nil, old); err != nil {
				return err
			}
		}
		attributes := a.attributes(obj, old)
		for _, plugin := range a.call.Admission {
			if v, ok := plugin.(ValidatingAdmission); ok && v.Handles(attributes.Operation) {
				if err := v.Validate(ctx, attributes); err != nil {
					return err
				}
			}
		}
		return nil
	}
}

func (a *admission) attributes(obj, old runtime.Object) *Attributes {
	c := a.call
	attributes := &Attributes{
		Operation: OperationUpdate, Object: obj, OldObject: old, Options: a.options, DryRun: a.dryRun,
		Kind: c.Kind, Resource: c.Resource, Subresource: c.Subresource, Namespace: c.Namespace(), Name: c.Info.Name,
		User: UserFrom(c.Context),
	}
	switch {
	case a.operation != "":
		attributes.Operation = a.operation
	case obj == nil:
		attributes.Operation = OperationDelete
	case old == nil:
		attributes.Operation = OperationCreate
		if o, ok := a.options.(*metav1.UpdateOptions); ok { // an update that creates
			attributes.Options = &metav1.CreateOptions{DryRun: o.DryRun, FieldManager: o.FieldManager, FieldValidation: o.FieldValidation}
		}
	}
	if object, err := meta.Accessor(obj); obj != nil && err == nil && attributes.Name == "" {
		attributes.Name = object.GetName()
	}
	if attributes.Namespace == "" && c.Resource.GroupResource() == (schema.GroupResource{Resource: "namespaces"}) {
		attributes.Namespace = attributes.Name
	}
	return attributes
}

// admitted is an update whose new object the mutating plugins have seen.
func (a *admission) admitted(u *Update) *Update {
	if a == nil {
		return u
	}
	asked := *u
	asked.Validate = a.validate()
	asked.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		obj, err := u.Mutate(ctx, old)
		if err != nil {
			return nil, err
		}
		if object, err := meta.Accessor(old); err == nil && object.GetUID() == "" {
			old = nil // nothing is stored: the update creates
		}
		return obj, a.admit(ctx, obj, old)
	}
	return &asked
}
