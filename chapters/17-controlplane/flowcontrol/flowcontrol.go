package flowcontrol

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// The strategies, columns and rules of flow schemas and priority levels. Upstream: pkg/registry/flowcontrol.

const exempt = "exempt" // the level, and its flow schema, whose requests are never limited

var flowSchemaStrategy = resource.SpecStatus[flowcontrolv1.FlowSchema, *flowcontrolv1.FlowSchema]{
	Strategy:                 registry.ClusterScoped{},
	Spec:                     func(f *flowcontrolv1.FlowSchema) any { return &f.Spec },
	Status:                   func(f *flowcontrolv1.FlowSchema) any { return &f.Status },
	ResetObjectMetaForStatus: true,
	ValidateFunc:             validateFlowSchema,
}

var flowSchemaStatus = flowSchemaStrategy.StatusStrategy(func(_ context.Context, f, _ *flowcontrolv1.FlowSchema) field.ErrorList {
	return validateConditionTypes(f.Status.Conditions, func(c flowcontrolv1.FlowSchemaCondition) string { return string(c.Type) })
})

var levelStrategy = resource.SpecStatus[flowcontrolv1.PriorityLevelConfiguration, *flowcontrolv1.PriorityLevelConfiguration]{
	Strategy:                 registry.ClusterScoped{},
	Spec:                     func(l *flowcontrolv1.PriorityLevelConfiguration) any { return &l.Spec },
	Status:                   func(l *flowcontrolv1.PriorityLevelConfiguration) any { return &l.Status },
	ResetObjectMetaForStatus: true,
	ValidateFunc:             validateLevel,
}

var levelStatus = levelStrategy.StatusStrategy(func(_ context.Context, l, _ *flowcontrolv1.PriorityLevelConfiguration) field.ErrorList {
	return validateConditionTypes(l.Status.Conditions,
		func(c flowcontrolv1.PriorityLevelConfigurationCondition) string { return string(c.Type) })
})

// validateConditionTypes: no two conditions have the same type.
func validateConditionTypes[C any](conditions []C, kind func(C) string) field.ErrorList {
	var errs field.ErrorList
	var seen []string
	for i, c := range conditions {
		path := field.NewPath("status", "conditions").Index(i).Child("type")
		if slices.Contains(seen, kind(c)) {
			errs = append(errs, field.Duplicate(path, kind(c)))
		}
		seen = append(seen, kind(c))
		errs = append(errs, validate.Required(path, kind(c))...)
	}
	return errs
}

// validateFlowSchema is upstream's ValidateFlowSchemaSpec.
func validateFlowSchema(_ context.Context, f *flowcontrolv1.FlowSchema) field.ErrorList {
	path, spec := field.NewPath("spec"), &f.Spec
	var errs field.ErrorList
	precedence := path.Child("matchingPrecedence")
	if spec.MatchingPrecedence <= 0 {
		errs = append(errs, field.Invalid(precedence, spec.MatchingPrecedence, "must be a positive value"))
	}
	if spec.MatchingPrecedence > 10000 {
		errs = append(errs, field.Invalid(precedence, spec.MatchingPrecedence, "must not be greater than 10000"))
	}
	if spec.MatchingPrecedence == 1 && f.Name != exempt {
		errs = append(errs, field.Invalid(precedence, spec.MatchingPrecedence, "only the schema named 'exempt' may have matchingPrecedence 1"))
	}
	methods := []flowcontrolv1.FlowDistinguisherMethodType{flowcontrolv1.FlowDistinguisherMethodByNamespaceType,
		flowcontrolv1.FlowDistinguisherMethodByUserType}
	if m := spec.DistinguisherMethod; m != nil && !slices.Contains(methods, m.Type) {
		errs = append(errs, field.NotSupported(path.Child("distinguisherMethod", "type"), m, methods))
	}
	level := path.Child("priorityLevelConfiguration", "name")
	if spec.PriorityLevelConfiguration.Name == "" {
		errs = append(errs, field.Required(level, "must reference a priority level"))
	} else {
		errs = append(errs, validate.ObjectName(level, spec.PriorityLevelConfiguration.Name)...)
	}
	for i, rule := range spec.Rules {
		errs = append(errs, validateFlowRule(path.Child("rules").Index(i), &rule)...)
	}
	return errs
}

