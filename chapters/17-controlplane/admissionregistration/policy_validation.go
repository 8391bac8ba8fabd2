package admissionregistration

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
	"kubepath/chapters/17-controlplane/resource"
)

const (
	mostAuditAnnotations   = 20
	longestValueExpression = 5 * 1024
)

// validatePolicy is upstream's validateValidatingAdmissionPolicySpec, but for the compilation of the expressions.
func validatePolicy(at *field.Path, name string, s *admissionv1.ValidatingAdmissionPolicySpec) field.ErrorList {
	found := validatePolicyFrame(at, s.FailurePolicy, s.ParamKind, s.MatchConstraints)
	found = append(found, validateMatchConditions(at.Child("matchConditions"), s.MatchConditions)...)
	found = append(found, validateVariables(at.Child("variables"), s.Variables)...)
	validations, annotations := at.Child("validations"), at.Child("auditAnnotations")
	if len(s.Validations)+len(s.AuditAnnotations) == 0 {
		const one = "validations or auditAnnotations must contain at least one item"
		return append(found, field.Required(validations, one), field.Required(annotations, one))
	}
	for i := range s.Validations {
		found = append(found, validateValidation(validations.Index(i), &s.Validations[i])...)
	}
	if len(s.AuditAnnotations) > mostAuditAnnotations {
		found = append(found, field.Invalid(annotations, resource.InternalForm(s.AuditAnnotations),
			fmt.Sprintf("must not have more than %d auditAnnotations", mostAuditAnnotations)))
	}
	keys := map[string]bool{}
	for i, a := range s.AuditAnnotations {
		found = append(found, validateAuditAnnotation(annotations.Index(i), name, &a)...)
		if keys[a.Key] {
			found = append(found, field.Duplicate(annotations.Index(i).Child("key"), a.Key))
		}
		keys[a.Key] = true
	}
	return found
}

// validateMutatingPolicy is upstream's validateMutatingAdmissionPolicySpec, but for the compilation of the expressions.
func validateMutatingPolicy(at *field.Path, s *admissionv1.MutatingAdmissionPolicySpec) field.ErrorList {
	found := validatePolicyFrame(at, s.FailurePolicy, s.ParamKind, s.MatchConstraints)
	found = append(found, validateMutableOperations(at.Child("matchConstraints"), s.MatchConstraints)...)
	found = append(found, validateMatchConditions(at.Child("matchConditions"), s.MatchConditions)...)
	found = append(found, validateVariables(at.Child("variables"), s.Variables)...)
	mutations := at.Child("mutations")
	if len(s.Mutations) == 0 {
		found = append(found, field.Required(mutations, "mutations must contain at least one item"))
	}
	for i := range s.Mutations {
		found = append(found, validateMutation(mutations.Index(i), &s.Mutations[i])...)
	}
	return append(found, validate.RequiredAndSupported(at.Child("reinvocationPolicy"), s.ReinvocationPolicy,
		admissionv1.IfNeededReinvocationPolicy, admissionv1.NeverReinvocationPolicy)...)
}

// validatePolicyFrame: what happens where a policy fails, where its parameters are from, and what it is about.
func validatePolicyFrame(at *field.Path, failure *admissionv1.FailurePolicyType, kind *admissionv1.ParamKind, m *admissionv1.MatchResources) field.ErrorList {
	var found field.ErrorList
	if failure == nil {
		found = append(found, field.Required(at.Child("failurePolicy"), ""))
	}
	found = append(found, validateFailurePolicy(at.Child("failurePolicy"), failure)...)
	if kind != nil {
		found = append(found, validateParamKind(at.Child("paramKind"), kind)...)
	}
	constraints := at.Child("matchConstraints")
	if m == nil {
		return append(found, field.Required(constraints, ""))
	}
	found = append(found, validateMatchResources(constraints, m)...)
	if len(m.ResourceRules) == 0 {
		found = append(found, field.Required(constraints.Child("resourceRules"), ""))
	}
	return found
}

