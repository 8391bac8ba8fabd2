package storage

import (
	"context"
	"math"

	storagev1 "k8s.io/api/storage/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// attachmentStrategy: a VolumeAttachment asks to attach one volume to one node; its spec is immutable. Upstream:
// pkg/registry/storage/volumeattachment.
var attachmentStrategy = resource.SpecStatus[storagev1.VolumeAttachment, *storagev1.VolumeAttachment]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	NoGeneration:              true,
	ResetObjectMetaForStatus:  true,
	Spec:                      func(a *storagev1.VolumeAttachment) any { return &a.Spec },
	Status:                    func(a *storagev1.VolumeAttachment) any { return &a.Status },
	ValidateFunc:              validateAttachment,
	ValidateUpdateFunc: func(_ context.Context, a, old *storagev1.VolumeAttachment) field.ErrorList {
		return validate.Immutable(field.NewPath("spec"), a.Spec, old.Spec)
	},
}

var attachmentStatus = attachmentStrategy.StatusStrategy(func(ctx context.Context, a, _ *storagev1.VolumeAttachment) field.ErrorList {
	return validateAttachment(ctx, a)
})

func validateAttachment(_ context.Context, a *storagev1.VolumeAttachment) field.ErrorList {
	spec, status := field.NewPath("spec"), field.NewPath("status")
	errs := validate.CSIDriverName(spec.Child("attacher"), a.Spec.Attacher)
	errs = append(errs, validateAttached(spec.Child("source"), &a.Spec.Source)...)
	errs = append(errs, validate.ObjectName(spec.Child("nodeName"), a.Spec.NodeName)...)
	size := 0
	for key, value := range a.Status.AttachmentMetadata {
		size += len(key) + len(value)
	}
	if size > maxParameterBytes {
		errs = append(errs, field.TooLong(status.Child("attachmentMetadata"), "", maxParameterBytes))
	}
	errs = append(errs, validateVolumeError(status.Child("attachError"), a.Status.AttachError)...)
	errs = append(errs, validateVolumeError(status.Child("detachError"), a.Status.DetachError)...)
	if name := a.Spec.Source.PersistentVolumeName; name != nil {
		errs = append(errs, validate.ObjectName(field.NewPath("spec.source.persistentVolumeName"), *name)...)
	}
	return errs
}

func validateAttached(path *field.Path, s *storagev1.VolumeAttachmentSource) field.ErrorList {
	const one = "must specify exactly one of inlineVolumeSpec and persistentVolumeName"
	switch {
	case s.InlineVolumeSpec == nil && s.PersistentVolumeName == nil:
		return field.ErrorList{field.Required(path, one)}
	case s.InlineVolumeSpec != nil && s.PersistentVolumeName != nil:
		return field.ErrorList{field.Forbidden(path, one)}
	case s.PersistentVolumeName != nil && *s.PersistentVolumeName == "":
		return field.ErrorList{field.Required(path.Child("persistentVolumeName"), "must specify non empty persistentVolumeName")}
	case s.InlineVolumeSpec != nil:
		return validateInlineVolume(path.Child("inlineVolumeSpec"), s.InlineVolumeSpec)
	}
	return nil
}

func validateVolumeError(path *field.Path, e *storagev1.VolumeError) field.ErrorList {
	if e == nil {
		return nil
	}
	var errs field.ErrorList
	if len(e.Message) > 1024 {
		errs = append(errs, field.TooLong(path.Child("message"), "", maxParameterBytes)) // not 1024, as upstream
	}
	if e.ErrorCode != nil && *e.ErrorCode < 0 {
		errs = append(errs, field.Invalid(path.Child("errorCode"), *e.ErrorCode, validation.InclusiveRangeError(0, math.MaxInt32)))
	}
	return errs
}

// attachmentColumns are the columns of kubectl get volumeattachments. Upstream: printVolumeAttachment.
var attachmentColumns = resource.Table[storagev1.VolumeAttachment, *storagev1.VolumeAttachment]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Attacher", Format: "name", Description: storagev1.VolumeAttachmentSpec{}.SwaggerDoc()["attacher"]},
		resource.FieldColumn("PV", storagev1.VolumeAttachmentSource{}, "persistentVolumeName"),
		resource.FieldColumn("Node", storagev1.VolumeAttachmentSpec{}, "nodeName"),
		resource.Typed(resource.FieldColumn("Attached", storagev1.VolumeAttachmentStatus{}, "attached"), "boolean"),
		resource.AgeColumn(),
	},
	Cells: func(a *storagev1.VolumeAttachment) []any {
		return []any{a.Name, a.Spec.Attacher, ptr.Deref(a.Spec.Source.PersistentVolumeName, ""), a.Spec.NodeName, a.Status.Attached, resource.AgeOf(a)}
	},
}
