package workloads

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// The limits of a pod failure policy.
const (
	maxFailureRules      = 20
	maxExitCodes         = 255
	maxConditionPatterns = 20
)

// The valid values, in the order of upstream's messages.
var (
	failureActions = []batchv1.PodFailurePolicyAction{batchv1.PodFailurePolicyActionCount,
		batchv1.PodFailurePolicyActionFailIndex, batchv1.PodFailurePolicyActionFailJob, batchv1.PodFailurePolicyActionIgnore}
	exitCodeOperators = []batchv1.PodFailurePolicyOnExitCodesOperator{batchv1.PodFailurePolicyOnExitCodesOpIn,
		batchv1.PodFailurePolicyOnExitCodesOpNotIn}
	conditionStates = []corev1.ConditionStatus{corev1.ConditionFalse, corev1.ConditionTrue, corev1.ConditionUnknown}
)

func validateFailurePolicy(path *field.Path, s *batchv1.JobSpec) field.ErrorList {
	rules, path := s.PodFailurePolicy.Rules, path.Child("rules")
	var errs field.ErrorList
	if len(rules) > maxFailureRules {
		errs = append(errs, field.TooMany(path, len(rules), maxFailureRules))
	}
	for i := range rules {
		errs = append(errs, validateFailureRule(path.Index(i), s, &rules[i])...)
	}
	return errs
}

func validateFailureRule(path *field.Path, s *batchv1.JobSpec, r *batchv1.PodFailurePolicyRule) field.ErrorList {
	action := path.Child("action")
	var errs field.ErrorList
	if r.Action == batchv1.PodFailurePolicyActionFailIndex && s.BackoffLimitPerIndex == nil {
		errs = append(errs, field.Invalid(action, r.Action, "requires the backoffLimitPerIndex to be set"))
	}
	errs = append(errs, validateChoice(action, r.Action, failureActions)...)
	if r.OnExitCodes != nil {
		errs = append(errs, validateExitCodes(path.Child("onExitCodes"), s, r.OnExitCodes)...)
	}
	errs = append(errs, validateConditionPatterns(path.Child("onPodConditions"), r.OnPodConditions)...)
	switch byCode, byCondition := r.OnExitCodes != nil, len(r.OnPodConditions) > 0; {
	case byCode && byCondition:
		errs = append(errs, field.Invalid(path, field.OmitValueType{}, "specifying both OnExitCodes and OnPodConditions is not supported"))
	case !byCode && !byCondition:
		errs = append(errs, field.Invalid(path, field.OmitValueType{}, "specifying one of OnExitCodes and OnPodConditions is required"))
	}
	return errs
}

func validateConditionPatterns(path *field.Path, patterns []batchv1.PodFailurePolicyOnPodConditionsPattern) field.ErrorList {
	var errs field.ErrorList
	if len(patterns) > maxConditionPatterns {
		errs = append(errs, field.TooMany(path, len(patterns), maxConditionPatterns))
	}
	for i, p := range patterns {
		errs = append(errs, validate.QualifiedName(path.Index(i).Child("type"), string(p.Type))...)
		errs = append(errs, validateChoice(path.Index(i).Child("status"), p.Status, conditionStates)...)
	}
	return errs
}

func validateExitCodes(path *field.Path, s *batchv1.JobSpec, r *batchv1.PodFailurePolicyOnExitCodesRequirement) field.ErrorList {
	errs := validateChoice(path.Child("operator"), r.Operator, exitCodeOperators)
	if r.ContainerName != nil && !hasContainer(&s.Template.Spec, *r.ContainerName) {
		errs = append(errs, field.Invalid(path.Child("containerName"), *r.ContainerName,
			"must be one of the container or initContainer names in the pod template"))
	}
	values := path.Child("values")
	switch {
	case len(r.Values) == 0:
		errs = append(errs, field.Invalid(values, r.Values, "at least one value is required"))
	case len(r.Values) > maxExitCodes:
		errs = append(errs, field.TooMany(values, len(r.Values), maxExitCodes))
	}
	seen := map[int32]bool{}
	for i, code := range r.Values {
		if code == 0 && r.Operator == batchv1.PodFailurePolicyOnExitCodesOpIn {
			errs = append(errs, field.Invalid(values.Index(i), code, "must not be 0 for the In operator"))
		}
		if seen[code] {
			errs = append(errs, field.Duplicate(values.Index(i), code))
		}
		seen[code] = true
	}
	if !slices.IsSorted(r.Values) {
		errs = append(errs, field.Invalid(values, r.Values, "must be ordered"))
	}
	return errs
}

func hasContainer(s *corev1.PodSpec, name string) bool {
	called := func(c corev1.Container) bool { return c.Name == name }
	return slices.ContainsFunc(s.Containers, called) || slices.ContainsFunc(s.InitContainers, called)
}

// validateChoice: the value is not empty, and one of supported.
func validateChoice[T ~string](path *field.Path, value T, supported []T) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(path, fmt.Sprintf("valid values: %q", supported))}
	}
	return validate.Supported(path, value, supported...)
}