func validateFailurePolicy(at *field.Path, policy *admissionv1.FailurePolicyType) field.ErrorList {
	if policy == nil {
		return nil
	}
	return validate.Supported(at, *policy, admissionv1.Fail, admissionv1.Ignore)
}

func validateParamKind(at *field.Path, k *admissionv1.ParamKind) field.ErrorList {
	found := validateParamVersion(at.Child("apiVersion"), k.APIVersion)
	if k.Kind == "" {
		return append(found, field.Required(at.Child("kind"), ""))
	}
	if bad := validation.IsDNS1035Label(strings.ToLower(k.Kind)); len(bad) > 0 {
		found = append(found, field.Invalid(at.Child("kind"), k.Kind, "may have mixed case, but should otherwise match: "+strings.Join(bad, ",")))
	}
	return found
}

func validateParamVersion(at *field.Path, apiVersion string) field.ErrorList {
	group, version, grouped := strings.Cut(apiVersion, "/")
	switch {
	case apiVersion == "":
		return field.ErrorList{field.Required(at, "")}
	case strings.Contains(version, "/"):
		return field.ErrorList{field.Invalid(at, apiVersion, "unexpected GroupVersion string: "+apiVersion)}
	case !grouped:
		group, version = "", apiVersion
	}
	var found field.ErrorList
	if bad := validation.IsDNS1123Subdomain(group); group != "" && len(bad) > 0 {
		found = append(found, field.Invalid(at, group, strings.Join(bad, ",")))
	}
	if version == "" {
		return append(found, field.Invalid(at, apiVersion, "version must be specified"))
	}
	if bad := validation.IsDNS1035Label(version); len(bad) > 0 {
		found = append(found, field.Invalid(at, version, strings.Join(bad, ",")))
	}
	return found
}

// validateMatchResources: which requests a policy or a binding is about; nil: a binding's are those of its policy.
func validateMatchResources(at *field.Path, m *admissionv1.MatchResources) field.ErrorList {
	if m == nil {
		return nil
	}
	var found field.ErrorList
	if m.MatchPolicy == nil {
		found = append(found, field.Required(at.Child("matchPolicy"), ""))
	} else {
		found = append(found, validate.Supported(at.Child("matchPolicy"), *m.MatchPolicy, admissionv1.Equivalent, admissionv1.Exact)...)
	}
	for _, s := range []struct {
		name     string
		selector *metav1.LabelSelector
	}{{"namespaceSelector", m.NamespaceSelector}, {"objectSelector", m.ObjectSelector}} {
		if s.selector == nil {
			found = append(found, field.Required(at.Child(s.name), ""))
			continue
		}
		found = append(found, metavalidation.ValidateLabelSelector(s.selector, metavalidation.LabelSelectorValidationOptions{}, at.Child(s.name))...)
	}
	for i := range m.ResourceRules {
		found = append(found, validateNamedRule(at.Child("resourceRules").Index(i), &m.ResourceRules[i])...)
	}
	for i := range m.ExcludeResourceRules {
		found = append(found, validateNamedRule(at.Child("excludeResourceRules").Index(i), &m.ExcludeResourceRules[i])...)
	}
	return found
}

func validateNamedRule(at *field.Path, r *admissionv1.NamedRuleWithOperations) field.ErrorList {
	var found field.ErrorList
	for i, name := range r.ResourceNames {
		path := at.Child("resourceNames").Index(i)
		found = append(found, validate.Invalid(path, name, content.IsPathSegmentName(name))...)
		if slices.Contains(r.ResourceNames[:i], name) {
			found = append(found, field.Duplicate(path, name))
		}
	}
	return append(found, validateWebhookRule(at, &r.RuleWithOperations)...)
}