// validateLevel is upstream's ValidatePriorityLevelConfigurationSpec.
func validateLevel(_ context.Context, l *flowcontrolv1.PriorityLevelConfiguration) field.ErrorList {
	path, spec := field.NewPath("spec"), &l.Spec
	var errs field.ErrorList
	if (l.Name == exempt) != (spec.Type == flowcontrolv1.PriorityLevelEnablementExempt) {
		errs = append(errs, field.Invalid(path.Child("type"), spec.Type, "must be 'Exempt' if and only if `name` is 'exempt'"))
	}
	switch spec.Type {
	case flowcontrolv1.PriorityLevelEnablementExempt:
		if spec.Limited != nil {
			errs = append(errs, field.Forbidden(path.Child("limited"), "must be nil if the type is not Limited"))
		}
		if spec.Exempt != nil {
			errs = append(errs, validateShares(path.Child("exempt"), spec.Exempt.NominalConcurrencyShares)...)
			errs = append(errs, validateLendable(path.Child("exempt"), spec.Exempt.LendablePercent)...)
		}
	case flowcontrolv1.PriorityLevelEnablementLimited:
		if spec.Exempt != nil {
			errs = append(errs, field.Forbidden(path.Child("exempt"), "must be nil if the type is Limited"))
		}
		if spec.Limited == nil {
			return append(errs, field.Required(path.Child("limited"), "must not be empty when type is Limited"))
		}
		errs = append(errs, validateLimited(path.Child("limited"), spec.Limited)...)
	default:
		errs = append(errs, validate.RequiredAndSupported(path.Child("type"), spec.Type,
			flowcontrolv1.PriorityLevelEnablementExempt, flowcontrolv1.PriorityLevelEnablementLimited)...)
	}
	return errs
}

func validateShares(path *field.Path, shares *int32) field.ErrorList {
	if ptr.Deref(shares, 0) >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path.Child("nominalConcurrencyShares"), *shares, "must be a non-negative integer")}
}

func validateLendable(path *field.Path, lendable *int32) field.ErrorList {
	if percent := ptr.Deref(lendable, 0); percent < 0 || percent > 100 {
		return field.ErrorList{field.Invalid(path.Child("lendablePercent"), percent, "must be between 0 and 100, inclusive")}
	}
	return nil
}

func validateLimited(path *field.Path, l *flowcontrolv1.LimitedPriorityLevelConfiguration) field.ErrorList {
	errs := validateShares(path, l.NominalConcurrencyShares)
	errs = append(errs, validateLimitResponse(path.Child("limitResponse"), l.LimitResponse)...)
	errs = append(errs, validateLendable(path, l.LendablePercent)...)
	if ptr.Deref(l.BorrowingLimitPercent, 0) < 0 {
		errs = append(errs, field.Invalid(path.Child("borrowingLimitPercent"), *l.BorrowingLimitPercent,
			"if specified, must be a non-negative integer"))
	}
	return errs
}

func validateLimitResponse(path *field.Path, r flowcontrolv1.LimitResponse) field.ErrorList {
	queuing := path.Child("queuing")
	switch {
	case r.Type == flowcontrolv1.LimitResponseTypeReject && r.Queuing != nil:
		return field.ErrorList{field.Forbidden(queuing, "must be nil if limited.limitResponse.type is not Limited")}
	case r.Type == flowcontrolv1.LimitResponseTypeReject:
		return nil
	case r.Type == flowcontrolv1.LimitResponseTypeQueue && r.Queuing == nil:
		return field.ErrorList{field.Required(queuing, "must not be empty if limited.limitResponse.type is Limited")}
	case r.Type == flowcontrolv1.LimitResponseTypeQueue:
		return validateQueuing(queuing, r.Queuing)
	}
	return validate.RequiredAndSupported(path.Child("type"), r.Type, flowcontrolv1.LimitResponseTypeQueue, flowcontrolv1.LimitResponseTypeReject)
}

// validateQueuing: shuffle sharding draws handSize of the queues with the bits of one hash, so they need at most 60
// bits.
func validateQueuing(path *field.Path, q *flowcontrolv1.QueuingConfiguration) field.ErrorList {
	const maxQueues, hashBits = 10_000_000, 60
	var errs field.ErrorList
	if q.QueueLengthLimit <= 0 {
		errs = append(errs, field.Invalid(path.Child("queueLengthLimit"), q.QueueLengthLimit, "must be positive"))
	}
	if q.Queues <= 0 {
		errs = append(errs, field.Invalid(path.Child("queues"), q.Queues, "must be positive"))
	} else if q.Queues > maxQueues {
		errs = append(errs, field.Invalid(path.Child("queues"), q.Queues, fmt.Sprintf("must not be greater than %d", maxQueues)))
	}
	hand := path.Child("handSize")
	switch bits := int(math.Ceil(math.Log2(float64(q.Queues)) * float64(q.HandSize))); {
	case q.HandSize <= 0:
		errs = append(errs, field.Invalid(hand, q.HandSize, "must be positive"))
	case q.HandSize > q.Queues:
		errs = append(errs, field.Invalid(hand, q.HandSize, fmt.Sprintf("should not be greater than queues (%d)", q.Queues)))
	case bits > hashBits:
		errs = append(errs, field.Invalid(hand, q.HandSize, fmt.Sprintf(
			"required entropy bits of deckSize %d and handSize %d should not be greater than %d", q.Queues, q.HandSize, hashBits)))
	}
	return errs
}

