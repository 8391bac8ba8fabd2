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
)

const (
	mostAuditAnnotations   = 20
	longestValueExpression = 5 * 1024
)

// validatePolicy is upstream's validateValidatingAdmissionPolicySpec, but for the compilation of the expressions.
func validatePolicy(at *field.Path, name string, s *admissionv1.ValidatingAdmissionPolicySpec) field.ErrorList {
	errs := validatePolicyFrame(at, s.FailurePolicy, s.ParamKind, s.MatchConstraints)
	errs = append(errs, validateMatchConditions(at.Child("matchConditions"), s.MatchConditions)...)
	errs = append(errs, validateVariables(at.Child("variables"), s.Variables)...)
	validations, annotations := at.Child("validations"), at.Child("auditAnnotations")
	if len(s.Validations)+len(s.AuditAnnotations) == 0 {
		const one = "validations or auditAnnotations must contain at least one item"
		return append(errs, field.Required(validations, one), field.Required(annotations, one))
	}
	for i := range s.Validations {
		errs = append(errs, validateValidation(validations.Index(i), &s.Validations[i])...)
	}
	if len(s.AuditAnnotations) > mostAuditAnnotations {
		errs = append(errs, field.Invalid(annotations, s.AuditAnnotations,
			fmt.Sprintf("must not have more than %d auditAnnotations", mostAuditAnnotations)))
	}
	keys := map[string]bool{}
	for i, a := range s.AuditAnnotations {
		errs = append(errs, validateAuditAnnotation(annotations.Index(i), name, &a)...)
		if keys[a.Key] {
			errs = append(errs, field.Duplicate(annotations.Index(i).Child("key"), a.Key))
		}
		keys[a.Key] = true
	}
	return errs
}

// validateMutatingPolicy is upstream's validateMutatingAdmissionPolicySpec, but for the compilation of the expressions.
func validateMutatingPolicy(at *field.Path, s *admissionv1.MutatingAdmissionPolicySpec) field.ErrorList {
	errs := validatePolicyFrame(at, s.FailurePolicy, s.ParamKind, s.MatchConstraints)
	errs = append(errs, validateMutableOperations(at.Child("matchConstraints"), s.MatchConstraints)...)
	errs = append(errs, validateMatchConditions(at.Child("matchConditions"), s.MatchConditions)...)
	errs = append(errs, validateVariables(at.Child("variables"), s.Variables)...)
	mutations := at.Child("mutations")
	if len(s.Mutations) == 0 {
		errs = append(errs, field.Required(mutations, "mutations must contain at least one item"))
	}
	for i := range s.Mutations {
		errs = append(errs, validateMutation(mutations.Index(i), &s.Mutations[i])...)
	}
	return append(errs, validate.RequiredAndSupported(at.Child("reinvocationPolicy"), s.ReinvocationPolicy,
		admissionv1.IfNeededReinvocationPolicy, admissionv1.NeverReinvocationPolicy)...)
}

// validatePolicyFrame: what happens where a policy fails, where its parameters are from, and what it is about.
func validatePolicyFrame(at *field.Path, failure *admissionv1.FailurePolicyType, kind *admissionv1.ParamKind, m *admissionv1.MatchResources) field.ErrorList {
	var errs field.ErrorList
	if failure == nil {
		errs = append(errs, field.Required(at.Child("failurePolicy"), ""))
	}
	errs = append(errs, validateFailurePolicy(at.Child("failurePolicy"), failure)...)
	if kind != nil {
		errs = append(errs, validateParamKind(at.Child("paramKind"), kind)...)
	}
	constraints := at.Child("matchConstraints")
	if m == nil {
		return append(errs, field.Required(constraints, ""))
	}
	errs = append(errs, validateMatchResources(constraints, m)...)
	if len(m.ResourceRules) == 0 {
		errs = append(errs, field.Required(constraints.Child("resourceRules"), ""))
	}
	return errs
}

func validateFailurePolicy(at *field.Path, policy *admissionv1.FailurePolicyType) field.ErrorList {
	if policy == nil {
		return nil
	}
	return validate.Supported(at, *policy, admissionv1.Fail, admissionv1.Ignore)
}

func validateParamKind(at *field.Path, k *admissionv1.ParamKind) field.ErrorList {
	errs := validateParamVersion(at.Child("apiVersion"), k.APIVersion)
	if k.Kind == "" {
		return append(errs, field.Required(at.Child("kind"), ""))
	}
	if bad := validation.IsDNS1035Label(strings.ToLower(k.Kind)); len(bad) > 0 {
		errs = append(errs, field.Invalid(at.Child("kind"), k.Kind, "may have mixed case, but should otherwise match: "+strings.Join(bad, ",")))
	}
	return errs
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
	var errs field.ErrorList
	if bad := validation.IsDNS1123Subdomain(group); group != "" && len(bad) > 0 {
		errs = append(errs, field.Invalid(at, group, strings.Join(bad, ",")))
	}
	if version == "" {
		return append(errs, field.Invalid(at, apiVersion, "version must be specified"))
	}
	if bad := validation.IsDNS1035Label(version); len(bad) > 0 {
		errs = append(errs, field.Invalid(at, version, strings.Join(bad, ",")))
	}
	return errs
}