// validateMutableOperations: a deletion has nothing to mutate.
func validateMutableOperations(at *field.Path, m *admissionv1.MatchResources) field.ErrorList {
	var found field.ErrorList
	for i := 0; m != nil && i < len(m.ResourceRules); i++ {
		for _, operation := range m.ResourceRules[i].Operations {
			found = append(found, validate.Supported(at.Child("resourceRules", "operations"), operation, admissionv1.OperationAll, admissionv1.Connect,
				admissionv1.Create, admissionv1.Update)...)
		}
	}
	return found
}

// identifier is a name in an expression (CEL), unless it is one of the words that the language keeps.
var (
	identifier = regexp.MustCompile("^[_a-zA-Z][_a-zA-Z0-9]*$")
	keptWords  = strings.Fields("true false null in as break const continue else for function if import let loop package namespace return var void while")
)

func validateVariables(at *field.Path, variables []admissionv1.Variable) field.ErrorList {
	var found field.ErrorList
	for i, v := range variables {
		name := at.Index(i).Child("name")
		switch {
		case strings.TrimSpace(v.Name) == "":
			found = append(found, field.Required(name, "name is not specified"))
		case !identifier.MatchString(v.Name) || slices.Contains(keptWords, v.Name):
			found = append(found, field.Invalid(name, v.Name, "must be a valid CEL identifier"))
		}
		if strings.TrimSpace(v.Expression) == "" {
			found = append(found, field.Required(at.Index(i).Child("expression"), "expression is not specified"))
		}
	}
	return found
}

func validateValidation(at *field.Path, v *admissionv1.Validation) field.ErrorList {
	var found field.ErrorList
	message := strings.TrimSpace(v.Message)
	if strings.TrimSpace(v.Expression) == "" {
		found = append(found, field.Required(at.Child("expression"), "expression is not specified"))
	}
	if v.MessageExpression != "" && strings.TrimSpace(v.MessageExpression) == "" {
		found = append(found, field.Invalid(at.Child("messageExpression"), v.MessageExpression, "must be non-empty if specified"))
	}
	switch {
	case v.Message != "" && message == "":
		found = append(found, field.Invalid(at.Child("message"), v.Message, "must be non-empty if specified"))
	case strings.ContainsAny(message, "\n\r"):
		found = append(found, field.Invalid(at.Child("message"), v.Message, "must not contain line breaks"))
	}
	if v.Reason == nil {
		return found
	}
	return append(found, validate.Supported(at.Child("reason"), *v.Reason, metav1.StatusReasonForbidden, metav1.StatusReasonInvalid,
		metav1.StatusReasonRequestEntityTooLarge)...)
}

func validateAuditAnnotation(at *field.Path, policy string, a *admissionv1.AuditAnnotation) field.ErrorList {
	found := validate.QualifiedName(at.Child("key"), policy+"/"+a.Key)
	if policy == "" {
		found = field.ErrorList{field.Invalid(at.Child("key"), a.Key, "requires metadata.name be non-empty")}
	}
	switch expression := strings.TrimSpace(a.ValueExpression); {
	case expression == "":
		found = append(found, field.Required(at.Child("valueExpression"), "valueExpression is not specified"))
	case len(expression) > longestValueExpression:
		found = append(found, field.Required(at.Child("valueExpression"), fmt.Sprintf("must not exceed %d bytes in length", longestValueExpression)))
	}
	return found
}

// validateMutation: the type of a patch says which field has its expression.
func validateMutation(at *field.Path, m *admissionv1.Mutation) field.ErrorList {
	json, apply := at.Child("jsonPatch"), at.Child("applyConfiguration")
	var found field.ErrorList
	switch m.PatchType {
	case admissionv1.PatchTypeJSONPatch:
		if m.JSONPatch == nil {
			found = append(found, field.Required(json, "must be specified when patchType is JSONPatch"))
		} else {
			found = append(found, validate.Required(json.Child("expression"), strings.TrimSpace(m.JSONPatch.Expression))...)
		}
		if m.ApplyConfiguration != nil {
			found = append(found, field.Invalid(apply, "{applyConfiguration}", "must not be specified when patchType is JSONPatch"))
		}
		return found
	case admissionv1.PatchTypeApplyConfiguration:
		if m.ApplyConfiguration == nil {
			found = append(found, field.Required(apply, "must be specified when patchType is ApplyConfiguration"))
		} else {
			found = append(found, validate.Required(apply.Child("expression"), strings.TrimSpace(m.ApplyConfiguration.Expression))...)
		}
		if m.JSONPatch != nil {
			found = append(found, field.Invalid(json, "{jsonPatch}", "must not be specified when patchType is ApplyConfiguration"))
		}
		return found
	}
	return validate.RequiredAndSupported(at.Child("patchType"), m.PatchType, admissionv1.PatchTypeApplyConfiguration, admissionv1.PatchTypeJSONPatch)
}