var flowSchemaColumns = resource.Table[flowcontrolv1.FlowSchema, *flowcontrolv1.FlowSchema]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.FieldColumn("PriorityLevel", flowcontrolv1.PriorityLevelConfigurationReference{}, "name"),
		resource.FieldColumn("MatchingPrecedence", flowcontrolv1.FlowSchemaSpec{}, "matchingPrecedence"),
		resource.FieldColumn("DistinguisherMethod", flowcontrolv1.FlowSchemaSpec{}, "distinguisherMethod"),
		resource.AgeColumn(),
		{Name: "MissingPL", Description: "references a broken or non-existent PriorityLevelConfiguration"},
	},
	Cells: func(f *flowcontrolv1.FlowSchema) []any {
		method, missing := resource.None, "?"
		if m := f.Spec.DistinguisherMethod; m != nil {
			method = string(m.Type)
		}
		for _, c := range f.Status.Conditions {
			if c.Type == flowcontrolv1.FlowSchemaConditionDangling {
				missing = string(c.Status)
				break
			}
		}
		return []any{f.Name, f.Spec.PriorityLevelConfiguration.Name, int64(f.Spec.MatchingPrecedence), method, resource.AgeOf(f), missing}
	},
}

var levelColumns = resource.Table[flowcontrolv1.PriorityLevelConfiguration, *flowcontrolv1.PriorityLevelConfiguration]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.FieldColumn("Type", flowcontrolv1.PriorityLevelConfigurationSpec{}, "type"),
		resource.FieldColumn("NominalConcurrencyShares", flowcontrolv1.LimitedPriorityLevelConfiguration{}, "nominalConcurrencyShares"),
		resource.FieldColumn("Queues", flowcontrolv1.QueuingConfiguration{}, "queues"),
		resource.FieldColumn("HandSize", flowcontrolv1.QueuingConfiguration{}, "handSize"),
		resource.FieldColumn("QueueLengthLimit", flowcontrolv1.QueuingConfiguration{}, "queueLengthLimit"),
		resource.AgeColumn(),
	},
	Cells: func(l *flowcontrolv1.PriorityLevelConfiguration) []any {
		cells := []any{l.Name, string(l.Spec.Type), resource.None, resource.None, resource.None, resource.None, resource.AgeOf(l)}
		if limited := l.Spec.Limited; limited != nil {
			cells[2] = int64(ptr.Deref(limited.NominalConcurrencyShares, 0))
			if q := limited.LimitResponse.Queuing; q != nil {
				cells[3], cells[4], cells[5] = int64(q.Queues), int64(q.HandSize), int64(q.QueueLengthLimit)
			}
		}
		return cells
	},
}

// flowVerbs are the verbs that a rule may name, sorted.
var flowVerbs = []string{"create", "delete", "deletecollection", "get", "list", "patch", "proxy", "update", "watch"}

// validateFlowRule is upstream's ValidateFlowSchemaPolicyRulesWithSubjects.
func validateFlowRule(path *field.Path, r *flowcontrolv1.PolicyRulesWithSubjects) field.ErrorList {
	var errs field.ErrorList
	for i, s := range r.Subjects {
		errs = append(errs, validateFlowSubject(path.Child("subjects").Index(i), &s)...)
	}
	if len(r.Subjects) == 0 {
		errs = append(errs, field.Required(path.Child("subjects"), "subjects must contain at least one value"))
	}
	if len(r.ResourceRules)+len(r.NonResourceRules) == 0 {
		errs = append(errs, field.Required(path, "at least one of resourceRules and nonResourceRules has to be non-empty"))
	}
	for i, rule := range r.ResourceRules {
		at := path.Child("resourceRules").Index(i)
		errs = append(errs, validateFlowVerbs(at.Child("verbs"), rule.Verbs)...)
		errs = append(errs, validate.AllOrSome(at.Child("apiGroups"), rule.APIGroups, "api groups",
			"resource rules must supply at least one api group")...)
		errs = append(errs, validate.AllOrSome(at.Child("resources"), rule.Resources, "resources",
			"resource rules must supply at least one resource")...)
		errs = append(errs, validateFlowNamespaces(at.Child("namespaces"), rule.Namespaces, rule.ClusterScope)...)
	}
	for i, rule := range r.NonResourceRules {
		at := path.Child("nonResourceRules").Index(i)
		errs = append(errs, validateFlowVerbs(at.Child("verbs"), rule.Verbs)...)
		urls := at.Child("nonResourceURLs")
		errs = append(errs, validate.AllOrSome(urls, rule.NonResourceURLs, "non-resource URLs", "nonResourceURLs must contain at least one value")...)
		if !slices.Contains(rule.NonResourceURLs, "*") {
			for j, url := range rule.NonResourceURLs {
				errs = append(errs, validateFlowURL(urls.Index(j), url)...)
			}
		}
	}
	return errs
}

