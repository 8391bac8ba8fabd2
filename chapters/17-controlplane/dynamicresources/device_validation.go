package dynamicresources

import (
	"encoding/json"
	"fmt"
	"strings"

	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/validate/content"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

// Rules that claims, classes and slices share.

const (
	longestPoolName   = 253
	longestExpression = 10 * 1024
	longestParameters = 10 * 1024
	longestIdentifier = 32
	maxSelectors      = 32
	maxConfigs        = 32
)

// validateItems validates each item of a list. A list that is too long is one error, and its items are not validated.
// Upstream: validateSlice.
func validateItems[T any](path *field.Path, list []T, most int, validate func(path *field.Path, item *T) field.ErrorList) field.ErrorList {
	if len(list) > most {
		return field.ErrorList{field.TooMany(path, len(list), most)}
	}
	var errs field.ErrorList
	for i := range list {
		errs = append(errs, validate(path.Index(i), &list[i])...)
	}
	return errs
}

// validateSet is validateItems for a list in which no two items have the same key.
func validateSet[T any, K comparable](path *field.Path, list []T, most int, key func(*T) K, validate func(path *field.Path, item *T) field.ErrorList) field.ErrorList {
	errs := validateItems(path, list, most, validate)
	if len(list) > most {
		return errs
	}
	seen := map[K]bool{}
	for i := range list {
		k := key(&list[i])
		if seen[k] {
			errs = append(errs, field.Duplicate(path.Index(i), k))
		}
		seen[k] = true
	}
	return errs
}

func itself[T any](item *T) T { return *item }

// validatePoolName: one or more DNS subdomains, separated by slashes.
func validatePoolName(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	var errs field.ErrorList
	if len(name) > longestPoolName {
		errs = append(errs, field.TooLong(path, "", longestPoolName))
	}
	for part := range strings.SplitSeq(name, "/") {
		errs = append(errs, validate.DNS1123Subdomain(path, part)...)
	}
	return errs
}

// validateSelectors: a selector is a CEL expression, which is not compiled here.
func validateSelectors(path *field.Path, selectors []resourcev1.DeviceSelector) field.ErrorList {
	return validateItems(path, selectors, maxSelectors, func(path *field.Path, s *resourcev1.DeviceSelector) field.ErrorList {
		switch {
		case s.CEL == nil:
			return field.ErrorList{field.Required(path.Child("cel"), "")}
		case len(s.CEL.Expression) > longestExpression:
			return field.ErrorList{field.TooLong(path.Child("cel", "expression"), "", longestExpression)}
		}
		return nil
	})
}

// validateConfiguration: the parameters are a JSON object whose content only the driver knows.
func validateConfiguration(path *field.Path, c *resourcev1.DeviceConfiguration) field.ErrorList {
	path = path.Child("opaque")
	if c.Opaque == nil {
		return field.ErrorList{field.Required(path, "")}
	}
	return append(validate.CSIDriverName(path.Child("driver"), c.Opaque.Driver),
		validateRawObject(path.Child("parameters"), c.Opaque.Parameters, longestParameters)...)
}

// validateRawObject: a JSON object. Upstream: validateRawExtension.
func validateRawObject(path *field.Path, raw runtime.RawExtension, longest int) field.ErrorList {
	if len(raw.Raw) > longest {
		return field.ErrorList{field.TooLong(path, "", longest)}
	}
	var value any
	if len(raw.Raw) == 0 {
		return field.ErrorList{field.Required(path, "")}
	}
	if err := json.Unmarshal(raw.Raw, &value); err != nil {
		return field.ErrorList{field.Invalid(path, "<value omitted>", fmt.Sprintf("error parsing data as JSON: %v", err))}
	}
	if value == nil {
		return field.ErrorList{field.Required(path, "")}
	}
	if _, ok := value.(map[string]any); !ok {
		return field.ErrorList{field.Invalid(path, "<value omitted>", "must be a valid JSON object")}
	}
	return nil
}

// validateQualifiedName: an identifier, or a domain and an identifier (example.com/model).
func validateQualifiedName(path *field.Path, name string) field.ErrorList {
	parts := strings.Split(name, "/")
	if len(parts) == 1 {
		return validateIdentifier(path, name)
	}
	if len(parts) > 2 {
		return nil // as upstream
	}
	var errs field.ErrorList
	if parts[0] == "" {
		errs = append(errs, field.Invalid(path, "", "the domain must not be empty"))
	} else {
		errs = append(errs, validate.CSIDriverName(path, parts[0])...)
	}
	if parts[1] == "" {
		return append(errs, field.Invalid(path, "", "the name must not be empty"))
	}
	return append(errs, validateIdentifier(path, parts[1])...)
}

func validateFullyQualifiedName(path *field.Path, name resourcev1.FullyQualifiedName) field.ErrorList {
	errs := validateQualifiedName(path, string(name))
	if !strings.Contains(string(name), "/") {
		errs = append(errs, field.Invalid(path, name, "a fully qualified name must be a domain and a name separated by a slash"))
	}
	return errs
}

func validateIdentifier(path *field.Path, name string) field.ErrorList {
	var errs field.ErrorList
	if len(name) > longestIdentifier {
		errs = append(errs, field.TooLong(path, "", longestIdentifier))
	}
	return append(errs, validate.Invalid(path, name, content.IsCIdentifier(name))...)
}

// validateToleration checks a toleration of device taints.
func validateToleration(path *field.Path, t *resourcev1.DeviceToleration) field.ErrorList {
	var errs field.ErrorList
	if t.Key != "" {
		errs = metavalidation.ValidateLabelName(t.Key, path.Child("key"))
	}
	switch t.Operator {
	case resourcev1.DeviceTolerationOpExists:
		if t.Value != "" {
			errs = append(errs, field.Invalid(path.Child("value"), t.Value, "must be empty for operator `Exists`"))
		}
	case resourcev1.DeviceTolerationOpEqual:
		errs = append(errs, validate.Invalid(path.Child("value"), t.Value, validation.IsValidLabelValue(t.Value))...)
	default:
		errs = append(errs, validate.RequiredAndSupported(path.Child("operator"), t.Operator, resourcev1.DeviceTolerationOpEqual, resourcev1.DeviceTolerationOpExists)...)
	}
	if t.Effect == "" {
		return errs
	}
	return append(errs, validateEffect(path.Child("effect"), t.Effect)...)
}

func validateEffect(path *field.Path, effect resourcev1.DeviceTaintEffect) field.ErrorList {
	return validate.RequiredAndSupported(path, effect, resourcev1.DeviceTaintEffectNoExecute, resourcev1.DeviceTaintEffectNoSchedule, resourcev1.DeviceTaintEffectNone)
}

// validateBindingConditions checks the conditions that a device must have before the pod is bound, and those that abort
// the binding. Both lists are set or neither; no name is in both.
func validateBindingConditions(path *field.Path, conditions, failures []string) field.ErrorList {
	const most = 4
	wait, end := path.Child("bindingConditions"), path.Child("bindingFailureConditions")
	isName := func(path *field.Path, name *string) field.ErrorList {
		return metavalidation.ValidateLabelName(*name, path)
	}
	errs := validateItems(wait, conditions, most, isName)
	errs = append(errs, validateItems(end, failures, most, isName)...)
	waits := map[string]bool{}
	for i, c := range conditions {
		if waits[c] {
			errs = append(errs, field.Duplicate(wait.Index(i), c))
		}
		waits[c] = true
	}
	ends := map[string]bool{}
	for i, c := range failures {
		if ends[c] {
			errs = append(errs, field.Duplicate(end.Index(i), c))
		}
		if ends[c] = true; waits[c] {
			errs = append(errs, field.Invalid(end.Index(i), c, "bindingFailureConditions must not overlap with bindingConditions"))
		}
	}
	switch {
	case len(conditions) == 0 && len(failures) > 0:
		errs = append(errs, field.Invalid(wait, conditions, "bindingConditions are required to use bindingFailureConditions"))
	case len(failures) == 0 && len(conditions) > 0:
		errs = append(errs, field.Invalid(end, failures, "bindingFailureConditions are required to use bindingConditions"))
	}
	return errs
}