func validatePolicyName(at *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(at, "")}
	}
	return validate.ObjectName(at, name)
}

// validateParamRef: parameters are one object, or those with labels.
func validateParamRef(at *field.Path, r *admissionv1.ParamRef) field.ErrorList {
	if r == nil {
		return nil
	}
	const exclusive = "name and selector are mutually exclusive"
	var found field.ErrorList
	if r.Name != "" {
		found = validate.Invalid(at.Child("name"), r.Name, content.IsPathSegmentName(r.Name))
		if r.Selector != nil {
			found = append(found, field.Forbidden(at.Child("name"), exclusive))
		}
	}
	if r.Selector != nil {
		found = append(found, metavalidation.ValidateLabelSelector(r.Selector, metavalidation.LabelSelectorValidationOptions{}, at.Child("selector"))...)
		if r.Name != "" {
			found = append(found, field.Forbidden(at.Child("selector"), exclusive))
		}
	}
	if r.Name == "" && r.Selector == nil {
		found = append(found, field.Required(at, "one of name or selector must be specified"))
	}
	action := at.Child("parameterNotFoundAction")
	if r.ParameterNotFoundAction == nil {
		return append(found, field.Required(action, ""))
	}
	return append(found, validate.RequiredAndSupported(action, *r.ParameterNotFoundAction, admissionv1.DenyAction, admissionv1.AllowAction)...)
}

func validateActions(at *field.Path, actions []admissionv1.ValidationAction) field.ErrorList {
	var found field.ErrorList
	for i, action := range actions {
		found = append(found, validate.Supported(at.Index(i), action, admissionv1.Audit, admissionv1.Deny, admissionv1.Warn)...)
		if slices.Contains(actions[:i], action) {
			found = append(found, field.Duplicate(at.Index(i), action))
		}
	}
	if slices.Contains(actions, admissionv1.Deny) && slices.Contains(actions, admissionv1.Warn) {
		found = append(found, field.Invalid(at, actions, "must not contain both Deny and Warn (repeating the same validation failure "+
			"information in the API response and headers serves no purpose)"))
	}
	if len(actions) == 0 {
		found = append(found, field.Required(at, "at least one validation action is required"))
	}
	return found
}

const mostMatchConditions = 64

// validateMatchConditions: each has a name of its own and an expression, which is not compiled here.
// Upstream: validateMatchConditions of pkg/apis/admissionregistration/validation.
func validateMatchConditions(at *field.Path, conditions []admissionv1.MatchCondition) field.ErrorList {
	var found field.ErrorList
	if len(conditions) > mostMatchConditions {
		found = append(found, field.TooMany(at, len(conditions), mostMatchConditions))
	}
	var names []string
	for i, c := range conditions {
		name := at.Index(i).Child("name")
		found = append(found, validate.Required(at.Index(i).Child("expression"), strings.TrimSpace(c.Expression))...)
		switch {
		case c.Name == "":
			found = append(found, field.Required(name, ""))
		case slices.Contains(names, c.Name):
			found = append(found, field.Duplicate(name, c.Name))
		default:
			found = append(found, validate.QualifiedName(name, c.Name)...)
		}
		names = append(names, c.Name)
	}
	return found
}
