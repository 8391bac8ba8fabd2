package admissionregistration

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"

	admissionv1 "k8s.io/api/admissionregistration/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// The strategies of webhook configurations. CEL expressions are not compiled. Upstream:
// pkg/registry/admissionregistration.

var validatingStrategy = resource.SpecStatus[admissionv1.ValidatingWebhookConfiguration, *admissionv1.ValidatingWebhookConfiguration]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	Spec:                      func(c *admissionv1.ValidatingWebhookConfiguration) any { return &c.Webhooks },
	NilIsNotEmpty:             true,
	ValidateFunc: func(_ context.Context, c *admissionv1.ValidatingWebhookConfiguration) field.ErrorList {
		return validateWebhooks(c.Webhooks, nil)
	},
}

var mutatingStrategy = resource.SpecStatus[admissionv1.MutatingWebhookConfiguration, *admissionv1.MutatingWebhookConfiguration]{
	Strategy:                  registry.ClusterScoped{},
	ForbidUnconditionalUpdate: true,
	Spec:                      func(c *admissionv1.MutatingWebhookConfiguration) any { return &c.Webhooks },
	NilIsNotEmpty:             true,
	ValidateFunc: func(_ context.Context, c *admissionv1.MutatingWebhookConfiguration) field.ErrorList {
		hooks, reinvocation := make([]admissionv1.ValidatingWebhook, len(c.Webhooks)), make([]*admissionv1.ReinvocationPolicyType, len(c.Webhooks))
		for i, hook := range c.Webhooks {
			reinvocation[i] = hook.ReinvocationPolicy
			hooks[i] = admissionv1.ValidatingWebhook{
				Name: hook.Name, ClientConfig: hook.ClientConfig, Rules: hook.Rules, FailurePolicy: hook.FailurePolicy,
				MatchPolicy: hook.MatchPolicy, NamespaceSelector: hook.NamespaceSelector, ObjectSelector: hook.ObjectSelector,
				SideEffects: hook.SideEffects, TimeoutSeconds: hook.TimeoutSeconds, AdmissionReviewVersions: hook.AdmissionReviewVersions,
				MatchConditions: hook.MatchConditions,
			}
		}
		return validateWebhooks(hooks, reinvocation)
	},
}

// validateWebhooks checks webhooks of both kinds; reinvocation holds the reinvocationPolicy of each mutating webhook,
// and is nil for validating webhooks.
func validateWebhooks(hooks []admissionv1.ValidatingWebhook, reinvocation []*admissionv1.ReinvocationPolicyType) field.ErrorList {
	var errs field.ErrorList
	var names []string
	for i, hook := range hooks {
		var again *admissionv1.ReinvocationPolicyType
		if reinvocation != nil {
			again = reinvocation[i]
		}
		path := field.NewPath("webhooks").Index(i)
		errs = append(errs, validateWebhook(path, &hook, again)...)
		errs = append(errs, validateReviewVersions(path.Child("admissionReviewVersions"), hook.AdmissionReviewVersions)...)
		if hook.Name != "" && slices.Contains(names, hook.Name) {
			errs = append(errs, field.Duplicate(path.Child("name"), hook.Name))
		}
		names = append(names, hook.Name)
	}
	return errs
}

