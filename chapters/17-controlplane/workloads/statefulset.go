package workloads

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type statefulSet = appsv1.StatefulSet

// statefulSets is the strategy of stateful sets. A name is a DNS label, because the host names of the pods begin with it.
var statefulSets = statefulSetStrategy{resource.SpecStatus[statefulSet, *statefulSet]{
	Strategy:            registry.Namespaced{},
	ValidateNameFunc:    apivalidation.NameIsDNSLabel,
	Spec:                func(s *statefulSet) any { return &s.Spec },
	Status:              func(s *statefulSet) any { return &s.Status },
	PrepareFunc:         func(s *statefulSet) { podspec.DropDisabledTemplateFields(&s.Spec.Template) },
	ValidateWithOldFunc: validateStatefulSet,
	WarningsWithOldFunc: warnStatefulSet,
}}

// statefulSetStrategy drops rollingUpdate.maxUnavailable, whose feature gate MaxUnavailableStatefulSet is off.
// Upstream: pkg/registry/apps/statefulset.
type statefulSetStrategy struct {
	resource.SpecStatus[statefulSet, *statefulSet]
}

func (s statefulSetStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	dropMaxUnavailable(obj.(*statefulSet), nil)
	s.SpecStatus.PrepareForCreate(ctx, obj)
}

func (s statefulSetStrategy) PrepareForUpdate(ctx context.Context, obj, old runtime.Object) {
	dropMaxUnavailable(obj.(*statefulSet), old.(*statefulSet))
	s.SpecStatus.PrepareForUpdate(ctx, obj, old)
}

// dropMaxUnavailable clears the field unless old has it.
func dropMaxUnavailable(s, old *statefulSet) {
	rolling := s.Spec.UpdateStrategy.RollingUpdate
	if rolling == nil || rolling.MaxUnavailable == nil {
		return
	}
	if old != nil && old.Spec.UpdateStrategy.RollingUpdate != nil && old.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable != nil {
		return
	}
	without := *rolling
	without.MaxUnavailable = nil
	s.Spec.UpdateStrategy.RollingUpdate = &without
}

func warnStatefulSet(_ context.Context, s, old *statefulSet) []string {
	var lines []string
	if old == nil || !specUnchanged(s, old) {
		lines = warnTemplate(&s.Spec.Template)
	}
	for i := range s.Spec.VolumeClaimTemplates {
		path := field.NewPath("spec", "volumeClaimTemplates").Index(i)
		if old != nil {
			path = path.Child("Spec") // as upstream
		}
		lines = append(lines, warnClaim(path, &s.Spec.VolumeClaimTemplates[i].Spec)...)
	}
	if limit := s.Spec.RevisionHistoryLimit; limit != nil && *limit < 0 {
		lines = append(lines, "spec.revisionHistoryLimit: a negative value retains all historical revisions; a value >= 0 is recommended")
	}
	return lines
}

func validateStatefulSetStatus(_ context.Context, set, old *statefulSet) field.ErrorList {
	s, path := &set.Status, field.NewPath("status")
	ready := count{"readyReplicas", int64(s.ReadyReplicas)}
	current := count{"currentReplicas", int64(s.CurrentReplicas)}
	updated := count{"updatedReplicas", int64(s.UpdatedReplicas)}
	available := count{"availableReplicas", int64(s.AvailableReplicas)}
	errs := validateNonNegative(path, []count{{"replicas", int64(s.Replicas)}, ready, current, updated, available,
		{"observedGeneration", s.ObservedGeneration}}, counted("collisionCount", s.CollisionCount))
	errs = append(errs, validateAtMost(path, s.Replicas, "status.replicas", ready, current, updated, available)...)
	errs = append(errs, validateAtMost(path, s.ReadyReplicas, "status.readyReplicas", available)...)
	return append(errs, validateCollisionCount(path, s.CollisionCount, old.Status.CollisionCount)...)
}

func statefulSetScale(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.ScaleREST[statefulSet, *statefulSet]{
		Store:    s,
		Replicas: func(s *statefulSet) *int32 { return orNewZero(&s.Spec.Replicas) },
		Status:   func(s *statefulSet) int32 { return s.Status.Replicas },
		Selector: func(s *statefulSet) string { return selectorText(s.Spec.Selector) },
	}}
}

