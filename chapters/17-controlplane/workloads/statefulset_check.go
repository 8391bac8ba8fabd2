package workloads

import (
	"context"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/core"
	"kubepath/chapters/17-controlplane/resource"
)

// checkStatefulSet: of a stored set, its claims and the name of its service are not looked at again, and neither is its template where
// the stored one would not be let in today.
func checkStatefulSet(_ context.Context, set, old *statefulSet) field.ErrorList {
	path := field.NewPath("spec")
	if old == nil {
		return checkStatefulSpec(&set.Spec, path, statefulOptions{claims: true, serviceName: true, template: true})
	}
	stored := &old.Spec.Template
	valid := len(checkStatefulSpec(&old.Spec, path, statefulOptions{template: true, stored: stored})) == 0
	faults := checkStatefulSpec(&set.Spec, path, statefulOptions{template: valid, stored: stored})
	return append(faults, checkStatefulChange(&set.Spec, &old.Spec)...)
}

// statefulOptions are the parts of a spec that are looked at; stored is the template that an update replaces.
type statefulOptions struct {
	claims, serviceName, template bool
	stored                        *corev1.PodTemplateSpec
}

// checkStatefulSpec is upstream's ValidateStatefulSetSpec.
func checkStatefulSpec(s *appsv1.StatefulSetSpec, path *field.Path, o statefulOptions) field.ErrorList {
	pods := podSet{selector: s.Selector, template: &s.Template, path: path, kind: "statefulset"}
	faults := checkPodManagement(s.PodManagementPolicy, path.Child("podManagementPolicy"))
	faults = append(faults, checkStatefulUpdates(&s.UpdateStrategy, path.Child("updateStrategy"))...)
	faults = append(faults, checkClaimRetention(s.PersistentVolumeClaimRetentionPolicy, path.Child("persistentVolumeClaimRetentionPolicy"))...)
	for i := 0; o.claims && i < len(s.VolumeClaimTemplates); i++ {
		at := path.Child("volumeClaimTemplates").Index(i).Child("spec")
		faults = append(faults, core.ValidatePersistentVolumeClaimSpec(&s.VolumeClaimTemplates[i].Spec, at, core.ClaimOptions{})...)
	}
	faults = append(faults, notNegative(path, counted("replicas", s.Replicas), []count{{"minReadySeconds", int64(s.MinReadySeconds)}})...)
	if s.Ordinals != nil {
		faults = append(faults, notNegative(path, []count{{"ordinals.start", int64(s.Ordinals.Start)}})...)
	}
	if o.serviceName {
		faults = append(faults, checkServiceName(s.ServiceName, path.Child("serviceName"))...)
	}
	faults = append(faults, pods.checkSelector()...)
	if _, err := metav1.LabelSelectorAsSelector(s.Selector); err != nil {
		faults = append(faults, field.Invalid(path.Child("selector"), s.Selector, ""))
	} else {
		faults = append(faults, pods.checkMatch()...)
		if o.template {
			faults = append(faults, checkStatefulTemplate(s, o.stored, path.Child("template"))...)
		}
	}
	return append(faults, pods.checkLasting("StatefulSet")...)
}

func checkPodManagement(policy appsv1.PodManagementPolicyType, path *field.Path) field.ErrorList {
	switch policy {
	case appsv1.OrderedReadyPodManagement, appsv1.ParallelPodManagement:
		return nil
	case "":
		return field.ErrorList{field.Required(path, "")}
	}
	return field.ErrorList{field.Invalid(path, policy, "must be 'OrderedReady' or 'Parallel'")}
}

func checkStatefulUpdates(s *appsv1.StatefulSetUpdateStrategy, path *field.Path) field.ErrorList {
	rolling := path.Child("rollingUpdate")
	switch {
	case s.Type == "":
		return field.ErrorList{field.Required(path, "")}
	case s.Type == appsv1.OnDeleteStatefulSetStrategyType && s.RollingUpdate != nil:
		return field.ErrorList{field.Invalid(rolling, resource.GoNamed(s.RollingUpdate), "only allowed for updateStrategy 'RollingUpdate'")}
	case s.Type == appsv1.OnDeleteStatefulSetStrategyType:
		return nil
	case s.Type != appsv1.RollingUpdateStatefulSetStrategyType:
		return field.ErrorList{field.Invalid(path, resource.GoNamed(s), "must be 'RollingUpdate' or 'OnDelete'")}
	case s.RollingUpdate == nil:
		return nil
	}
	faults := notNegative(rolling, counted("partition", s.RollingUpdate.Partition))
	if limit := s.RollingUpdate.MaxUnavailable; limit != nil {
		at := rolling.Child("maxUnavailable")
		faults = append(faults, checkIntOrPercent(*limit, at)...)
		if isNone(*limit) {
			faults = append(faults, field.Invalid(at, *limit, "cannot be 0"))
		}
		faults = append(faults, checkShare(*limit, at)...)
	}
	return faults
}

func checkClaimRetention(p *appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy, path *field.Path) field.ErrorList {
	if p == nil {
		return nil
	}
	return append(checkRetention(p.WhenDeleted, path.Child("whenDeleted")), checkRetention(p.WhenScaled, path.Child("whenScaled"))...)
}

func checkRetention(p appsv1.PersistentVolumeClaimRetentionPolicyType, path *field.Path) field.ErrorList {
	const keep, remove = appsv1.RetainPersistentVolumeClaimRetentionPolicyType, appsv1.DeletePersistentVolumeClaimRetentionPolicyType
	if p == keep || p == remove {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, p, []appsv1.PersistentVolumeClaimRetentionPolicyType{keep, remove})}
}

func checkServiceName(name string, path *field.Path) field.ErrorList {
	if name == "" {
		return nil
	}
	var faults field.ErrorList
	for _, problem := range validation.IsDNS1123Label(name) {
		faults = append(faults, field.Invalid(path, name, problem))
	}
	return faults
}

// checkStatefulTemplate checks the template as the controller will complete it: with its own names for the host, and
// with a volume for each claim.
func checkStatefulTemplate(s *appsv1.StatefulSetSpec, stored *corev1.PodTemplateSpec, path *field.Path) field.ErrorList {
	template := &s.Template
	if template.Spec.Subdomain != "" || template.Spec.Hostname != "" || len(s.VolumeClaimTemplates) > 0 {
		template = template.DeepCopy()
		template.Spec.Subdomain, template.Spec.Hostname = "", ""
		template.Spec.Volumes = claimedVolumes(s)
	}
	faults := checkTemplate(template, stored, path)
	faults = append(faults, metav1validation.ValidateLabels(template.Labels, path.Child("labels"))...)
	return append(faults, apivalidation.ValidateAnnotations(template.Annotations, path.Child("annotations"))...)
}

// claimedVolumes are the template's volumes, where a claim's takes the place of one with its name.
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

// checkStatefulChange: what pods are called, and which claims are theirs, is settled once.
func checkStatefulChange(now, before *appsv1.StatefulSetSpec) field.ErrorList {
	rest := *now // with everything put back that may change
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
