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
	maxAuditAnnotations    = 20
	longestValueExpression = 5 * 1024
)

// validatePolicy is upstream's validateValidatingAdmissionPolicySpec without the compilation of expressions.
func validatePolicy(path *field.Path, name string, s *admissionv1.ValidatingAdmissionPolicySpec) field.ErrorList {
	errs := validatePolicyFrame(path, s.FailurePolicy, s.ParamKind, s.MatchConstraints)
	errs = append(errs, validateMatchConditions(path.Child("matchConditions"), s.MatchConditions)...)
	errs = append(errs, validateVariables(path.Child("variables"), s.Variables)...)
	validations, annotations := path.Child("validations"), path.Child("auditAnnotations")
	if len(s.Validations)+len(s.AuditAnnotations) == 0 {
		const one = "validations or auditAnnotations must contain at least one item"
		return append(errs, field.Required(validations, one), field.Required(annotations, one))
	}
	for i := range s.Validations {
		errs = append(errs, validateValidation(validations.Index(i), &s.Validations[i])...)
	}
	if len(s.AuditAnnotations) > maxAuditAnnotations {
		errs = append(errs, field.Invalid(annotations, s.AuditAnnotations,
			fmt.Sprintf("must not have more than %d auditAnnotations", maxAuditAnnotations)))
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

// validateMutatingPolicy is upstream's validateMutatingAdmissionPolicySpec without the compilation of expressions.
func validateMutatingPolicy(path *field.Path, s *admissionv1.MutatingAdmissionPolicySpec) field.ErrorList {
	errs := validatePolicyFrame(path, s.FailurePolicy, s.ParamKind, s.MatchConstraints)
	errs = append(errs, validateMutableOperations(path.Child("matchConstraints"), s.MatchConstraints)...)
	errs = append(errs, validateMatchConditions(path.Child("matchConditions"), s.MatchConditions)...)
	errs = append(errs, validateVariables(path.Child("variables"), s.Variables)...)
	mutations := path.Child("mutations")
	if len(s.Mutations) == 0 {
		errs = append(errs, field.Required(mutations, "mutations must contain at least one item"))
	}
	for i := range s.Mutations {
		errs = append(errs, validateMutation(mutations.Index(i), &s.Mutations[i])...)
	}
	return append(errs, validate.RequiredAndSupported(path.Child("reinvocationPolicy"), s.ReinvocationPolicy,
		admissionv1.IfNeededReinvocationPolicy, admissionv1.NeverReinvocationPolicy)...)
}

// validatePolicyFrame checks failurePolicy, paramKind and matchConstraints, which both kinds of policies have.
func validatePolicyFrame(path *field.Path, failure *admissionv1.FailurePolicyType, kind *admissionv1.ParamKind, m *admissionv1.MatchResources) field.ErrorList {
	var errs field.ErrorList
	if failure == nil {
		errs = append(errs, field.Required(path.Child("failurePolicy"), ""))
	}
	errs = append(errs, validateFailurePolicy(path.Child("failurePolicy"), failure)...)
	if kind != nil {
		errs = append(errs, validateParamKind(path.Child("paramKind"), kind)...)
	}
	constraints := path.Child("matchConstraints")
	if m == nil {
		return append(errs, field.Required(constraints, ""))
	}
	errs = append(errs, validateMatchResources(constraints, m)...)
	if len(m.ResourceRules) == 0 {
		errs = append(errs, field.Required(constraints.Child("resourceRules"), ""))
	}
	return errs
}

func validateFailurePolicy(path *field.Path, policy *admissionv1.FailurePolicyType) field.ErrorList {
	if policy == nil {
		return nil
	}
	return validate.Supported(path, *policy, admissionv1.Fail, admissionv1.Ignore)
}

func validateParamKind(path *field.Path, k *admissionv1.ParamKind) field.ErrorList {
	errs := validateParamVersion(path.Child("apiVersion"), k.APIVersion)
	if k.Kind == "" {
		return append(errs, field.Required(path.Child("kind"), ""))
	}
	if bad := validation.IsDNS1035Label(strings.ToLower(k.Kind)); len(bad) > 0 {
		errs = append(errs, field.Invalid(path.Child("kind"), k.Kind, "may have mixed case, but should otherwise match: "+strings.Join(bad, ",")))
	}
	return errs
}

func validateParamVersion(path *field.Path, apiVersion string) field.ErrorList {
	group, version, grouped := strings.Cut(apiVersion, "/")
	switch {
	case apiVersion == "":
		return field.ErrorList{field.Required(path, "")}
	case strings.Contains(version, "/"):
		return field.ErrorList{field.Invalid(path, apiVersion, "unexpected GroupVersion string: "+apiVersion)}
	case !grouped:
		group, version = "", apiVersion
	}
	var errs field.ErrorList
	if bad := validation.IsDNS1123Subdomain(group); group != "" && len(bad) > 0 {
		errs = append(errs, field.Invalid(path, group, strings.Join(bad, ",")))
	}
	if version == "" {
		return append(errs, field.Invalid(path, apiVersion, "version must be specified"))
	}
	if bad := validation.IsDNS1035Label(version); len(bad) > 0 {
		errs = append(errs, field.Invalid(path, version, strings.Join(bad, ",")))
	}
	return errs
}

// validateMatchResources checks which requests a policy or a binding matches; nil: a binding matches what its policy
// does.
func validateMatchResources(path *field.Path, m *admissionv1.MatchResources) field.ErrorList {
	if m == nil {
		return nil
	}
	var errs field.ErrorList
	if m.MatchPolicy == nil {
		errs = append(errs, field.Required(path.Child("matchPolicy"), ""))
	} else {
		errs = append(errs, validate.Supported(path.Child("matchPolicy"), *m.MatchPolicy, admissionv1.Equivalent, admissionv1.Exact)...)
	}
	for _, s := range []struct {
		name     string
		selector *metav1.LabelSelector
	}{{"namespaceSelector", m.NamespaceSelector}, {"objectSelector", m.ObjectSelector}} {
		if s.selector == nil {
			errs = append(errs, field.Required(path.Child(s.name), ""))
			continue
		}
		errs = append(errs, metavalidation.ValidateLabelSelector(s.selector, metavalidation.LabelSelectorValidationOptions{}, path.Child(s.name))...)
	}
	for i := range m.ResourceRules {
		errs = append(errs, validateNamedRule(path.Child("resourceRules").Index(i), &m.ResourceRules[i])...)
	}
	for i := range m.ExcludeResourceRules {
		errs = append(errs, validateNamedRule(path.Child("excludeResourceRules").Index(i), &m.ExcludeResourceRules[i])...)
	}
	return errs
}

func validateNamedRule(path *field.Path, r *admissionv1.NamedRuleWithOperations) field.ErrorList {
	var errs field.ErrorList
	for i, name := range r.ResourceNames {
		names := path.Child("resourceNames")
		errs = append(errs, validate.Invalid(names.Index(i), name, content.IsPathSegmentName(name))...)
		if slices.Contains(r.ResourceNames[:i], name) {
			errs = append(errs, field.Duplicate(names.Index(i), name))
		}
	}
	return append(errs, validateWebhookRule(path, &r.RuleWithOperations)...)
}

// validateMutableOperations: a mutating policy cannot match DELETE.
func validateMutableOperations(path *field.Path, m *admissionv1.MatchResources) field.ErrorList {
	var errs field.ErrorList
	for i := 0; m != nil && i < len(m.ResourceRules); i++ {
		for _, operation := range m.ResourceRules[i].Operations {
			errs = append(errs, validate.Supported(path.Child("resourceRules", "operations"), operation, admissionv1.OperationAll, admissionv1.Connect,
				admissionv1.Create, admissionv1.Update)...)
		}
	}
	return errs
}

// identifier matches a name in CEL; keptWords are the reserved words of CEL.
var (
	identifier = regexp.MustCompile("^[_a-zA-Z][_a-zA-Z0-9]*$")
	keptWords  = strings.Fields("true false null in as break const continue else for function if import let loop package namespace return var void while")
)

func validateVariables(path *field.Path, variables []admissionv1.Variable) field.ErrorList {
	var errs field.ErrorList
	for i, v := range variables {
		name := path.Index(i).Child("name")
		switch {
		case strings.TrimSpace(v.Name) == "":
			errs = append(errs, field.Required(name, "name is not specified"))
		case !identifier.MatchString(v.Name) || slices.Contains(keptWords, v.Name):
			errs = append(errs, field.Invalid(name, v.Name, "must be a valid CEL identifier"))
		}
		if strings.TrimSpace(v.Expression) == "" {
			errs = append(errs, field.Required(path.Index(i).Child("expression"), "expression is not specified"))
		}
	}
	return errs
}

func validateValidation(path *field.Path, v *admissionv1.Validation) field.ErrorList {
	var errs field.ErrorList
	message := strings.TrimSpace(v.Message)
	if strings.TrimSpace(v.Expression) == "" {
		errs = append(errs, field.Required(path.Child("expression"), "expression is not specified"))
	}
	if v.MessageExpression != "" && strings.TrimSpace(v.MessageExpression) == "" {
		errs = append(errs, field.Invalid(path.Child("messageExpression"), v.MessageExpression, "must be non-empty if specified"))
	}
	switch {
	case v.Message != "" && message == "":
		errs = append(errs, field.Invalid(path.Child("message"), v.Message, "must be non-empty if specified"))
	case strings.ContainsAny(message, "\n\r"):
		errs = append(errs, field.Invalid(path.Child("message"), v.Message, "must not contain line breaks"))
	}
	if v.Reason == nil {
		return errs
	}
	return append(errs, validate.Supported(path.Child("reason"), *v.Reason, metav1.StatusReasonForbidden, metav1.StatusReasonInvalid,
		metav1.StatusReasonRequestEntityTooLarge)...)
}

func validateAuditAnnotation(path *field.Path, policy string, a *admissionv1.AuditAnnotation) field.ErrorList {
	errs := validate.QualifiedName(path.Child("key"), policy+"/"+a.Key)
	if policy == "" {
		errs = field.ErrorList{field.Invalid(path.Child("key"), a.Key, "requires metadata.name be non-empty")}
	}
	switch expression := strings.TrimSpace(a.ValueExpression); {
	case expression == "":
		errs = append(errs, field.Required(path.Child("valueExpression"), "valueExpression is not specified"))
	case len(expression) > longestValueExpression:
		errs = append(errs, field.Required(path.Child("valueExpression"), fmt.Sprintf("must not exceed %d bytes in length", longestValueExpression)))
	}
	return errs
}

// validateMutation: patchType decides which field holds the expression.
func validateMutation(path *field.Path, m *admissionv1.Mutation) field.ErrorList {
	json, apply := path.Child("jsonPatch"), path.Child("applyConfiguration")
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
	return validate.RequiredAndSupported(path.Child("patchType"), m.PatchType, admissionv1.PatchTypeApplyConfiguration, admissionv1.PatchTypeJSONPatch)
}

func validatePolicyName(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return validate.ObjectName(path, name)
}

// validateParamRef: the reference has a name or a selector, not both.
func validateParamRef(path *field.Path, r *admissionv1.ParamRef) field.ErrorList {
	if r == nil {
		return nil
	}
	const exclusive = "name and selector are mutually exclusive"
	var errs field.ErrorList
	if r.Name != "" {
		errs = validate.Invalid(path.Child("name"), r.Name, content.IsPathSegmentName(r.Name))
		if r.Selector != nil {
			errs = append(errs, field.Forbidden(path.Child("name"), exclusive))
		}
	}
	if r.Selector != nil {
		errs = append(errs, metavalidation.ValidateLabelSelector(r.Selector, metavalidation.LabelSelectorValidationOptions{}, path.Child("selector"))...)
		if r.Name != "" {
			errs = append(errs, field.Forbidden(path.Child("selector"), exclusive))
		}
	}
	if r.Name == "" && r.Selector == nil {
		errs = append(errs, field.Required(path, "one of name or selector must be specified"))
	}
	action := path.Child("parameterNotFoundAction")
	if r.ParameterNotFoundAction == nil {
		return append(errs, field.Required(action, ""))
	}
	return append(errs, validate.RequiredAndSupported(action, *r.ParameterNotFoundAction, admissionv1.DenyAction, admissionv1.AllowAction)...)
}

func validateActions(path *field.Path, actions []admissionv1.ValidationAction) field.ErrorList {
	var errs field.ErrorList
	for i, action := range actions {
		errs = append(errs, validate.Supported(path.Index(i), action, admissionv1.Audit, admissionv1.Deny, admissionv1.Warn)...)
		if slices.Contains(actions[:i], action) {
			errs = append(errs, field.Duplicate(path.Index(i), action))
		}
	}
	if slices.Contains(actions, admissionv1.Deny) && slices.Contains(actions, admissionv1.Warn) {
		errs = append(errs, field.Invalid(path, actions, "must not contain both Deny and Warn (repeating the same validation failure "+
			"information in the API response and headers serves no purpose)"))
	}
	if len(actions) == 0 {
		errs = append(errs, field.Required(path, "at least one validation action is required"))
	}
	return errs
}

const maxMatchConditions = 64

// validateMatchConditions: each has a unique name and an expression, which is not compiled here.
// Upstream: validateMatchConditions of pkg/apis/admissionregistration/validation.
func validateMatchConditions(path *field.Path, conditions []admissionv1.MatchCondition) field.ErrorList {
	var errs field.ErrorList
	if len(conditions) > maxMatchConditions {
		errs = append(errs, field.TooMany(path, len(conditions), maxMatchConditions))
	}
	var names []string
	for i, c := range conditions {
		name := path.Index(i).Child("name")
		errs = append(errs, validate.Required(path.Index(i).Child("expression"), strings.TrimSpace(c.Expression))...)
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