// statefulSetColumns are the columns of kubectl get statefulsets.
var statefulSetColumns = resource.Table[statefulSet, *statefulSet]{
	Columns: append([]resource.Column{
		resource.NameColumn(),
		{Name: "Ready", Description: "Number of the pod with ready state"},
		resource.AgeColumn(),
	}, podspec.TemplateColumns()...),
	Cells: func(s *statefulSet) []any {
		names, images := podspec.ContainerCells(s.Spec.Template.Spec.Containers)
		return []any{s.Name, countOf(s.Status.ReadyReplicas, s.Spec.Replicas), resource.AgeOf(s), names, images}
	},
}

// validateStatefulSet checks the whole spec on create. An update does not check volumeClaimTemplates and serviceName, nor
// the template if the stored one is invalid.
func validateStatefulSet(_ context.Context, set, old *statefulSet) field.ErrorList {
	path := field.NewPath("spec")
	if old == nil {
		return validateStatefulSpec(path, &set.Spec, statefulOptions{claims: true, serviceName: true, template: true})
	}
	stored := &old.Spec.Template
	valid := len(validateStatefulSpec(path, &old.Spec, statefulOptions{template: true, stored: stored})) == 0
	errs := validateStatefulSpec(path, &set.Spec, statefulOptions{template: valid, stored: stored})
	return append(errs, validateStatefulChange(&set.Spec, &old.Spec)...)
}

// statefulOptions selects the parts of a spec to check. stored is the template before an update.
type statefulOptions struct {
	claims, serviceName, template bool
	stored                        *corev1.PodTemplateSpec
}

// validateStatefulSpec checks the parts of a spec that the options select. Upstream: ValidateStatefulSetSpec.
func validateStatefulSpec(path *field.Path, s *appsv1.StatefulSetSpec, o statefulOptions) field.ErrorList {
	pods := podSet{selector: s.Selector, template: &s.Template, path: path, kind: "statefulset"}
	errs := validatePodManagement(path.Child("podManagementPolicy"), s.PodManagementPolicy)
	errs = append(errs, validateStatefulUpdates(path.Child("updateStrategy"), &s.UpdateStrategy)...)
	errs = append(errs, validateClaimRetention(path.Child("persistentVolumeClaimRetentionPolicy"), s.PersistentVolumeClaimRetentionPolicy)...)
	for i := 0; o.claims && i < len(s.VolumeClaimTemplates); i++ {
		at := path.Child("volumeClaimTemplates").Index(i).Child("spec")
		errs = append(errs, podspec.ValidatePersistentVolumeClaimSpec(at, &s.VolumeClaimTemplates[i].Spec, podspec.ClaimOptions{})...)
	}
	errs = append(errs, validateNonNegative(path, counted("replicas", s.Replicas), []count{{"minReadySeconds", int64(s.MinReadySeconds)}})...)
	if s.Ordinals != nil {
		errs = append(errs, validateNonNegative(path, []count{{"ordinals.start", int64(s.Ordinals.Start)}})...)
	}
	if o.serviceName {
		errs = append(errs, validateServiceName(path.Child("serviceName"), s.ServiceName)...)
	}
	errs = append(errs, pods.validateSelector()...)
	if _, err := metav1.LabelSelectorAsSelector(s.Selector); err != nil {
		errs = append(errs, field.Invalid(path.Child("selector"), s.Selector, ""))
	} else {
		errs = append(errs, pods.validateMatch()...)
		if o.template {
			errs = append(errs, validateStatefulTemplate(path.Child("template"), s, o.stored)...)
		}
	}
	return append(errs, pods.validateLongRunning("StatefulSet")...)
}

func validatePodManagement(path *field.Path, policy appsv1.PodManagementPolicyType) field.ErrorList {
	switch policy {
	case appsv1.OrderedReadyPodManagement, appsv1.ParallelPodManagement:
		return nil
	case "":
		return field.ErrorList{field.Required(path, "")}
	}
	return field.ErrorList{field.Invalid(path, policy, "must be 'OrderedReady' or 'Parallel'")}
}

