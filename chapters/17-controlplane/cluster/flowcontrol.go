package cluster

import (
	"context"
	"fmt"
	"math"
	"slices"

	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// Which requests belong together, and how much of the server each kind may have: upstream's pkg/registry/flowcontrol.

const exempt = "exempt" // the name of what is never held back

var flowSchemaStrategy = resource.SpecStatus[flowcontrolv1.FlowSchema, *flowcontrolv1.FlowSchema]{
	Strategy:                 clusterScoped,
	Spec:                     func(f *flowcontrolv1.FlowSchema) any { return &f.Spec },
	Status:                   func(f *flowcontrolv1.FlowSchema) any { return &f.Status },
	ResetObjectMetaForStatus: true,
	ValidateFunc:             validateFlowSchema,
}

var flowSchemaStatus = flowSchemaStrategy.StatusStrategy(func(_ context.Context, f, _ *flowcontrolv1.FlowSchema) field.ErrorList {
	return validateConditionTypes(f.Status.Conditions, func(c flowcontrolv1.FlowSchemaCondition) string { return string(c.Type) })
})

var levelStrategy = resource.SpecStatus[flowcontrolv1.PriorityLevelConfiguration, *flowcontrolv1.PriorityLevelConfiguration]{
	Strategy:                 clusterScoped,
	Spec:                     func(l *flowcontrolv1.PriorityLevelConfiguration) any { return &l.Spec },
	Status:                   func(l *flowcontrolv1.PriorityLevelConfiguration) any { return &l.Status },
	ResetObjectMetaForStatus: true,
	ValidateFunc:             validateLevel,
}

var levelStatus = levelStrategy.StatusStrategy(func(_ context.Context, l, _ *flowcontrolv1.PriorityLevelConfiguration) field.ErrorList {
	return validateConditionTypes(l.Status.Conditions,
		func(c flowcontrolv1.PriorityLevelConfigurationCondition) string { return string(c.Type) })
})

// validateConditionTypes: each type once.
func validateConditionTypes[C any](conditions []C, kind func(C) string) field.ErrorList {
	var found field.ErrorList
	var seen []string
	for i, c := range conditions {
		at := field.NewPath("status", "conditions").Index(i).Child("type")
		if slices.Contains(seen, kind(c)) {
			found = append(found, field.Duplicate(at, kind(c)))
		}
		seen = append(seen, kind(c))
		found = append(found, required(at, kind(c))...)
	}
	return found
}

// validateFlowSchema is upstream's ValidateFlowSchemaSpec.
func validateFlowSchema(_ context.Context, f *flowcontrolv1.FlowSchema) field.ErrorList {
	at, spec := field.NewPath("spec"), &f.Spec
	var found field.ErrorList
	precedence := at.Child("matchingPrecedence")
	if spec.MatchingPrecedence <= 0 {
		found = append(found, field.Invalid(precedence, spec.MatchingPrecedence, "must be a positive value"))
	}
	if spec.MatchingPrecedence > 10000 {
		found = append(found, field.Invalid(precedence, spec.MatchingPrecedence, "must not be greater than 10000"))
	}
	if spec.MatchingPrecedence == 1 && f.Name != exempt {
		found = append(found, field.Invalid(precedence, spec.MatchingPrecedence, "only the schema named 'exempt' may have matchingPrecedence 1"))
	}
	methods := []flowcontrolv1.FlowDistinguisherMethodType{flowcontrolv1.FlowDistinguisherMethodByNamespaceType,
		flowcontrolv1.FlowDistinguisherMethodByUserType}
	if m := spec.DistinguisherMethod; m != nil && !slices.Contains(methods, m.Type) {
		found = append(found, field.NotSupported(at.Child("distinguisherMethod", "type"), resource.InternalForm(m), methods))
	}
	level := at.Child("priorityLevelConfiguration", "name")
	if spec.PriorityLevelConfiguration.Name == "" {
		found = append(found, field.Required(level, "must reference a priority level"))
	} else {
		found = append(found, isObjectName(level, spec.PriorityLevelConfiguration.Name)...)
	}
	for i, rule := range spec.Rules {
		found = append(found, validateFlowRule(at.Child("rules").Index(i), &rule)...)
	}
	return found
}

// validateLevel is upstream's ValidatePriorityLevelConfigurationSpec.
func validateLevel(_ context.Context, l *flowcontrolv1.PriorityLevelConfiguration) field.ErrorList {
	at, spec := field.NewPath("spec"), &l.Spec
	var found field.ErrorList
	if (l.Name == exempt) != (spec.Type == flowcontrolv1.PriorityLevelEnablementExempt) {
		found = append(found, field.Invalid(at.Child("type"), spec.Type, "must be 'Exempt' if and only if `name` is 'exempt'"))
	}
	switch spec.Type {
	case flowcontrolv1.PriorityLevelEnablementExempt:
		if spec.Limited != nil {
			found = append(found, field.Forbidden(at.Child("limited"), "must be nil if the type is not Limited"))
		}
		if spec.Exempt != nil {
			found = append(found, validateShares(at.Child("exempt"), spec.Exempt.NominalConcurrencyShares, spec.Exempt.LendablePercent)...)
		}
	case flowcontrolv1.PriorityLevelEnablementLimited:
		if spec.Exempt != nil {
			found = append(found, field.Forbidden(at.Child("exempt"), "must be nil if the type is Limited"))
		}
		if spec.Limited == nil {
			return append(found, field.Required(at.Child("limited"), "must not be empty when type is Limited"))
		}
		found = append(found, validateLimited(at.Child("limited"), spec.Limited)...)
	default:
		found = append(found, oneOf(at.Child("type"), spec.Type,
			flowcontrolv1.PriorityLevelEnablementExempt, flowcontrolv1.PriorityLevelEnablementLimited)...)
	}
	return found
}

func validateShares(at *field.Path, shares, lendable *int32) field.ErrorList {
	var found field.ErrorList
	if or(shares, 0) < 0 {
		found = append(found, field.Invalid(at.Child("nominalConcurrencyShares"), *shares, "must be a non-negative integer"))
	}
	if percent := or(lendable, 0); percent < 0 || percent > 100 {
		found = append(found, field.Invalid(at.Child("lendablePercent"), percent, "must be between 0 and 100, inclusive"))
	}
	return found
}

func validateLimited(at *field.Path, l *flowcontrolv1.LimitedPriorityLevelConfiguration) field.ErrorList {
	found := validateShares(at, l.NominalConcurrencyShares, l.LendablePercent)
	if or(l.BorrowingLimitPercent, 0) < 0 {
		found = append(found, field.Invalid(at.Child("borrowingLimitPercent"), *l.BorrowingLimitPercent,
			"if specified, must be a non-negative integer"))
	}
	response, queuing := l.LimitResponse, at.Child("limitResponse", "queuing")
	switch {
	case response.Type == flowcontrolv1.LimitResponseTypeReject && response.Queuing != nil:
		found = append(found, field.Forbidden(queuing, "must be nil if limited.limitResponse.type is not Limited"))
	case response.Type == flowcontrolv1.LimitResponseTypeReject:
	case response.Type == flowcontrolv1.LimitResponseTypeQueue && response.Queuing == nil:
		found = append(found, field.Required(queuing, "must not be empty if limited.limitResponse.type is Limited"))
	case response.Type == flowcontrolv1.LimitResponseTypeQueue:
		found = append(found, validateQueuing(queuing, response.Queuing)...)
	default:
		found = append(found, oneOf(at.Child("limitResponse", "type"), response.Type,
			flowcontrolv1.LimitResponseTypeQueue, flowcontrolv1.LimitResponseTypeReject)...)
	}
	return found
}

// validateQueuing: a hand of queues must be drawn from a deck with the bits of one hash.
func validateQueuing(at *field.Path, q *flowcontrolv1.QueuingConfiguration) field.ErrorList {
	const mostQueues, hashBits = 10_000_000, 60
	var found field.ErrorList
	if q.QueueLengthLimit <= 0 {
		found = append(found, field.Invalid(at.Child("queueLengthLimit"), q.QueueLengthLimit, "must be positive"))
	}
	if q.Queues <= 0 {
		found = append(found, field.Invalid(at.Child("queues"), q.Queues, "must be positive"))
	} else if q.Queues > mostQueues {
		found = append(found, field.Invalid(at.Child("queues"), q.Queues, fmt.Sprintf("must not be greater than %d", mostQueues)))
	}
	hand := at.Child("handSize")
	switch bits := int(math.Ceil(math.Log2(float64(q.Queues)) * float64(q.HandSize))); {
	case q.HandSize <= 0:
		found = append(found, field.Invalid(hand, q.HandSize, "must be positive"))
	case q.HandSize > q.Queues:
		found = append(found, field.Invalid(hand, q.HandSize, fmt.Sprintf("should not be greater than queues (%d)", q.Queues)))
	case bits > hashBits:
		found = append(found, field.Invalid(hand, q.HandSize, fmt.Sprintf(
			"required entropy bits of deckSize %d and handSize %d should not be greater than %d", q.Queues, q.HandSize, hashBits)))
	}
	return found
}