func validateFlowVerbs(path *field.Path, verbs []string) field.ErrorList {
	unknown := func(verb string) bool { return !slices.Contains(flowVerbs, verb) }
	if len(verbs) > 0 && !slices.Contains(verbs, "*") && slices.ContainsFunc(verbs, unknown) {
		return field.ErrorList{field.NotSupported(path, verbs, flowVerbs)}
	}
	return validate.AllOrSome(path, verbs, "verbs", "verbs must contain at least one value")
}

func validateFlowNamespaces(path *field.Path, namespaces []string, clusterScope bool) field.ErrorList {
	if len(namespaces) == 0 && clusterScope {
		return nil
	}
	errs := validate.AllOrSome(path, namespaces, "namespaces", "resource rules that are not cluster scoped must supply at least one namespace")
	if slices.Contains(namespaces, "*") {
		return errs
	}
	for i, namespace := range namespaces {
		for _, message := range apivalidation.ValidateNamespaceName(namespace, false) {
			errs = append(errs, field.Invalid(path.Index(i), namespace, "each member of this list must be '*' or a DNS-1123 label; "+message))
		}
	}
	return errs
}

// validateFlowURL is upstream's ValidateNonResourceURLPath.
func validateFlowURL(path *field.Path, url string) field.ErrorList {
	wrong := ""
	switch stars := strings.Count(url, "*"); {
	case url == "":
		wrong = "must not be empty"
	case url == "/":
	case !strings.HasPrefix(url, "/"):
		wrong = "must start with slash"
	case strings.Contains(url, " "):
		wrong = "must not contain white-space"
	case strings.Contains(url, "//"):
		wrong = "must not contain double slash"
	case stars > 1 || stars == 1 && !strings.HasSuffix(url, "/*"):
		wrong = "wildcard can only do suffix matching"
	}
	if wrong == "" {
		return nil
	}
	return field.ErrorList{field.Invalid(path, url, wrong)}
}

// validateFlowSubject: the field that kind names is set, and no other. Upstream: ValidateFlowSchemaSubject.
func validateFlowSubject(path *field.Path, s *flowcontrolv1.Subject) field.ErrorList {
	kinds := []flowcontrolv1.SubjectKind{flowcontrolv1.SubjectKindGroup, flowcontrolv1.SubjectKindServiceAccount,
		flowcontrolv1.SubjectKindUser}
	errs := validate.Supported(path.Child("kind"), s.Kind, kinds...)
	if len(errs) > 0 {
		return errs
	}
	for _, one := range []struct {
		kind  flowcontrolv1.SubjectKind
		field string
		given bool
		check func(*field.Path) field.ErrorList
	}{
		{flowcontrolv1.SubjectKindServiceAccount, "serviceAccount", s.ServiceAccount != nil, func(path *field.Path) field.ErrorList {
			return validateFlowAccount(path, s.ServiceAccount)
		}},
		{flowcontrolv1.SubjectKindUser, "user", s.User != nil, func(path *field.Path) field.ErrorList { return validate.Required(path.Child("name"), s.User.Name) }},
		{flowcontrolv1.SubjectKindGroup, "group", s.Group != nil, func(path *field.Path) field.ErrorList {
			return validate.Required(path.Child("name"),
				s.Group.Name)
		}},
	} {
		path := path.Child(one.field)
		switch {
		case one.kind != s.Kind && one.given:
			errs = append(errs, field.Forbidden(path, one.field+" is forbidden when subject kind is not '"+string(one.kind)+"'"))
		case one.kind == s.Kind && !one.given:
			errs = append(errs, field.Required(path, one.field+" is required when subject kind is '"+string(one.kind)+"'"))
		case one.kind == s.Kind:
			errs = append(errs, one.check(path)...)
		}
	}
	return errs
}

func validateFlowAccount(path *field.Path, s *flowcontrolv1.ServiceAccountSubject) field.ErrorList {
	errs := validate.Required(path.Child("name"), s.Name)
	if s.Name != "" && s.Name != flowcontrolv1.NameAll {
		errs = append(errs, validate.Invalid(path.Child("name"), s.Name, apivalidation.ValidateServiceAccountName(s.Name, false))...)
	}
	if s.Namespace == "" {
		return append(errs, field.Required(path.Child("namespace"), "must specify namespace for service account"))
	}
	return append(errs, validate.Invalid(path.Child("namespace"), s.Namespace, apivalidation.ValidateNamespaceName(s.Namespace, false))...)
}