// validateMatchResources: which requests a policy or a binding is about; nil: a binding's are those of its policy.
func validateMatchResources(at *field.Path, m *admissionv1.MatchResources) field.ErrorList {
	if m == nil {
		return nil
	}
	var errs field.ErrorList
	if m.MatchPolicy == nil {
		errs = append(errs, field.Required(at.Child("matchPolicy"), ""))
	} else {
		errs = append(errs, validate.Supported(at.Child("matchPolicy"), *m.MatchPolicy, admissionv1.Equivalent, admissionv1.Exact)...)
	}
	for _, s := range []struct {
		name     string
		selector *metav1.LabelSelector
	}{{"namespaceSelector", m.NamespaceSelector}, {"objectSelector", m.ObjectSelector}} {
		if s.selector == nil {
			errs = append(errs, field.Required(at.Child(s.name), ""))
			continue
		}
		errs = append(errs, metavalidation.ValidateLabelSelector(s.selector, metavalidation.LabelSelectorValidationOptions{}, at.Child(s.name))...)
	}
	for i := range m.ResourceRules {
		errs = append(errs, validateNamedRule(at.Child("resourceRules").Index(i), &m.ResourceRules[i])...)
	}
	for i := range m.ExcludeResourceRules {
		errs = append(errs, validateNamedRule(at.Child("excludeResourceRules").Index(i), &m.ExcludeResourceRules[i])...)
	}
	return errs
}

func validateNamedRule(at *field.Path, r *admissionv1.NamedRuleWithOperations) field.ErrorList {
	var errs field.ErrorList
	for i, name := range r.ResourceNames {
		path := at.Child("resourceNames").Index(i)
		errs = append(errs, validate.Invalid(path, name, content.IsPathSegmentName(name))...)
		if slices.Contains(r.ResourceNames[:i], name) {
			errs = append(errs, field.Duplicate(path, name))
		}
	}
	return append(errs, validateWebhookRule(at, &r.RuleWithOperations)...)
}

// validateMutableOperations: a deletion has nothing to mutate.
func validateMutableOperations(at *field.Path, m *admissionv1.MatchResources) field.ErrorList {
	var errs field.ErrorList
	for i := 0; m != nil && i < len(m.ResourceRules); i++ {
		for _, operation := range m.ResourceRules[i].Operations {
			errs = append(errs, validate.Supported(at.Child("resourceRules", "operations"), operation, admissionv1.OperationAll, admissionv1.Connect,
				admissionv1.Create, admissionv1.Update)...)
		}
	}
	return errs
}

// identifier is a name in an expression (CEL), unless it is one of the words that the language keeps.
var (
	identifier = regexp.MustCompile("^[_a-zA-Z][_a-zA-Z0-9]*$")
	keptWords  = strings.Fields("true false null in as break const continue else for function if import let loop package namespace return var void while")
)

func validateVariables(at *field.Path, variables []admissionv1.Variable) field.ErrorList {
	var errs field.ErrorList
	for i, v := range variables {
		name := at.Index(i).Child("name")
		switch {
		case strings.TrimSpace(v.Name) == "":
			errs = append(errs, field.Required(name, "name is not specified"))
		case !identifier.MatchString(v.Name) || slices.Contains(keptWords, v.Name):
			errs = append(errs, field.Invalid(name, v.Name, "must be a valid CEL identifier"))
		}
		if strings.TrimSpace(v.Expression) == "" {
			errs = append(errs, field.Required(at.Index(i).Child("expression"), "expression is not specified"))
		}
	}
	return errs
}

func validateValidation(at *field.Path, v *admissionv1.Validation) field.ErrorList {
	var errs field.ErrorList
	message := strings.TrimSpace(v.Message)
	if strings.TrimSpace(v.Expression) == "" {
		errs = append(errs, field.Required(at.Child("expression"), "expression is not specified"))
	}
	if v.MessageExpression != "" && strings.TrimSpace(v.MessageExpression) == "" {
		errs = append(errs, field.Invalid(at.Child("messageExpression"), v.MessageExpression, "must be non-empty if specified"))
	}
	switch {
	case v.Message != "" && message == "":
		errs = append(errs, field.Invalid(at.Child("message"), v.Message, "must be non-empty if specified"))
	case strings.ContainsAny(message, "\n\r"):
		errs = append(errs, field.Invalid(at.Child("message"), v.Message, "must not contain line breaks"))
	}
	if v.Reason == nil {
		return errs
	}
	return append(errs, validate.Supported(at.Child("reason"), *v.Reason, metav1.StatusReasonForbidden, metav1.StatusReasonInvalid,
		metav1.StatusReasonRequestEntityTooLarge)...)
}

