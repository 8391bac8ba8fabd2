package versions

import (
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"strconv"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	admissionv1alpha1 "k8s.io/api/admissionregistration/v1alpha1"
	admissionv1beta1 "k8s.io/api/admissionregistration/v1beta1"
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	policyv1 "k8s.io/api/policy/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	storagev1 "k8s.io/api/storage/v1"
	storagev1beta1 "k8s.io/api/storage/v1beta1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// removedVersionConversions are for versions that Kubernetes no longer serves; a server here can serve them, for old
// manifests.
// Upstream: pkg/apis/extensions/v1beta1/conversion.go, pkg/apis/apps/v1/conversion.go.
var removedVersionConversions = []conversion{
	newConversion(batchv1beta1.SchemeGroupVersion.WithKind("CronJob"), batchv1.SchemeGroupVersion.WithKind("CronJob"),
		convertByJSON[batchv1beta1.CronJob, batchv1.CronJob], convertByJSON[batchv1.CronJob, batchv1beta1.CronJob]),
	newConversion(extensionsv1beta1.SchemeGroupVersion.WithKind("ReplicaSet"), appsv1.SchemeGroupVersion.WithKind("ReplicaSet"),
		convertByJSON[extensionsv1beta1.ReplicaSet, appsv1.ReplicaSet], convertByJSON[appsv1.ReplicaSet, extensionsv1beta1.ReplicaSet]),
	newConversion(extensionsv1beta1.SchemeGroupVersion.WithKind("DaemonSet"), appsv1.SchemeGroupVersion.WithKind("DaemonSet"),
		daemonSetToV1, daemonSetToV1beta1),
	newConversion(extensionsv1beta1.SchemeGroupVersion.WithKind("Deployment"), appsv1.SchemeGroupVersion.WithKind("Deployment"),
		deploymentToV1, deploymentToV1beta1),
	newConversion(extensionsv1beta1.SchemeGroupVersion.WithKind("Ingress"), networkingv1.SchemeGroupVersion.WithKind("Ingress"),
		ingressToV1, ingressToV1beta1),
}

// convertByJSON converts between types that have the same JSON, by encoding to JSON and decoding. Fields that only one
// type has are lost.
func convertByJSON[From, To any](from *From) (*To, error) {
	to := new(To)
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	return to, err
}

// daemonSetToV1 keeps the old field templateGeneration in an annotation.
func daemonSetToV1(old *extensionsv1beta1.DaemonSet) (*appsv1.DaemonSet, error) {
	d, err := convertByJSON[extensionsv1beta1.DaemonSet, appsv1.DaemonSet](old)
	if err == nil {
		metav1.SetMetaDataAnnotation(&d.ObjectMeta, appsv1.DeprecatedTemplateGeneration, strconv.FormatInt(old.Spec.TemplateGeneration, 10))
	}
	return d, err
}

func daemonSetToV1beta1(d *appsv1.DaemonSet) (*extensionsv1beta1.DaemonSet, error) {
	old, err := convertByJSON[appsv1.DaemonSet, extensionsv1beta1.DaemonSet](d)
	if err == nil {
		old.Spec.TemplateGeneration, _, err = takeIntegerAnnotation(&old.ObjectMeta, appsv1.DeprecatedTemplateGeneration)
	}
	return old, err
}

// deploymentToV1 keeps the old field rollbackTo in an annotation.
func deploymentToV1(old *extensionsv1beta1.Deployment) (*appsv1.Deployment, error) {
	d, err := convertByJSON[extensionsv1beta1.Deployment, appsv1.Deployment](old)
	if err == nil && old.Spec.RollbackTo != nil {
		metav1.SetMetaDataAnnotation(&d.ObjectMeta, appsv1.DeprecatedRollbackTo, strconv.FormatInt(old.Spec.RollbackTo.Revision, 10))
	}
	return d, err
}

func deploymentToV1beta1(d *appsv1.Deployment) (*extensionsv1beta1.Deployment, error) {
	old, err := convertByJSON[appsv1.Deployment, extensionsv1beta1.Deployment](d)
	if err != nil {
		return nil, err
	}
	revision, asked, err := takeIntegerAnnotation(&old.ObjectMeta, appsv1.DeprecatedRollbackTo)
	if asked {
		old.Spec.RollbackTo = &extensionsv1beta1.RollbackConfig{Revision: revision}
	}
	return old, err
}

// takeIntegerAnnotation reads an annotation and removes it; found reports whether it existed.
func takeIntegerAnnotation(m *metav1.ObjectMeta, annotation string) (number int64, found bool, err error) {
	text, found := m.Annotations[annotation]
	if !found {
		return 0, false, nil
	}
	if number, err = strconv.ParseInt(text, 10, 64); err != nil {
		return 0, false, fmt.Errorf("failed to parse annotation[%s]=%s as int64: %w", annotation, text, err)
	}
	m.Annotations = maps.Clone(m.Annotations)
	delete(m.Annotations, annotation)
	return number, true, nil
}

// ingressToV1: an old backend is a service name and port; a new one is a service or another resource.
func ingressToV1(old *extensionsv1beta1.Ingress) (*networkingv1.Ingress, error) {
	i, err := convertByJSON[extensionsv1beta1.Ingress, networkingv1.Ingress](old) // all but the backends
	if err != nil {
		return nil, err
	}
	if b := old.Spec.Backend; b != nil {
		backend := ingressBackendToV1(b)
		i.Spec.DefaultBackend = &backend
	}
	for r, rule := range old.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for p := range rule.HTTP.Paths {
			i.Spec.Rules[r].HTTP.Paths[p].Backend = ingressBackendToV1(&rule.HTTP.Paths[p].Backend)
		}
	}
	return i, nil
}

