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

// Admission plugins see every request that changes an object: a mutating plugin may change the object, a validating
// plugin may refuse the request. Chapter 15 has plugins; this file calls them.
//
//	create   decode, managed fields          -> Admit -> strategy's defaults and validation -> Validate -> write
//	update   decode or patch, managed fields -> Admit -> strategy's defaults and validation -> Validate -> write
//	delete   read                            -> Admit -> Validate -> write
//	connect  options of the query            -> Admit -> Validate -> connect (AdmitConnect)
//
// An update that loses a race is computed again from the newer object, and admission runs again.
//
// The handler of a verb calls AdmitCreate, AdmitAndUpdate, AdmitDelete or AdmitConnect.

// Operation is what a request does to an object. Upstream: admission.Operation.
type Operation string

const (
	OperationCreate  Operation = "CREATE"
	OperationUpdate  Operation = "UPDATE"
	OperationDelete  Operation = "DELETE"
	OperationConnect Operation = "CONNECT"
)

// Attributes describe a request to a plugin. Upstream: admission.Attributes.
type Attributes struct {
	Operation   Operation
	Object      runtime.Object // the new object; a mutating plugin may change it. Nil: a delete
	OldObject   runtime.Object // the stored object, read-only. Nil: a create
	Kind        schema.GroupVersionKind
	Resource    schema.GroupVersionResource
	Subresource string
	Namespace   string
	Name        string         // "": it will be generated, or (in a deletecollection) OldObject has it
	Options     runtime.Object // CreateOptions, UpdateOptions (of a patch too) or DeleteOptions of meta/v1
	DryRun      bool
	User        authenticationv1.UserInfo
}

// AdmissionPlugin is a MutatingAdmission, a ValidatingAdmission or both. Upstream: admission.Interface.
type AdmissionPlugin interface {
	Handles(Operation) bool
}

// MutatingAdmission may change Attributes.Object. Its error refuses the request: the client gets an APIStatus as it is
// (apierrors.NewForbidden), any other error as a 500. Upstream: admission.MutationInterface.
type MutatingAdmission interface {
	AdmissionPlugin
	Admit(context.Context, *Attributes) error
}

// ValidatingAdmission changes nothing. Its error refuses the request, as that of a MutatingAdmission. Upstream:
// admission.ValidationInterface.
type ValidatingAdmission interface {
	AdmissionPlugin
	Validate(context.Context, *Attributes) error
}

// ValidateFunc is called by a storage just before it writes: obj replaces old. A nil old is a create, a nil obj a
// delete. Its error refuses the request. Upstream: rest.ValidateObjectFunc, rest.ValidateObjectUpdateFunc.
type ValidateFunc func(ctx context.Context, obj, old runtime.Object) error

// admission calls the plugins of an endpoint for one request. Nil: there are no plugins.
type admission struct {
	call    *Call
	options runtime.Object
	dryRun  bool
	// operation, where it does not follow from which of the two objects are nil.
	operation Operation
}

// admission returns the admission of a call with the client's options.
func (c *Call) admission(options runtime.Object, dryRun []string) *admission {
	if len(c.Admission) == 0 {
		return nil
	}
	return &admission{call: c, options: options, dryRun: len(dryRun) > 0}
}

// AdmitCreate calls the mutating plugins for a new object, which they may change, and has the storage call the validating
// ones.
func (c *Call) AdmitCreate(obj runtime.Object, options *CreateOptions) error {
	admission := c.admission(&options.CreateOptions, options.DryRun)
	options.Validate = admission.validate()
	return admission.admit(c.Context, obj, nil)
}

// AdmitDelete has the storage call all plugins for each object that it is about to delete.
func (c *Call) AdmitDelete(options *DeleteOptions) {
	options.Validate = c.admission(&options.DeleteOptions, options.DryRun).validate()
}

// AdmitConnect calls all plugins for a connection to the request's object. Attributes.Object is options (a
// PodExecOptions). The handler of a verb that connects calls it before it connects, and answers with its error.
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

// admit calls the mutating plugins, which may change obj; obj replaces old.
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

// mend corrects errors of plugins: it restores managed fields that are invalid, and removes duplicate owner references.
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

// validate returns the function that the storage calls just before it writes; nil if there are no plugins. For a delete
// it calls the mutating plugins too, because only the storage has read the object.
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

// admitted returns the update with calls of the plugins: the mutating ones after Mutate, the validating ones as
// Validate.
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
