package admissionregistration

import (
	"context"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// The strategies of policies, which are rules in CEL, and of bindings, which say where a policy applies. The
// expressions are not compiled.

var policyStrategy = resource.SpecStatus[admissionv1.ValidatingAdmissionPolicy, *admissionv1.ValidatingAdmissionPolicy]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	Spec:                      func(p *admissionv1.ValidatingAdmissionPolicy) any { return &p.Spec },
	ResetObjectMetaForStatus:  true,
	Status:                    func(p *admissionv1.ValidatingAdmissionPolicy) any { return &p.Status },
	ValidateFunc: func(_ context.Context, p *admissionv1.ValidatingAdmissionPolicy) field.ErrorList {
		return validatePolicy(field.NewPath("spec"), p.Name, &p.Spec)
	},
}

var policyStatus = policyStrategy.StatusStrategy(nil)

var policyBindingStrategy = resource.SpecStatus[admissionv1.ValidatingAdmissionPolicyBinding,
	*admissionv1.ValidatingAdmissionPolicyBinding]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	Spec:                      func(b *admissionv1.ValidatingAdmissionPolicyBinding) any { return &b.Spec },
	ValidateFunc: func(_ context.Context, b *admissionv1.ValidatingAdmissionPolicyBinding) field.ErrorList {
		spec := field.NewPath("spec")
		errs := validatePolicyName(spec.Child("policyName"), b.Spec.PolicyName)
		errs = append(errs, validateParamRef(spec.Child("paramRef"), b.Spec.ParamRef)...)
		errs = append(errs, validateMatchResources(spec.Child("matchResources"), b.Spec.MatchResources)...)
		return append(errs, validateActions(spec.Child("validationActions"), b.Spec.ValidationActions)...)
	},
}

var mutationStrategy = resource.SpecStatus[admissionv1.MutatingAdmissionPolicy, *admissionv1.MutatingAdmissionPolicy]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	Spec:                      func(p *admissionv1.MutatingAdmissionPolicy) any { return &p.Spec },
	ValidateFunc: func(_ context.Context, p *admissionv1.MutatingAdmissionPolicy) field.ErrorList {
		return validateMutatingPolicy(field.NewPath("spec"), &p.Spec)
	},
}

var mutationBindingStrategy = resource.SpecStatus[admissionv1.MutatingAdmissionPolicyBinding, *admissionv1.MutatingAdmissionPolicyBinding]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	Spec:                      func(b *admissionv1.MutatingAdmissionPolicyBinding) any { return &b.Spec },
	ValidateFunc: func(_ context.Context, b *admissionv1.MutatingAdmissionPolicyBinding) field.ErrorList {
		spec := field.NewPath("spec")
		errs := validatePolicyName(spec.Child("policyName"), b.Spec.PolicyName)
		errs = append(errs, validateParamRef(spec.Child("paramRef"), b.Spec.ParamRef)...)
		errs = append(errs, validateMatchResources(spec.Child("matchResources"), b.Spec.MatchResources)...)
		return append(errs, validateMutableOperations(spec.Child("matchResources"), b.Spec.MatchResources)...)
	},
}

// counting returns a table with one column for the number of parts of an object.
func counting[T any, P resource.Object[T]](name, description string, count func(P) int) resource.Table[T, P] {
	return resource.Table[T, P]{
		Columns: []resource.Column{resource.NameColumn(), {Name: name, Type: "integer", Description: description}, resource.AgeColumn()},
		Cells: func(obj P) []any {
			object, ok := any(obj).(metav1.Object)
			if !ok {
				return []any{"", int64(count(obj)), resource.AgeOf(obj)}
			}
			return []any{object.GetName(), int64(count(obj)), resource.AgeOf(obj)}
		},
	}
}

const countsWebhooks = "Webhooks indicates the number of webhooks registered in this configuration"

var (
	validatingColumns = counting("Webhooks", countsWebhooks, func(c *admissionv1.ValidatingWebhookConfiguration) int { return len(c.Webhooks) })
	mutatingColumns   = counting("Webhooks", countsWebhooks, func(c *admissionv1.MutatingWebhookConfiguration) int { return len(c.Webhooks) })
)

// policyColumnsOf returns the columns of a policy: the number of its rules, and the kind of its parameters.
func policyColumnsOf(name, description string) []resource.Column {
	return []resource.Column{
		resource.NameColumn(), {Name: name, Type: "integer", Description: description},
		{Name: "ParamKind", Description: "ParamKind specifies the kind of resources used to parameterize this policy"}, resource.AgeColumn(),
	}
}

var policyColumns = resource.Table[admissionv1.ValidatingAdmissionPolicy, *admissionv1.ValidatingAdmissionPolicy]{
	Columns: policyColumnsOf("Validations", "Validations indicates the number of validation rules defined in this configuration"),
	Cells: func(p *admissionv1.ValidatingAdmissionPolicy) []any {
		return []any{p.Name, int64(len(p.Spec.Validations)), paramKindCell(p.Spec.ParamKind), resource.AgeOf(p)}
	},
}

var mutationColumns = resource.Table[admissionv1.MutatingAdmissionPolicy, *admissionv1.MutatingAdmissionPolicy]{
	Columns: policyColumnsOf("Mutations", "Mutation indicates the number of mutations rules defined in this configuration"),
	Cells: func(p *admissionv1.MutatingAdmissionPolicy) []any {
		return []any{p.Name, int64(len(p.Spec.Mutations)), paramKindCell(p.Spec.ParamKind), resource.AgeOf(p)}
	},
}

func paramKindCell(k *admissionv1.ParamKind) string {
	if k == nil {
		return resource.Unset
	}
	return k.APIVersion + "/" + k.Kind
}

var ofPolicyBindings = []resource.Column{
	resource.NameColumn(),
	{Name: "PolicyName", Description: "PolicyName indicates the policy definition which the policy binding binded to"},
	{Name: "ParamRef", Description: "ParamRef indicates the param resource which sets the configuration param"},
	resource.AgeColumn(),
}

var policyBindingColumns = resource.Table[admissionv1.ValidatingAdmissionPolicyBinding, *admissionv1.ValidatingAdmissionPolicyBinding]{
	Columns: ofPolicyBindings,
	Cells: func(b *admissionv1.ValidatingAdmissionPolicyBinding) []any {
		return []any{b.Name, b.Spec.PolicyName, paramRefCell(b.Spec.ParamRef), resource.AgeOf(b)}
	},
}

var mutationBindingColumns = resource.Table[admissionv1.MutatingAdmissionPolicyBinding, *admissionv1.MutatingAdmissionPolicyBinding]{
	Columns: ofPolicyBindings,
	Cells: func(b *admissionv1.MutatingAdmissionPolicyBinding) []any {
		return []any{b.Name, b.Spec.PolicyName, paramRefCell(b.Spec.ParamRef), resource.AgeOf(b)}
	},
}

// paramRefCell returns namespace/name of the parameter, or */name if the reference has no namespace.
func paramRefCell(r *admissionv1.ParamRef) string {
	switch {
	case r == nil:
		return resource.Unset
	case r.Name != "" && r.Namespace != "":
		return r.Namespace + "/" + r.Name
	case r.Name != "":
		return "*/" + r.Name
	case r.Selector != nil:
		return r.Selector.String()
	}
	return resource.Unset
}