func ingressToV1beta1(i *networkingv1.Ingress) (*extensionsv1beta1.Ingress, error) {
	old, err := convertByJSON[networkingv1.Ingress, extensionsv1beta1.Ingress](i)
	if err != nil {
		return nil, err
	}
	if b := i.Spec.DefaultBackend; b != nil {
		backend := ingressBackendToV1beta1(b)
		old.Spec.Backend = &backend
	}
	for r, rule := range i.Spec.Rules {
		if rule.HTTP == nil {
			continue
		}
		for p := range rule.HTTP.Paths {
			old.Spec.Rules[r].HTTP.Paths[p].Backend = ingressBackendToV1beta1(&rule.HTTP.Paths[p].Backend)
		}
	}
	return old, nil
}

func ingressBackendToV1(old *extensionsv1beta1.IngressBackend) networkingv1.IngressBackend {
	b := networkingv1.IngressBackend{Resource: old.Resource}
	if old.ServiceName != "" || old.ServicePort != (intstr.IntOrString{}) {
		b.Service = &networkingv1.IngressServiceBackend{Name: old.ServiceName, Port: networkingv1.ServiceBackendPort{
			Name: old.ServicePort.StrVal, Number: old.ServicePort.IntVal,
		}}
	}
	return b
}

func ingressBackendToV1beta1(b *networkingv1.IngressBackend) extensionsv1beta1.IngressBackend {
	old := extensionsv1beta1.IngressBackend{Resource: b.Resource}
	if b.Service == nil {
		return old
	}
	old.ServiceName = b.Service.Name
	old.ServicePort = intstr.FromInt32(b.Service.Port.Number)
	if name := b.Service.Port.Name; name != "" {
		old.ServicePort = intstr.FromString(name)
	}
	return old
}

// storageOnlyConversions are for versions with the same fields as the hub. They are not served but found in etcd: the
// release in which a kind becomes stable still stores the older version, so that the release before can read it; and
// objects keep their stored version until their next write.
var storageOnlyConversions = []conversion{
	newSameFieldsConversion[admissionv1beta1.MutatingAdmissionPolicy, admissionv1.MutatingAdmissionPolicy](admissionv1beta1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	newSameFieldsConversion[admissionv1beta1.MutatingAdmissionPolicyBinding, admissionv1.MutatingAdmissionPolicyBinding](admissionv1beta1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	newSameFieldsConversion[admissionv1beta1.ValidatingAdmissionPolicy, admissionv1.ValidatingAdmissionPolicy](admissionv1beta1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	newSameFieldsConversion[admissionv1beta1.ValidatingAdmissionPolicyBinding, admissionv1.ValidatingAdmissionPolicyBinding](admissionv1beta1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	newSameFieldsConversion[admissionv1alpha1.MutatingAdmissionPolicy, admissionv1.MutatingAdmissionPolicy](admissionv1alpha1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	newSameFieldsConversion[admissionv1alpha1.MutatingAdmissionPolicyBinding, admissionv1.MutatingAdmissionPolicyBinding](admissionv1alpha1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	newSameFieldsConversion[networkingv1beta1.IPAddress, networkingv1.IPAddress](networkingv1beta1.SchemeGroupVersion, networkingv1.SchemeGroupVersion),
	newSameFieldsConversion[networkingv1beta1.ServiceCIDR, networkingv1.ServiceCIDR](networkingv1beta1.SchemeGroupVersion, networkingv1.SchemeGroupVersion),
	newSameFieldsConversion[policyv1beta1.Eviction, policyv1.Eviction](policyv1beta1.SchemeGroupVersion, policyv1.SchemeGroupVersion), // in request bodies only
	newSameFieldsConversion[storagev1beta1.VolumeAttributesClass, storagev1.VolumeAttributesClass](storagev1beta1.SchemeGroupVersion, storagev1.SchemeGroupVersion),
}

// storedInBeta are the kinds that are stored in a beta version, so that a server of the previous release can read
// them.
var storedInBeta = []schema.GroupVersionKind{
	admissionv1beta1.SchemeGroupVersion.WithKind("MutatingAdmissionPolicy"),
	admissionv1beta1.SchemeGroupVersion.WithKind("MutatingAdmissionPolicyBinding"),
}

// newSameFieldsConversion returns the row of a kind that has the same name and fields in both versions.
func newSameFieldsConversion[S, H any, PS object[S], PH object[H]](served, hub schema.GroupVersion) conversion {
	kind := reflect.TypeFor[H]().Name()
	return newConversion(served.WithKind(kind), hub.WithKind(kind),
		func(from PS) (PH, error) { to, err := convertByJSON[S, H](from); return to, err },
		func(from PH) (PS, error) { to, err := convertByJSON[H, S](from); return to, err })
}