// The limits of a success policy.
const (
	maxSuccessRules   = 20
	maxSuccessIndexes = 64 * 1024
)

func validateSuccessPolicy(path *field.Path, s *batchv1.JobSpec) field.ErrorList {
	rules, path := s.SuccessPolicy.Rules, path.Child("rules")
	var errs field.ErrorList
	if len(rules) == 0 {
		errs = append(errs, field.Required(path, "at least one rules must be specified when the successPolicy is specified"))
	}
	if len(rules) > maxSuccessRules {
		errs = append(errs, field.TooMany(path, len(rules), maxSuccessRules))
	}
	for i, r := range rules {
		errs = append(errs, validateSuccessRule(path.Index(i), valueOf(s.Completions), r)...)
	}
	return errs
}

// validateSuccessRule: a number of indexes, a list of indexes, or a number of those in the list.
func validateSuccessRule(path *field.Path, completions int32, r batchv1.SuccessPolicyRule) field.ErrorList {
	if r.SucceededCount == nil && r.SucceededIndexes == nil {
		return field.ErrorList{field.Required(path, "at least one of succeededCount or succeededIndexes must be specified")}
	}
	var errs field.ErrorList
	var listed int32
	if r.SucceededIndexes != nil {
		at := path.Child("succeededIndexes")
		if len(*r.SucceededIndexes) > maxSuccessIndexes {
			errs = append(errs, field.TooLong(at, "", maxSuccessIndexes))
		}
		indexes, err := parseIndexes(*r.SucceededIndexes, completions)
		if err != nil {
			errs = append(errs, field.Invalid(at, *r.SucceededIndexes, fmt.Sprintf("error parsing succeededIndexes: %s", err)))
		}
		listed = indexes.len()
	}
	if r.SucceededCount == nil {
		return errs
	}
	errs = append(errs, validateNonNegative(path, counted("succeededCount", r.SucceededCount))...)
	at := path.Child("succeededCount")
	const bound = "must be less than or equal to %d (the number of %s)"
	if *r.SucceededCount > completions {
		errs = append(errs, field.Invalid(at, *r.SucceededCount, fmt.Sprintf(bound, completions, "specified completions")))
	}
	if r.SucceededIndexes != nil && *r.SucceededCount > listed {
		errs = append(errs, field.Invalid(at, *r.SucceededCount,
			fmt.Sprintf(bound, listed, "indexes in the specified succeededIndexes field")))
	}
	return errs
}

// span is an interval of indexes, both ends included.
type span struct{ first, last int32 }

// indexList is a parsed list of indexes, which a job's status has as text: "1,3-5,7".
type indexList []span

// len returns the number of indexes.
func (l indexList) len() int32 {
	var n int32
	for _, s := range l {
		n += s.last - s.first + 1
	}
	return n
}

// parseIndexes parses a list of increasing indexes below completions. With an error the list is nil.
func parseIndexes(text string, completions int32) (indexList, error) {
	if text == "" {
		return nil, nil
	}
	var list indexList
	for _, part := range strings.Split(text, ",") {
		s, err := parseSpan(part, completions)
		if err != nil {
			return nil, err
		}
		if n := len(list); n > 0 && list[n-1].last >= s.first {
			return nil, fmt.Errorf("non-increasing order, previous: %d, current: %d", list[n-1].last, s.first)
		}
		list = append(list, s)
	}
	return list, nil
}

func parseSpan(text string, completions int32) (span, error) {
	ends := strings.Split(text, "-")
	if len(ends) > 2 {
		return span{}, fmt.Errorf("the fragment %q violates the requirement that an index interval can have at most two parts separated by '-'", text)
	}
	first, err := parseIndex(ends[0], completions)
	if err != nil || len(ends) == 1 {
		return span{first, first}, err
	}
	last, err := parseIndex(ends[1], completions)
	if err == nil && first >= last {
		err = fmt.Errorf("non-increasing order, previous: %d, current: %d", first, last)
	}
	return span{first, last}, err
}

func parseIndex(text string, completions int32) (int32, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("cannot convert string to integer for index: %q", text)
	}
	if n >= int(completions) {
		return 0, fmt.Errorf("too large index: %q", text)
	}
	return int32(n), nil
}

// overlap returns an error for lists that share an index. It skips invalid parts, which another rule reports.
func overlap(completed, failed string, completions int32) error {
	a, b := readable(completed, completions), readable(failed, completions)
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].first <= b[0].last && b[0].first <= a[0].last:
			return fmt.Errorf("failedIndexes and completedIndexes overlap at index: %d", max(a[0].first, b[0].first))
		case a[0].first <= b[0].first:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return nil
}

// readable parses a list and skips the invalid parts.
func readable(text string, completions int32) indexList {
	var list indexList
	if text == "" {
		return nil
	}
	for _, part := range strings.Split(text, ",") {
		if s, err := parseSpan(part, completions); err == nil {
			list = append(list, s)
		}
	}
	return list
}
