package cluster

import (
	"fmt"

	resourcev1 "k8s.io/api/resource/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

const mostValidValues = 10

// validateValidValues: the shares of a capacity that claims may ask for ascend, fit, and have the default among them.
func validateValidValues(at *field.Path, p *resourcev1.CapacityRequestPolicy, capacity apiresource.Quantity) field.ErrorList {
	values := p.ValidValues
	var found field.ErrorList
	for i := 1; i < len(values); i++ {
		if values[i-1].Cmp(values[i]) > 0 {
			found = append(found, field.Invalid(at.Index(i), values[i].String(), "values must be sorted in ascending order"))
		}
	}
	known := false
	found = append(found, validateSet(at, values, mostValidValues, func(q *apiresource.Quantity) string { return fmt.Sprint(q.Value()) },
		func(at *field.Path, q *apiresource.Quantity) field.ErrorList {
			known = known || q.Cmp(*p.Default) == 0
			if q.Cmp(capacity) > 0 {
				return field.ErrorList{field.Invalid(at, q.String(), "option is larger than capacity value: "+capacity.String())}
			}
			return nil
		})...)
	if !known {
		found = append(found, field.Invalid(at, p.Default.String(), "default value is not valid according to the requestPolicy"))
	}
	return found
}

// validateValidRange is validateValidValues for a range, in steps.
func validateValidRange(at *field.Path, p *resourcev1.CapacityRequestPolicy, capacity apiresource.Quantity) field.ErrorList {
	low, high, step, otherwise := p.ValidRange.Min, p.ValidRange.Max, p.ValidRange.Step, p.Default
	if low == nil {
		return field.ErrorList{field.Required(at.Child("min"), "required when validRange is defined")}
	}
	var found field.ErrorList
	refuse := func(broken bool, name string, value *apiresource.Quantity, text string, limit *apiresource.Quantity) {
		if broken {
			found = append(found, field.Invalid(at.Child(name), value.String(), text+": "+limit.String()))
		}
	}
	refuse(low.Cmp(capacity) > 0, "min", low, "min is larger than capacity value", &capacity)
	refuse(otherwise.Cmp(*low) < 0, "min", otherwise, "default is less than min", low)
	if high != nil {
		refuse(low.Cmp(*high) > 0, "max", low, "min is larger than max", high)
		refuse(high.Cmp(capacity) > 0, "max", high, "max is larger than capacity value", &capacity)
		refuse(otherwise.Cmp(*high) > 0, "max", otherwise, "default is more than max", high)
	}
	if step == nil {
		return found
	}
	first := low.DeepCopy()
	first.Add(*step)
	refuse(first.Cmp(capacity) > 0, "step", step, fmt.Sprintf("one step %s is larger than capacity value", first.String()), &capacity)
	for _, value := range []*apiresource.Quantity{otherwise, high} {
		if value != nil && (step.Value() == 0 || (value.Value()-low.Value())%step.Value() != 0) { // upstream divides by zero
			found = append(found, field.Invalid(at.Child("step"), value.String(),
				fmt.Sprintf("value is not a multiple of a given step (%s) from (%s)", step.String(), low.String())))
		}
	}
	return found
}