func validateStatefulUpdates(path *field.Path, s *appsv1.StatefulSetUpdateStrategy) field.ErrorList {
	rolling := path.Child("rollingUpdate")
	switch {
	case s.Type == "":
		return field.ErrorList{field.Required(path, "")}
	case s.Type == appsv1.OnDeleteStatefulSetStrategyType && s.RollingUpdate != nil:
		return field.ErrorList{field.Invalid(rolling, s.RollingUpdate, "only allowed for updateStrategy 'RollingUpdate'")}
	case s.Type == appsv1.OnDeleteStatefulSetStrategyType:
		return nil
	case s.Type != appsv1.RollingUpdateStatefulSetStrategyType:
		return field.ErrorList{field.Invalid(path, s, "must be 'RollingUpdate' or 'OnDelete'")}
	case s.RollingUpdate == nil:
		return nil
	}
	errs := validateNonNegative(rolling, counted("partition", s.RollingUpdate.Partition))
	if limit := s.RollingUpdate.MaxUnavailable; limit != nil {
		at := rolling.Child("maxUnavailable")
		errs = append(errs, validateIntOrPercent(at, *limit)...)
		if isNone(*limit) {
			errs = append(errs, field.Invalid(at, *limit, "cannot be 0"))
		}
		errs = append(errs, validateShare(at, *limit)...)
	}
	return errs
}

func validateClaimRetention(path *field.Path, p *appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy) field.ErrorList {
	if p == nil {
		return nil
	}
	return append(validateRetention(path.Child("whenDeleted"), p.WhenDeleted), validateRetention(path.Child("whenScaled"), p.WhenScaled)...)
}

func validateRetention(path *field.Path, p appsv1.PersistentVolumeClaimRetentionPolicyType) field.ErrorList {
	return validate.Supported(path, p,
		appsv1.RetainPersistentVolumeClaimRetentionPolicyType, appsv1.DeletePersistentVolumeClaimRetentionPolicyType)
}

func validateServiceName(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return nil
	}
	return validate.DNS1123Label(path, name)
}

// validateStatefulTemplate checks the template as the controller will use it: without hostname and subdomain, which the
// controller sets, and with a volume for each claim.
func validateStatefulTemplate(path *field.Path, s *appsv1.StatefulSetSpec, stored *corev1.PodTemplateSpec) field.ErrorList {
	template := &s.Template
	if template.Spec.Subdomain != "" || template.Spec.Hostname != "" || len(s.VolumeClaimTemplates) > 0 {
		template = template.DeepCopy()
		template.Spec.Subdomain, template.Spec.Hostname = "", ""
		template.Spec.Volumes = claimedVolumes(s)
	}
	errs := validateTemplate(path, template, stored)
	errs = append(errs, metav1validation.ValidateLabels(template.Labels, path.Child("labels"))...)
	return append(errs, apivalidation.ValidateAnnotations(template.Annotations, path.Child("annotations"))...)
}

// claimedVolumes returns a volume for each claim, and the template's volumes with other names.
func claimedVolumes(s *appsv1.StatefulSetSpec) []corev1.Volume {
	var volumes []corev1.Volume
	claimed := map[string]bool{}
	for i := range s.VolumeClaimTemplates {
		name := s.VolumeClaimTemplates[i].Name
		if claimed[name] {
			continue
		}
		claimed[name] = true
		volumes = append(volumes, corev1.Volume{Name: name, VolumeSource: corev1.VolumeSource{
			PersistentVolumeClaim: &corev1.PersistentVolumeClaimVolumeSource{ClaimName: name}}})
	}
	for _, v := range s.Template.Spec.Volumes {
		if !claimed[v.Name] {
			volumes = append(volumes, v)
		}
	}
	return volumes
}

// validateStatefulChange: only the listed fields change. The others decide the names of pods and their claims.
func validateStatefulChange(now, before *appsv1.StatefulSetSpec) field.ErrorList {
	rest := *now // the new spec with the old values of the fields that may change
	rest.Replicas, rest.Ordinals, rest.Template = before.Replicas, before.Ordinals, before.Template
	rest.UpdateStrategy, rest.MinReadySeconds = before.UpdateStrategy, before.MinReadySeconds
	rest.RevisionHistoryLimit = before.RevisionHistoryLimit
	rest.PersistentVolumeClaimRetentionPolicy = before.PersistentVolumeClaimRetentionPolicy
	if equality.Semantic.DeepEqual(&rest, before) {
		return nil
	}
	return field.ErrorList{field.Forbidden(field.NewPath("spec"), "updates to statefulset spec for fields other than "+
		"'replicas', 'ordinals', 'template', 'updateStrategy', 'revisionHistoryLimit', "+
		"'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden")}
}
