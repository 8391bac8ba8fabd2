package workloads

import (
	"context"

	policyv1 "k8s.io/api/policy/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type disruptionBudget = policyv1.PodDisruptionBudget

// disruptionBudgets is the strategy of pod disruption budgets. An update must send a resourceVersion, because evictions
// change the status at any time.
// Upstream: pkg/registry/policy/poddisruptionbudget.
var disruptionBudgets = resource.SpecStatus[disruptionBudget, *disruptionBudget]{
	Strategy:                  registry.Namespaced{},
	Spec:                      func(b *disruptionBudget) any { return &b.Spec },
	Status:                    func(b *disruptionBudget) any { return &b.Status },
	ValidateWithOldFunc:       validateBudget,
	ForbidUnconditionalUpdate: true,
}

func validateBudget(_ context.Context, b, old *disruptionBudget) field.ErrorList {
	s, path := &b.Spec, field.NewPath("spec")
	var errs field.ErrorList
	if s.MinAvailable != nil && s.MaxUnavailable != nil {
		errs = append(errs, field.Invalid(path, s, "minAvailable and maxUnavailable cannot be both set"))
	}
	errs = append(errs, validateAmount(path.Child("minAvailable"), s.MinAvailable)...)
	errs = append(errs, validateAmount(path.Child("maxUnavailable"), s.MaxUnavailable)...)
	var allowed metav1validation.LabelSelectorValidationOptions
	if old != nil {
		allowed.AllowInvalidLabelValueInSelector = len(metav1validation.ValidateLabelSelector(old.Spec.Selector, allowed, nil)) > 0
	}
	errs = append(errs, metav1validation.ValidateLabelSelector(s.Selector, allowed, path.Child("selector"))...)
	if policy := s.UnhealthyPodEvictionPolicy; policy != nil {
		errs = append(errs, validate.Supported(path.Child("unhealthyPodEvictionPolicy"), *policy,
			policyv1.AlwaysAllow, policyv1.IfHealthyBudget)...)
	}
	return errs
}

// validateAmount: the amount is 0 or more, or a percentage of at most 100%; nil is valid.
func validateAmount(path *field.Path, amount *intstr.IntOrString) field.ErrorList {
	if amount == nil {
		return nil
	}
	return append(validateIntOrPercent(path, *amount), validateShare(path, *amount)...)
}

func validateBudgetStatus(_ context.Context, b, _ *disruptionBudget) field.ErrorList {
	s, path := &b.Status, field.NewPath("status")
	errs := validate.Conditions(path.Child("conditions"), s.Conditions)
	return append(errs, validateNonNegative(path, []count{
		{"disruptionsAllowed", int64(s.DisruptionsAllowed)}, {"currentHealthy", int64(s.CurrentHealthy)},
		{"desiredHealthy", int64(s.DesiredHealthy)}, {"expectedPods", int64(s.ExpectedPods)},
	})...)
}

// budgetColumns are the columns of kubectl get poddisruptionbudgets.
var budgetColumns = resource.Table[disruptionBudget, *disruptionBudget]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Min Available", Description: "The minimum number of pods that must be available."},
		{Name: "Max Unavailable", Description: "The maximum number of pods that may be unavailable."},
		{Name: "Allowed Disruptions", Type: "integer", Description: "Calculated number of pods that may be disrupted at this time."},
		resource.AgeColumn(),
	},
	Cells: func(b *disruptionBudget) []any {
		return []any{b.Name, amountText(b.Spec.MinAvailable), amountText(b.Spec.MaxUnavailable),
			int64(b.Status.DisruptionsAllowed), resource.AgeOf(b)}
	},
}

func amountText(amount *intstr.IntOrString) string {
	if amount == nil {
		return "N/A"
	}
	return amount.String()
}