// validateWebhook is upstream's validateValidatingWebhook and validateMutatingWebhook.
func validateWebhook(path *field.Path, h *admissionv1.ValidatingWebhook, again *admissionv1.ReinvocationPolicyType) field.ErrorList {
	errs := validation.IsFullyQualifiedName(path.Child("name"), h.Name)
	for i, rule := range h.Rules {
		errs = append(errs, validateWebhookRule(path.Child("rules").Index(i), &rule)...)
	}
	if h.FailurePolicy != nil {
		errs = append(errs, validate.Supported(path.Child("failurePolicy"), *h.FailurePolicy, admissionv1.Fail, admissionv1.Ignore)...)
	}
	if h.MatchPolicy != nil {
		errs = append(errs, validate.Supported(path.Child("matchPolicy"), *h.MatchPolicy, admissionv1.Equivalent, admissionv1.Exact)...)
	}
	effects := path.Child("sideEffects")
	if h.SideEffects == nil {
		errs = append(errs, field.Required(effects, "must specify one of None, NoneOnDryRun"))
	} else {
		errs = append(errs, validate.Supported(effects, *h.SideEffects, admissionv1.SideEffectClassNone, admissionv1.SideEffectClassNoneOnDryRun)...)
	}
	if seconds := ptr.Deref(h.TimeoutSeconds, 10); seconds < 1 || seconds > 30 {
		errs = append(errs, field.Invalid(path.Child("timeoutSeconds"), seconds, "the timeout value must be between 1 and 30 seconds"))
	}
	options := metavalidation.LabelSelectorValidationOptions{}
	if h.NamespaceSelector != nil {
		errs = append(errs, metavalidation.ValidateLabelSelector(h.NamespaceSelector, options, path.Child("namespaceSelector"))...)
	}
	if h.ObjectSelector != nil {
		errs = append(errs, metavalidation.ValidateLabelSelector(h.ObjectSelector, options, path.Child("objectSelector"))...)
	}
	if again != nil {
		errs = append(errs, validate.Supported(path.Child("reinvocationPolicy"), *again, admissionv1.IfNeededReinvocationPolicy,
			admissionv1.NeverReinvocationPolicy)...)
	}
	errs = append(errs, validateWebhookClient(path.Child("clientConfig"), &h.ClientConfig)...)
	return append(errs, validateMatchConditions(path.Child("matchConditions"), h.MatchConditions)...)
}

func validateWebhookClient(path *field.Path, c *admissionv1.WebhookClientConfig) field.ErrorList {
	switch {
	case (c.URL == nil) == (c.Service == nil):
		return field.ErrorList{field.Required(path, "exactly one of url or service is required")}
	case c.URL != nil:
		return validateWebhookURL(path.Child("url"), *c.URL)
	}
	service := path.Child("service")
	errs := validate.Required(service.Child("name"), c.Service.Namespace) // upstream swaps the two names
	errs = append(errs, validate.Required(service.Child("namespace"), c.Service.Name)...)
	port := ptr.Deref(c.Service.Port, 443)
	if messages := validation.IsValidPortNum(int(port)); messages != nil {
		errs = append(errs, field.Invalid(service.Child("port"), port, "port is not valid: "+strings.Join(messages, ", ")))
	}
	return append(errs, validateWebhookPath(service.Child("path"), ptr.Deref(c.Service.Path, ""))...)
}

// validateWebhookURL is upstream's webhook.ValidateWebhookURL.
func validateWebhookURL(path *field.Path, text string) field.ErrorList {
	const form = "; desired format: https://host[/path]"
	u, err := url.Parse(text)
	if err != nil {
		return field.ErrorList{field.Required(path, "url must be a valid URL: "+err.Error()+form)}
	}
	var errs field.ErrorList
	for _, rule := range []struct {
		broken bool
		value  string
		text   string
	}{
		{u.Scheme != "https", u.Scheme, "'https' is the only allowed URL scheme" + form},
		{u.Host == "", u.Host, "host must be specified" + form},
		{u.User != nil, u.User.String(), "user information is not permitted in the URL"},
		{u.Fragment != "", u.Fragment, "fragments are not permitted in the URL"},
		{u.RawQuery != "", u.RawQuery, "query parameters are not permitted in the URL"},
	} {
		if rule.broken {
			errs = append(errs, field.Invalid(path, rule.value, rule.text))
		}
	}
	return errs
}

// validateWebhookPath is the last part of upstream's webhook.ValidateWebhookService.
func validateWebhookPath(path *field.Path, urlPath string) field.ErrorList {
	switch urlPath {
	case "", "/":
		return nil
	case "//":
		return field.ErrorList{field.Invalid(path, urlPath, "segment[0] may not be empty")}
	}
	var errs field.ErrorList
	if !strings.HasPrefix(urlPath, "/") {
		errs = append(errs, field.Invalid(path, urlPath, "must start with a '/'"))
	}
	for i, step := range strings.Split(strings.TrimSuffix(urlPath[1:], "/"), "/") {
		if step == "" {
			errs = append(errs, field.Invalid(path, urlPath, fmt.Sprintf("segment[%d] may not be empty", i)))
			continue
		}
		for _, message := range validation.IsDNS1123Subdomain(step) {
			errs = append(errs, field.Invalid(path, urlPath, fmt.Sprintf("segment[%d]: %v", i, message)))
		}
	}
	return errs
}

