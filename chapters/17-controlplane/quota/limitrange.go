package quota

import (
	"context"
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	quantity "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/uuid"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// limitRangeStrategy is the strategy of limit ranges. Upstream: pkg/registry/core/limitrange.
var limitRangeStrategy = resource.SpecStatus[corev1.LimitRange, *corev1.LimitRange]{
	Strategy:       registry.Namespaced{},
	CreateOnUpdate: true,
	PrepareFunc: func(l *corev1.LimitRange) {
		if l.Name == "" {
			l.Name = string(uuid.NewUUID())
		}
	},
	ValidateFunc: func(_ context.Context, l *corev1.LimitRange) field.ErrorList {
		var errs field.ErrorList
		var seen []corev1.LimitType
		for i := range l.Spec.Limits {
			limit, path := &l.Spec.Limits[i], field.NewPath("spec", "limits").Index(i)
			errs = append(errs, validateLimitType(path.Child("type"), limit.Type)...)
			if slices.Contains(seen, limit.Type) {
				errs = append(errs, field.Duplicate(path.Child("type"), limit.Type))
			}
			seen = append(seen, limit.Type)
			errs = append(errs, validateLimit(path, limit)...)
		}
		return errs
	},
}

func validateLimitType(path *field.Path, kind corev1.LimitType) field.ErrorList {
	if errs := validate.QualifiedName(path, string(kind)); len(errs) > 0 {
		return errs
	}
	known := []corev1.LimitType{corev1.LimitTypePod, corev1.LimitTypeContainer, corev1.LimitTypePersistentVolumeClaim}
	if !strings.Contains(string(kind), "/") && !slices.Contains(known, kind) {
		return field.ErrorList{field.Invalid(path, kind, "must be a standard limit type or fully qualified")}
	}
	return nil
}

// validateLimit checks one item of the spec. Upstream: ValidateLimitRange.
func validateLimit(path *field.Path, l *corev1.LimitRangeItem) field.ErrorList {
	errs := append(validateLimitNames(path, l, "max", l.Max), validateLimitNames(path, l, "min", l.Min)...)
	ofPods := l.Type == corev1.LimitTypePod
	for _, preset := range []struct {
		name string
		list corev1.ResourceList
	}{{"default", l.Default}, {"defaultRequest", l.DefaultRequest}} {
		if ofPods && len(preset.list) > 0 {
			errs = append(errs, field.Forbidden(path.Child(preset.name), "may not be specified when `type` is 'Pod'"))
		} else {
			errs = append(errs, validateLimitNames(path, l, preset.name, preset.list)...)
		}
	}
	if l.Type == corev1.LimitTypePersistentVolumeClaim && !validate.HasResource(l.Min, corev1.ResourceStorage) && !validate.HasResource(l.Max, corev1.ResourceStorage) {
		errs = append(errs, field.Required(path.Child("limits"),
			"either minimum or maximum storage value is required, but neither was provided"))
	}
	errs = append(errs, validateLimitNames(path, l, "maxLimitRequestRatio", l.MaxLimitRequestRatio)...)
	for _, name := range limitNames(l) {
		errs = append(errs, validateLimitValues(path, l, name)...)
		errs = append(errs, validateRatio(path, l, name)...)
	}
	return errs
}

// limitNames returns the names of all resources in an item, sorted.
func limitNames(l *corev1.LimitRangeItem) []corev1.ResourceName {
	all := corev1.ResourceList{}
	for _, list := range []corev1.ResourceList{l.Max, l.Min, l.Default, l.DefaultRequest, l.MaxLimitRequestRatio} {
		for name := range list {
			all[name] = quantity.Quantity{}
		}
	}
	return validate.SortedKeys(all)
}

func validateLimitNames(path *field.Path, l *corev1.LimitRangeItem, which string, list corev1.ResourceList) field.ErrorList {
	var errs field.ErrorList
	for _, name := range validate.SortedKeys(list) {
		at := path.Child(which).Key(string(name))
		if l.Type == corev1.LimitTypePod || l.Type == corev1.LimitTypeContainer {
			errs = append(errs, validate.ContainerResourceName(at, name)...)
		} else {
			errs = append(errs, validate.ResourceName(at, name)...)
		}
	}
	return errs
}

// validateLimitValues: min <= defaultRequest <= default <= max, of those that are set.
func validateLimitValues(path *field.Path, l *corev1.LimitRangeItem, name corev1.ResourceName) field.ErrorList {
	defaults, requests := l.Default, l.DefaultRequest
	if l.Type == corev1.LimitTypePod {
		defaults, requests = nil, nil
	}
	var errs field.ErrorList
	for _, order := range []struct {
		less, more corev1.ResourceList
		at         string
		blame      corev1.ResourceList
		text       string
	}{
		{l.Min, l.Max, "min", l.Min, "min value %s is greater than max value %s"},
		{l.Min, requests, "defaultRequest", requests, "min value %s is greater than default request value %s"},
		{requests, l.Max, "defaultRequest", requests, "default request value %s is greater than max value %s"},
		{requests, defaults, "defaultRequest", requests, "default request value %s is greater than default limit value %s"},
		{l.Min, defaults, "default", l.Min, "min value %s is greater than default value %s"},
		{defaults, l.Max, "default", l.Max, "default value %s is greater than max value %s"},
	} {
		less, more := order.less[name], order.more[name]
		if validate.HasResource(order.less, name) && validate.HasResource(order.more, name) && less.Cmp(more) > 0 {
			errs = append(errs, field.Invalid(path.Child(order.at).Key(string(name)), order.blame[name],
				fmt.Sprintf(order.text, less.String(), more.String())))
		}
	}
	preset, request := defaults[name], requests[name]
	if !overcommits(name) && validate.HasResource(defaults, name) && validate.HasResource(requests, name) && preset.Cmp(request) != 0 {
		errs = append(errs, field.Invalid(path.Child("defaultRequest").Key(string(name)), request,
			fmt.Sprintf("default value %s must equal to defaultRequest value %s in %s", preset.String(), request.String(), name)))
	}
	return errs
}

// overcommits reports whether limits of the resource may be greater than requests.
func overcommits(name corev1.ResourceName) bool {
	return validate.IsNativeResourceName(name) && !strings.HasPrefix(string(name), corev1.ResourceHugePagesPrefix)
}

// validateRatio: maxLimitRequestRatio is at least 1 and at most max/min.
func validateRatio(path *field.Path, l *corev1.LimitRangeItem, name corev1.ResourceName) field.ErrorList {
	ratio, ok := l.MaxLimitRequestRatio[name]
	if !ok {
		return nil
	}
	var errs field.ErrorList
	at := path.Child("maxLimitRequestRatio").Key(string(name))
	if ratio.Cmp(*quantity.NewQuantity(1, quantity.DecimalSI)) < 0 {
		errs = append(errs, field.Invalid(at, ratio, fmt.Sprintf("ratio %s is less than 1", ratio.String())))
	}
	least, most := l.Min[name], l.Max[name]
	if validate.HasResource(l.Min, name) && validate.HasResource(l.Max, name) {
		widest := most.AsApproximateFloat64() / least.AsApproximateFloat64()
		if ratio.AsApproximateFloat64() > widest {
			errs = append(errs, field.Invalid(at, ratio, fmt.Sprintf("ratio %s is greater than max/min = %f", ratio.String(), widest)))
		}
	}
	return errs
}