func validateAuditAnnotation(at *field.Path, policy string, a *admissionv1.AuditAnnotation) field.ErrorList {
	errs := validate.QualifiedName(at.Child("key"), policy+"/"+a.Key)
	if policy == "" {
		errs = field.ErrorList{field.Invalid(at.Child("key"), a.Key, "requires metadata.name be non-empty")}
	}
	switch expression := strings.TrimSpace(a.ValueExpression); {
	case expression == "":
		errs = append(errs, field.Required(at.Child("valueExpression"), "valueExpression is not specified"))
	case len(expression) > longestValueExpression:
		errs = append(errs, field.Required(at.Child("valueExpression"), fmt.Sprintf("must not exceed %d bytes in length", longestValueExpression)))
	}
	return errs
}

// validateMutation: the type of a patch says which field has its expression.
func validateMutation(at *field.Path, m *admissionv1.Mutation) field.ErrorList {
	json, apply := at.Child("jsonPatch"), at.Child("applyConfiguration")
	var errs field.ErrorList
	switch m.PatchType {
	case admissionv1.PatchTypeJSONPatch:
		if m.JSONPatch == nil {
			errs = append(errs, field.Required(json, "must be specified when patchType is JSONPatch"))
		} else {
			errs = append(errs, validate.Required(json.Child("expression"), strings.TrimSpace(m.JSONPatch.Expression))...)
		}
		if m.ApplyConfiguration != nil {
			errs = append(errs, field.Invalid(apply, "{applyConfiguration}", "must not be specified when patchType is JSONPatch"))
		}
		return errs
	case admissionv1.PatchTypeApplyConfiguration:
		if m.ApplyConfiguration == nil {
			errs = append(errs, field.Required(apply, "must be specified when patchType is ApplyConfiguration"))
		} else {
			errs = append(errs, validate.Required(apply.Child("expression"), strings.TrimSpace(m.ApplyConfiguration.Expression))...)
		}
		if m.JSONPatch != nil {
			errs = append(errs, field.Invalid(json, "{jsonPatch}", "must not be specified when patchType is ApplyConfiguration"))
		}
		return errs
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
	var errs field.ErrorList
	if r.Name != "" {
		errs = validate.Invalid(at.Child("name"), r.Name, content.IsPathSegmentName(r.Name))
		if r.Selector != nil {
			errs = append(errs, field.Forbidden(at.Child("name"), exclusive))
		}
	}
	if r.Selector != nil {
		errs = append(errs, metavalidation.ValidateLabelSelector(r.Selector, metavalidation.LabelSelectorValidationOptions{}, at.Child("selector"))...)
		if r.Name != "" {
			errs = append(errs, field.Forbidden(at.Child("selector"), exclusive))
		}
	}
	if r.Name == "" && r.Selector == nil {
		errs = append(errs, field.Required(at, "one of name or selector must be specified"))
	}
	action := at.Child("parameterNotFoundAction")
	if r.ParameterNotFoundAction == nil {
		return append(errs, field.Required(action, ""))
	}
	return append(errs, validate.RequiredAndSupported(action, *r.ParameterNotFoundAction, admissionv1.DenyAction, admissionv1.AllowAction)...)
}

func validateActions(at *field.Path, actions []admissionv1.ValidationAction) field.ErrorList {
	var errs field.ErrorList
	for i, action := range actions {
		errs = append(errs, validate.Supported(at.Index(i), action, admissionv1.Audit, admissionv1.Deny, admissionv1.Warn)...)
		if slices.Contains(actions[:i], action) {
			errs = append(errs, field.Duplicate(at.Index(i), action))
		}
	}
	if slices.Contains(actions, admissionv1.Deny) && slices.Contains(actions, admissionv1.Warn) {
		errs = append(errs, field.Invalid(at, actions, "must not contain both Deny and Warn (repeating the same validation failure "+
			"information in the API response and headers serves no purpose)"))
	}
	if len(actions) == 0 {
		errs = append(errs, field.Required(at, "at least one validation action is required"))
	}
	return errs
}

const mostMatchConditions = 64

// validateMatchConditions: each has a name of its own and an expression, which is not compiled here.
// Upstream: validateMatchConditions of pkg/apis/admissionregistration/validation.
func validateMatchConditions(at *field.Path, conditions []admissionv1.MatchCondition) field.ErrorList {
	var errs field.ErrorList
	if len(conditions) > mostMatchConditions {
		errs = append(errs, field.TooMany(at, len(conditions), mostMatchConditions))
	}
	var names []string
	for i, c := range conditions {
		name := at.Index(i).Child("name")
		errs = append(errs, validate.Required(at.Index(i).Child("expression"), strings.TrimSpace(c.Expression))...)
		switch {
		case c.Name == "":
			errs = append(errs, field.Required(name, ""))
		case slices.Contains(names, c.Name):
			errs = append(errs, field.Duplicate(name, c.Name))
		default:
			errs = append(errs, validate.QualifiedName(name, c.Name)...)
		}
		names = append(names, c.Name)
	}
	return errs
}
