package controlplane

import (
	"net/http"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// What an earlier release has stored, in a version that nobody serves any more, is read, and shown as it is today.
func TestWhatAnEarlierReleaseHasStoredIsRead(t *testing.T) {
	t.Parallel()
	etcd := newEtcd(t)
	api := swapServer(t, etcd)
	for _, row := range []struct{ group, version, kind, resource string }{
		{"admissionregistration.k8s.io", "v1alpha1", "MutatingAdmissionPolicy", "mutatingadmissionpolicies"},
		{"admissionregistration.k8s.io", "v1alpha1", "MutatingAdmissionPolicyBinding", "mutatingadmissionpolicybindings"},
		{"admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicy", "validatingadmissionpolicies"},
		{"admissionregistration.k8s.io", "v1beta1", "ValidatingAdmissionPolicyBinding", "validatingadmissionpolicybindings"},
		{"networking.k8s.io", "v1beta1", "IPAddress", "ipaddresses"},
		{"networking.k8s.io", "v1beta1", "ServiceCIDR", "servicecidrs"},
		{"storage.k8s.io", "v1beta1", "VolumeAttributesClass", "volumeattributesclasses"},
	} {
		stored, text := recordedObject(t, schema.GroupVersionKind{Group: row.group, Version: row.version, Kind: row.kind})
		if _, err := etcd.Put(t.Context(), "/registry/"+row.resource+"/nameValue", string(stored)); err != nil {
			t.Fatal(err)
		}
		code, got := ask(t, api, http.MethodGet, "/apis/"+row.group+"/v1/"+row.resource+"/nameValue", "")
		if code != http.StatusOK || got["apiVersion"] != row.group+"/v1" {
			t.Errorf("%s %s: %d %v", row.version, row.kind, code, got)
			continue
		}
		got["apiVersion"] = row.group + "/" + row.version
		nothingIsLost(t, got, text)
	}
}
