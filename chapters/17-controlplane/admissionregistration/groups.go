package admissionregistration

import (
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// extensions is the category of resources that extend the API.
var extensions = []string{"api-extensions"}

// Groups returns the rows of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: admissionregistrationv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "MutatingAdmissionPolicy", Name: "mutatingadmissionpolicies", ObjectMeta: registry.GenericMeta,
				Categories: extensions, Strategy: mutationStrategy,
				Columns: mutationColumns},
			{Kind: "MutatingAdmissionPolicyBinding", Name: "mutatingadmissionpolicybindings", ObjectMeta: registry.GenericMeta,
				Categories: extensions,
				Strategy:   mutationBindingStrategy,
				Columns:    mutationBindingColumns},
			{Kind: "MutatingWebhookConfiguration", Name: "mutatingwebhookconfigurations", ObjectMeta: registry.GenericMeta,
				Categories: extensions, Strategy: mutatingStrategy,
				Columns: mutatingColumns},
			{Kind: "ValidatingAdmissionPolicy", Name: "validatingadmissionpolicies", ObjectMeta: registry.GenericMeta,
				StatusObjectMeta: registry.NoMeta, Categories: extensions, Strategy: policyStrategy,
				Status: policyStatus, Columns: policyColumns},
			{Kind: "ValidatingAdmissionPolicyBinding", Name: "validatingadmissionpolicybindings", ObjectMeta: registry.GenericMeta,
				Categories: extensions,
				Strategy:   policyBindingStrategy,
				Columns:    policyBindingColumns},
			{Kind: "ValidatingWebhookConfiguration", Name: "validatingwebhookconfigurations", ObjectMeta: registry.GenericMeta,
				Categories: extensions, Strategy: validatingStrategy,
				Columns: validatingColumns},
		}},
	}
}