// reviews are the versions of AdmissionReview that the server supports.
var reviews = []string{"v1", "v1beta1"}

func validateReviewVersions(path *field.Path, versions []string) field.ErrorList {
	if len(versions) == 0 {
		return field.ErrorList{field.Required(path, "must specify one of "+strings.Join(reviews, ", "))}
	}
	var errs field.ErrorList
	for i, v := range versions {
		if slices.Contains(versions[:i], v) {
			errs = append(errs, field.Invalid(path.Index(i), v, "duplicate version"))
			continue
		}
		errs = append(errs, validate.Invalid(path.Index(i), v, validation.IsDNS1035Label(v))...)
	}
	if !slices.ContainsFunc(versions, func(v string) bool { return slices.Contains(reviews, v) }) {
		errs = append(errs, field.Invalid(path, versions, "must include at least one of "+strings.Join(reviews, ", ")))
	}
	return errs
}

// validateWebhookRule is upstream's validateRuleWithOperations.
func validateWebhookRule(path *field.Path, r *admissionv1.RuleWithOperations) field.ErrorList {
	var errs field.ErrorList
	operations := path.Child("operations")
	if len(r.Operations) == 0 {
		errs = append(errs, field.Required(operations, ""))
	}
	if len(r.Operations) > 1 && slices.Contains(r.Operations, admissionv1.OperationAll) {
		errs = append(errs, field.Invalid(operations, r.Operations, "if '*' is present, must not specify other operations"))
	}
	for i, operation := range r.Operations {
		errs = append(errs, validate.Supported(operations.Index(i), operation, admissionv1.OperationAll, admissionv1.Connect, admissionv1.Create,
			admissionv1.Delete, admissionv1.Update)...)
	}
	errs = append(errs, validate.AllOrSome(path.Child("apiGroups"), r.APIGroups, "API groups", "")...)
	errs = append(errs, validate.AllOrSome(path.Child("apiVersions"), r.APIVersions, "API versions", "")...)
	for i, version := range r.APIVersions {
		errs = append(errs, validate.Required(path.Child("apiVersions").Index(i), version)...)
	}
	errs = append(errs, validateWebhookResources(path.Child("resources"), r.Resources)...)
	if r.Scope != nil {
		errs = append(errs, validate.Supported(path.Child("scope"), *r.Scope, admissionv1.AllScopes, admissionv1.ClusterScope, admissionv1.NamespacedScope)...)
	}
	return errs
}

// validateWebhookResources: no resource is listed that "x/*", "*/x" or "*" in the list includes. Upstream:
// validateResources.
func validateWebhookResources(path *field.Path, resources []string) field.ErrorList {
	if len(resources) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	var allOf, allWith []string
	plain := false
	for i, name := range resources {
		resource, subresource, has := strings.Cut(name, "/")
		switch {
		case name == "":
			errs = append(errs, field.Required(path.Index(i), ""))
			continue
		case !has:
			plain = name != "*"
			continue
		}
		if slices.Contains(allOf, resource) {
			errs = append(errs, field.Invalid(path.Index(i), name, fmt.Sprintf("if '%s/*' is present, must not specify %s", resource, name)))
		}
		if slices.Contains(allWith, subresource) {
			errs = append(errs, field.Invalid(path.Index(i), name, fmt.Sprintf("if '*/%s' is present, must not specify %s", subresource, name)))
		}
		if subresource == "*" {
			allOf = append(allOf, resource)
		}
		if resource == "*" {
			allWith = append(allWith, subresource)
		}
	}
	if len(resources) > 1 && slices.Contains(resources, "*/*") {
		errs = append(errs, field.Invalid(path, resources, "if '*/*' is present, must not specify other resources"))
	}
	if slices.Contains(resources, "*") && plain {
		errs = append(errs, field.Invalid(path, resources, "if '*' is present, must not specify other resources without subresources"))
	}
	return errs
}
