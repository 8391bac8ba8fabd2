package versions

import (
	"reflect"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	admissionv1alpha1 "k8s.io/api/admissionregistration/v1alpha1"
	admissionv1beta1 "k8s.io/api/admissionregistration/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
	networkingv1beta1 "k8s.io/api/networking/v1beta1"
	policyv1 "k8s.io/api/policy/v1"
	policyv1beta1 "k8s.io/api/policy/v1beta1"
	storagev1 "k8s.io/api/storage/v1"
	storagev1beta1 "k8s.io/api/storage/v1beta1"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// earlyConversions are versions whose fields have not changed since. They are not served, but found in etcd: a release
// in which a kind becomes stable keeps it as the release before it knows it, and what older ones wrote lies there until
// its next write.
var earlyConversions = []conversion{
	alike[admissionv1beta1.MutatingAdmissionPolicy, admissionv1.MutatingAdmissionPolicy](admissionv1beta1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	alike[admissionv1beta1.MutatingAdmissionPolicyBinding, admissionv1.MutatingAdmissionPolicyBinding](admissionv1beta1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	alike[admissionv1beta1.ValidatingAdmissionPolicy, admissionv1.ValidatingAdmissionPolicy](admissionv1beta1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	alike[admissionv1beta1.ValidatingAdmissionPolicyBinding, admissionv1.ValidatingAdmissionPolicyBinding](admissionv1beta1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	alike[admissionv1alpha1.MutatingAdmissionPolicy, admissionv1.MutatingAdmissionPolicy](admissionv1alpha1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	alike[admissionv1alpha1.MutatingAdmissionPolicyBinding, admissionv1.MutatingAdmissionPolicyBinding](admissionv1alpha1.SchemeGroupVersion, admissionv1.SchemeGroupVersion),
	alike[networkingv1beta1.IPAddress, networkingv1.IPAddress](networkingv1beta1.SchemeGroupVersion, networkingv1.SchemeGroupVersion),
	alike[networkingv1beta1.ServiceCIDR, networkingv1.ServiceCIDR](networkingv1beta1.SchemeGroupVersion, networkingv1.SchemeGroupVersion),
	alike[policyv1beta1.Eviction, policyv1.Eviction](policyv1beta1.SchemeGroupVersion, policyv1.SchemeGroupVersion), // in bodies only
	alike[storagev1beta1.VolumeAttributesClass, storagev1.VolumeAttributesClass](storagev1beta1.SchemeGroupVersion, storagev1.SchemeGroupVersion),
}

// storedEarly are the kinds that are kept in an early version, so that a server of the release before can read them.
var storedEarly = []schema.GroupVersionKind{
	admissionv1beta1.SchemeGroupVersion.WithKind("MutatingAdmissionPolicy"),
	admissionv1beta1.SchemeGroupVersion.WithKind("MutatingAdmissionPolicyBinding"),
}

// alike is the row of a kind that has the same name and fields in both versions.
func alike[S, H any, PS object[S], PH object[H]](served, hub schema.GroupVersion) conversion {
	kind := reflect.TypeFor[H]().Name()
	return between(served.WithKind(kind), hub.WithKind(kind),
		func(from PS) (PH, error) { to, err := same[S, H](from); return to, err },
		func(from PH) (PS, error) { to, err := same[H, S](from); return to, err })
}
