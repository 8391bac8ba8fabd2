package registry

import (
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/rand"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// The paths of metadata's fields. Every write needs them, so that they are made once.
var (
	metadata                = field.NewPath("metadata")
	namePath                = metadata.Child("name")
	generateNamePath        = metadata.Child("generateName")
	namespacePath           = metadata.Child("namespace")
	generationPath          = metadata.Child("generation")
	resourceVersionPath     = metadata.Child("resourceVersion")
	uidPath                 = metadata.Child("uid")
	creationTimestampPath   = metadata.Child("creationTimestamp")
	deletionTimestampPath   = metadata.Child("deletionTimestamp")
	deletionGracePeriodPath = metadata.Child("deletionGracePeriodSeconds")
	labelsPath              = metadata.Child("labels")
	annotationsPath         = metadata.Child("annotations")
	ownerReferencesPath     = metadata.Child("ownerReferences")
	finalizersPath          = metadata.Child("finalizers")
	managedFieldsPath       = metadata.Child("managedFields")
)

// ObjectMetaValidation says which checks of metadata a kind's own validation makes, in addition to those of all kinds.
// Upstream, each kind calls ValidateObjectMeta and ValidateObjectMetaUpdate itself, from one of two packages, some kinds
// twice, and each call adds its own causes to the response. The zero value is the one of most kinds.
type ObjectMetaValidation struct {
	// Generic allows any qualified name as a finalizer (k8s.io/apimachinery/pkg/api/validation). Otherwise a finalizer
	// must have a domain or be a standard one (k8s.io/kubernetes/pkg/apis/core/validation).
	Generic bool
	// None: the kind's own validation does not check metadata.
	None bool
	// OnUpdate are the checks of an update, in order; nil: CheckObjectMetaUpdate.
	OnUpdate []ObjectMetaCheck
}

// ObjectMetaCheck is one check of metadata.
type ObjectMetaCheck int

const (
	CheckObjectMetaUpdate ObjectMetaCheck = iota // the change: ValidateObjectMetaUpdate
	CheckObjectMeta                              // the new metadata, its name too: ValidateObjectMeta
)

// The checks of the other kinds.
var (
	UpdateThenMeta = ObjectMetaValidation{OnUpdate: []ObjectMetaCheck{CheckObjectMetaUpdate, CheckObjectMeta}}
	MetaThenUpdate = ObjectMetaValidation{OnUpdate: []ObjectMetaCheck{CheckObjectMeta, CheckObjectMetaUpdate}}
	MetaOnly       = ObjectMetaValidation{OnUpdate: []ObjectMetaCheck{CheckObjectMeta}}
	MetaTwice      = ObjectMetaValidation{OnUpdate: []ObjectMetaCheck{CheckObjectMeta, CheckObjectMeta}}
	NoMeta         = ObjectMetaValidation{None: true}

	GenericUpdate         = ObjectMetaValidation{Generic: true}
	GenericMeta           = ObjectMetaValidation{Generic: true, OnUpdate: []ObjectMetaCheck{CheckObjectMeta}}
	GenericMetaThenUpdate = ObjectMetaValidation{Generic: true, OnUpdate: []ObjectMetaCheck{CheckObjectMeta, CheckObjectMetaUpdate}}
)

// validateKindMeta makes the kind's own checks of the metadata of a new object.
func (s *Store) validateKindMeta(m metav1.Object) field.ErrorList {
	if s.ObjectMeta.None {
		return nil
	}
	if s.ObjectMeta.Generic {
		return validateObjectMeta(m, s.NamespaceScoped(), s.Strategy.ValidateName)
	}
	return ValidateObjectMeta(m, s.NamespaceScoped(), s.Strategy.ValidateName)
}

// ValidateObjectMeta checks metadata by itself; finalizers must have a domain or be standard ones. Upstream:
// ValidateObjectMeta of k8s.io/kubernetes/pkg/apis/core/validation.
func ValidateObjectMeta(m metav1.Object, namespaced bool, validName validation.ValidateNameFunc) field.ErrorList {
	return append(validateObjectMeta(m, namespaced, validName), validateKubeFinalizers(m)...)
}

// validateKindMetaUpdate makes the kind's own checks of the metadata of an object that replaces old.
func (s *Store) validateKindMetaUpdate(m, old metav1.Object) field.ErrorList {
	checks := s.ObjectMeta.OnUpdate
	if checks == nil && !s.ObjectMeta.None {
		checks = []ObjectMetaCheck{CheckObjectMetaUpdate}
	}
	var errs field.ErrorList
	for _, check := range checks {
		if check == CheckObjectMeta {
			errs = append(errs, s.validateKindMeta(m)...)
			continue
		}
		errs = append(errs, validateObjectMetaUpdate(m, old)...)
		if !s.ObjectMeta.Generic {
			errs = append(errs, validateKubeFinalizers(m)...)
		}
	}
	return errs
}

func validateKubeFinalizers(m metav1.Object) field.ErrorList {
	var errs field.ErrorList
	for i, name := range m.GetFinalizers() {
		errs = append(errs, ValidateKubeFinalizerName(name, finalizersPath.Index(i))...)
	}
	return errs
}

// ValidateKubeFinalizerName refuses a finalizer that has no domain and is none of the standard ones, which are older than
// this rule. Upstream: validateKubeFinalizerName.
func ValidateKubeFinalizerName(name string, path *field.Path) field.ErrorList {
	switch name {
	case "kubernetes", metav1.FinalizerOrphanDependents, metav1.FinalizerDeleteDependents:
		return nil
	}
	if strings.Contains(name, "/") {
		return nil
	}
	return field.ErrorList{field.Invalid(path, name, "name is neither a standard finalizer name nor is it fully qualified")}
}

// validateObjectMeta checks metadata by itself. It is apimachinery's ValidateObjectMetaAccessor of v1.36: the version that
// we import has other messages about owner references.
func validateObjectMeta(m metav1.Object, namespaced bool, validName validation.ValidateNameFunc) field.ErrorList {
	var errs field.ErrorList
	if prefix := m.GetGenerateName(); prefix != "" {
		for _, wrong := range validName(prefix, true) {
			errs = append(errs, field.Invalid(generateNamePath, prefix, wrong))
		}
	}
	if m.GetName() == "" {
		errs = append(errs, field.Required(namePath, "name or generateName is required"))
	} else {
		for _, wrong := range validName(m.GetName(), false) {
			errs = append(errs, field.Invalid(namePath, m.GetName(), wrong))
		}
	}
	errs = append(errs, validateNamespace(namespacePath, m.GetNamespace(), namespaced)...)
	errs = append(errs, validation.ValidateNonnegativeField(m.GetGeneration(), generationPath)...)
	errs = append(errs, metav1validation.ValidateLabels(m.GetLabels(), labelsPath)...)
	errs = append(errs, validation.ValidateAnnotations(m.GetAnnotations(), annotationsPath)...)
	errs = append(errs, validateOwnerReferences(m.GetOwnerReferences(), ownerReferencesPath)...)
	errs = append(errs, validation.ValidateFinalizers(m.GetFinalizers(), finalizersPath)...)
	return append(errs, validateManagedFields(m.GetManagedFields(), managedFieldsPath)...)
}

func validateNamespace(path *field.Path, namespace string, namespaced bool) field.ErrorList {
	switch {
	case !namespaced && namespace != "":
		return field.ErrorList{field.Forbidden(path, "not allowed on this type")}
	case !namespaced:
		return nil
	case namespace == "":
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	for _, wrong := range validation.ValidateNamespaceName(namespace, false) {
		errs = append(errs, field.Invalid(path, namespace, wrong))
	}
	return errs
}

// validateObjectMetaUpdate checks metadata as a change of old. Upstream: ValidateObjectMetaAccessorUpdate, of v1.36.
func validateObjectMetaUpdate(m, old metav1.Object) field.ErrorList {
	var errs field.ErrorList
	if old.GetDeletionTimestamp() != nil {
		errs = validation.ValidateNoNewFinalizers(m.GetFinalizers(), old.GetFinalizers(), finalizersPath)
	}
	if m.GetResourceVersion() == "" {
		errs = append(errs, field.Invalid(resourceVersionPath, "", "must be specified for an update"))
	}
	if m.GetGeneration() < old.GetGeneration() {
		errs = append(errs, field.Invalid(generationPath, m.GetGeneration(), "must not be decremented"))
	}
	errs = append(errs, validateImmutable(namePath, m.GetName(), old.GetName())...)
	errs = append(errs, validateImmutable(namespacePath, m.GetNamespace(), old.GetNamespace())...)
	errs = append(errs, validateImmutable(uidPath, m.GetUID(), old.GetUID())...)
	errs = append(errs, validateImmutable(creationTimestampPath, m.GetCreationTimestamp(), old.GetCreationTimestamp())...)
	errs = append(errs, validateImmutable(deletionTimestampPath, m.GetDeletionTimestamp(), old.GetDeletionTimestamp())...)
	errs = append(errs, validateImmutable(deletionGracePeriodPath, m.GetDeletionGracePeriodSeconds(), old.GetDeletionGracePeriodSeconds())...)
	errs = append(errs, metav1validation.ValidateLabels(m.GetLabels(), labelsPath)...)
	errs = append(errs, validation.ValidateAnnotations(m.GetAnnotations(), annotationsPath)...)
	errs = append(errs, validateOwnerReferences(m.GetOwnerReferences(), ownerReferencesPath)...)
	return append(errs, validateManagedFields(m.GetManagedFields(), managedFieldsPath)...)
}

// validateImmutable: the field equals the stored one.
func validateImmutable[T comparable](path *field.Path, now, was T) field.ErrorList {
	if now == was {
		return nil
	}
	return validation.ValidateImmutableField(now, was, path)
}

// validateOwnerReferences: each owner has a name, and only one of them controls the object. Upstream:
// ValidateOwnerReferences, of v1.36.
func validateOwnerReferences(owners []metav1.OwnerReference, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	controller := ""
	for _, owner := range owners {
		errs = append(errs, validateOwnerReference(owner, path)...)
		if owner.Controller == nil || !*owner.Controller {
			continue
		}
		name := owner.Kind + "/" + owner.Name
		if controller == "" {
			controller = name
			continue
		}
		errs = append(errs, field.Invalid(path, owners, fmt.Sprintf("Only one reference can have Controller set to true. "+
			`Found "true" in references for %v and %v`, controller, name)))
	}
	return errs
}

func validateOwnerReference(owner metav1.OwnerReference, path *field.Path) field.ErrorList {
	var errs field.ErrorList
	kind := schema.FromAPIVersionAndKind(owner.APIVersion, owner.Kind)
	if kind.Version == "" {
		errs = append(errs, field.Invalid(path.Child("apiVersion"), owner.APIVersion, "version must not be empty"))
	}
	if kind.Kind == "" {
		errs = append(errs, field.Invalid(path.Child("kind"), owner.Kind, "must not be empty"))
	}
	if owner.Name == "" {
		errs = append(errs, field.Invalid(path.Child("name"), owner.Name, "must not be empty"))
	}
	if owner.UID == "" {
		errs = append(errs, field.Invalid(path.Child("uid"), owner.UID, "must not be empty"))
	}
	if _, banned := validation.BannedOwners[kind]; banned {
		errs = append(errs, field.Invalid(path, owner, fmt.Sprintf("%s is disallowed from being an owner", kind)))
	}
	return errs
}

// validateManagedFields is apimachinery's, with the message of v1.36 about an unknown operation.
func validateManagedFields(entries []metav1.ManagedFieldsEntry, path *field.Path) field.ErrorList {
	errs := metav1validation.ValidateManagedFields(entries, path)
	for i, err := range errs {
		if strings.HasSuffix(err.Field, ".operation") {
			errs[i] = field.Invalid(field.NewPath(err.Field), err.BadValue, "must be `Apply` or `Update`")
		}
	}
	return errs
}

// fillObjectMetaSystemFields sets the identity of a new object: uid, creation time and, if it is generated, name.
// Upstream: rest.FillObjectMetaSystemFields.
func (s *Store) fillObjectMetaSystemFields(m metav1.Object) {
	m.SetUID(newUID())
	m.SetCreationTimestamp(s.now())
	m.SetDeletionTimestamp(nil)
	m.SetDeletionGracePeriodSeconds(nil)
	m.SetSelfLink("")
	if m.GetGenerateName() != "" && m.GetName() == "" {
		m.SetName(generateName(m.GetGenerateName()))
	}
}

// generateName appends five random characters to prefix, which it cuts so that the name is a DNS label. They are no
// vowels, so that they form no words. Upstream: names.SimpleNameGenerator.
func generateName(prefix string) string {
	if most := maxNameLength - randomLength; len(prefix) > most {
		prefix = prefix[:most]
	}
	return prefix + rand.String(randomLength)
}

// newUID returns a uid that no other object has, had or will have.
func newUID() types.UID { return uuid.NewUUID() }
