package dynamicresources

import (
	"fmt"
	"regexp"
	"strings"

	resourcev1 "k8s.io/api/resource/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

const (
	maxDevices         = 128
	maxAdvancedDevices = 64 // if any has taints or consumes counters
	maxCounterSets     = 8
	maxCounters        = 32
	maxConsumptions    = 2
	maxTaints          = 16
	maxAttributes      = 32 // attributes and capacities together
	maxAttributeValues = 48
	longestAttribute   = 64
	longestKey         = 63 + 1 + longestIdentifier
	wantTrue           = "must be either unset or set to true"
)

// dropAlphaOfSlice clears fields of feature gates that are off, and fields that only later versions have.
func dropAlphaOfSlice(s *resourcev1.ResourceSlice) {
	s.Spec.PartitionTypeAttribute, s.Spec.SkipNodeOperations = nil, nil
	for i := range s.Spec.Devices {
		d := &s.Spec.Devices[i]
		d.NodeAllocatableResources = nil
		for name, a := range d.Attributes {
			a.IntValues, a.BoolValues, a.StringValues, a.VersionValues = nil, nil, nil, nil
			d.Attributes[name] = a
		}
		for j := range d.ConsumesCounters {
			d.ConsumesCounters[j].CompatibilityGroups = nil
		}
	}
}

// validateSlice checks the devices of one driver and the nodes that can access them; stored is nil for a create.
// Upstream: validateResourceSliceSpec.
func validateSlice(path *field.Path, s, stored *resourcev1.ResourceSliceSpec) field.ErrorList {
	errs := validate.CSIDriverName(path.Child("driver"), s.Driver)
	errs = append(errs, validatePool(path.Child("pool"), &s.Pool)...)
	if stored != nil {
		errs = append(errs, validate.Immutable(path.Child("pool", "name"), s.Pool.Name, stored.Pool.Name)...)
		errs = append(errs, validate.Immutable(path.Child("driver"), s.Driver, stored.Driver)...)
		errs = append(errs, validate.Immutable(path.Child("nodeName"), s.NodeName, stored.NodeName)...)
	}
	errs = append(errs, validateReach(path, s)...)
	if s.SharedCounters != nil && s.Devices != nil {
		errs = append(errs, field.Invalid(path, "", "only one of `sharedCounters` or `devices` is allowed"))
	}
	before := map[string]*resourcev1.Device{}
	for i := 0; stored != nil && i < len(stored.Devices); i++ {
		before[stored.Devices[i].Name] = &stored.Devices[i]
	}
	errs = append(errs, validateSet(path.Child("devices"), s.Devices, devicesAllowed(s),
		func(d *resourcev1.Device) string { return d.Name },
		func(path *field.Path, d *resourcev1.Device) field.ErrorList {
			return validateDevice(path, d, before[d.Name], s.PerDeviceNodeSelection != nil && *s.PerDeviceNodeSelection)
		})...)
	return append(errs, validateSet(path.Child("sharedCounters"), s.SharedCounters, maxCounterSets,
		func(c *resourcev1.CounterSet) string { return c.Name },
		func(path *field.Path, c *resourcev1.CounterSet) field.ErrorList {
			return validateCounters(path, "name", c.Name, c.Counters)
		})...)
}

func validatePool(path *field.Path, p *resourcev1.ResourcePool) field.ErrorList {
	errs := validatePoolName(path.Child("name"), p.Name)
	errs = append(errs, validate.Positive(path.Child("resourceSliceCount"), p.ResourceSliceCount)...)
	if p.Generation < 0 {
		errs = append(errs, field.Invalid(path.Child("generation"), p.Generation, "must be greater than or equal to zero"))
	}
	return errs
}

func devicesAllowed(s *resourcev1.ResourceSliceSpec) int {
	for i := range s.Devices {
		if len(s.Devices[i].Taints)+len(s.Devices[i].ConsumesCounters) > 0 {
			return maxAdvancedDevices
		}
	}
	return maxDevices
}

// validateReach: exactly one field selects the nodes that can access the devices.
func validateReach(path *field.Path, s *resourcev1.ResourceSliceSpec) field.ErrorList {
	var errs field.ErrorList
	var set []string
	if name := s.NodeName; name != nil && *name == "" {
		errs = append(errs, field.Invalid(path.Child("nodeName"), *name, "must be either unset or set to a non-empty string"))
	} else if name != nil {
		set = append(set, "`nodeName`")
		errs = append(errs, validate.ObjectName(path.Child("nodeName"), *name)...)
	}
	if selector := s.NodeSelector; selector != nil {
		set = append(set, "`nodeSelector`")
		errs = append(errs, validate.NodeSelector(path.Child("nodeSelector"), selector, false)...)
		if len(selector.NodeSelectorTerms) != 1 {
			errs = append(errs, field.Invalid(path.Child("nodeSelector", "nodeSelectorTerms"), selector.NodeSelectorTerms,
				"must have exactly one node selector term"))
		}
	}
	for _, flag := range []struct {
		name  string
		value *bool
	}{{"allNodes", s.AllNodes}, {"perDeviceNodeSelection", s.PerDeviceNodeSelection}} {
		switch {
		case flag.value == nil:
		case *flag.value:
			set = append(set, "`"+flag.name+"`")
		default:
			errs = append(errs, field.Invalid(path.Child(flag.name), false, wantTrue))
		}
	}
	const one = "exactly one of `nodeName`, `nodeSelector`, `allNodes`, `perDeviceNodeSelection` is required"
	switch len(set) {
	case 0:
		return append(errs, field.Required(path, one))
	case 1:
		return errs
	}
	return append(errs, field.Invalid(path, "{"+strings.Join(set, ", ")+"}", one+", but multiple fields are set"))
}

// validateDevice checks a device. own: perDeviceNodeSelection is set, so each device selects its nodes.
func validateDevice(path *field.Path, d, before *resourcev1.Device, own bool) field.ErrorList {
	errs := validate.DNS1123Label(path.Child("name"), d.Name)
	if n := len(d.Attributes) + len(d.Capacity); n > maxAttributes {
		errs = append(errs, field.Invalid(path, n, fmt.Sprintf("the total number of attributes and capacities must not exceed %d", maxAttributes)))
	}
	if n := len(d.Attributes); n > maxAttributeValues {
		errs = append(errs, field.Invalid(path, n, fmt.Sprintf("the total number of attribute values must not exceed %d", maxAttributeValues)))
	}
	for _, name := range validate.SortedKeys(d.Attributes) {
		attributes := path.Child("attributes")
		errs = append(errs, validateQualifiedName(attributes, string(name))...)
		errs = append(errs, validateAttribute(attributes.Key(shorten(string(name), longestKey)), d.Attributes[name])...)
	}
	shared := d.AllowMultipleAllocations != nil && *d.AllowMultipleAllocations
	for _, name := range validate.SortedKeys(d.Capacity) {
		capacities := path.Child("capacity")
		errs = append(errs, validateQualifiedName(capacities, string(name))...)
		errs = append(errs, validateDeviceCapacity(capacities.Key(shorten(string(name), longestKey)), d.Capacity[name], shared)...)
	}
	if before == nil || !equality.Semantic.DeepEqual(before.Taints, d.Taints) {
		errs = append(errs, validateItems(path.Child("taints"), d.Taints, maxTaints, validateDeviceTaint)...)
	}
	errs = append(errs, validateSet(path.Child("consumesCounters"), d.ConsumesCounters, maxConsumptions,
		func(c *resourcev1.DeviceCounterConsumption) string { return c.CounterSet },
		func(path *field.Path, c *resourcev1.DeviceCounterConsumption) field.ErrorList {
			return validateCounters(path, "counterSet", c.CounterSet, c.Counters)
		})...)
	if own {
		errs = append(errs, validateDeviceReach(path, d)...)
	} else if d.NodeName != nil || d.NodeSelector != nil || d.AllNodes != nil {
		errs = append(errs, field.Invalid(path, nil, "`nodeName`, `nodeSelector` and `allNodes` can only be set if "+
			"`perDeviceNodeSelection` is set to true in the ResourceSlice spec"))
	}
	return append(errs, validateBindingConditions(path, d.BindingConditions, d.BindingFailureConditions)...)
}

// validateDeviceReach is validateReach for one device.
func validateDeviceReach(path *field.Path, d *resourcev1.Device) field.ErrorList {
	var errs field.ErrorList
	var set []string
	if name := d.NodeName; name != nil && *name == "" {
		errs = append(errs, field.Invalid(path.Child("nodeName"), *name, "must not be empty"))
	} else if name != nil {
		set = append(set, "`nodeName`")
		errs = append(errs, validate.ObjectName(path.Child("nodeName"), *name)...)
	}
	if d.NodeSelector != nil {
		set = append(set, "`nodeSelector`")
		errs = append(errs, validate.NodeSelector(path.Child("nodeSelector"), d.NodeSelector, false)...)
	}
	if d.AllNodes != nil && *d.AllNodes {
		set = append(set, "`allNodes`")
	} else if d.AllNodes != nil {
		errs = append(errs, field.Invalid(path.Child("allNodes"), false, wantTrue))
	}
	const one = "exactly one of `nodeName`, `nodeSelector`, or `allNodes` is required when `perDeviceNodeSelection` is set to true in the ResourceSlice spec"
	switch len(set) {
	case 0:
		return append(errs, field.Required(path, one))
	case 1:
		return errs
	}
	return append(errs, field.Invalid(path, "{"+strings.Join(set, ", ")+"}", one))
}

func validateDeviceTaint(path *field.Path, t *resourcev1.DeviceTaint) field.ErrorList {
	errs := metavalidation.ValidateLabelName(t.Key, path.Child("key"))
	errs = append(errs, validate.Invalid(path.Child("value"), t.Value, validation.IsValidLabelValue(t.Value))...)
	return append(errs, validateEffect(path.Child("effect"), t.Effect)...)
}

// validateCounters checks a counter set, or a device's consumption of one; called is the field with the set's name.
func validateCounters(path *field.Path, called, name string, counters map[string]resourcev1.Counter) field.ErrorList {
	errs := validate.Required(path.Child(called), name)
	if name != "" {
		errs = validate.DNS1123Label(path.Child(called), name)
	}
	path = path.Child("counters")
	switch n := len(counters); {
	case n == 0:
		return append(errs, field.Required(path, ""))
	case n > maxCounters:
		return append(errs, field.TooMany(path, n, maxCounters))
	}
	for _, counter := range validate.SortedKeys(counters) {
		errs = append(errs, validate.DNS1123Label(path, counter)...)
	}
	return errs
}

// semantic matches a version of semver.org's specification 2.0.0.
var semantic = regexp.MustCompile(`^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)` +
	`(-(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*)(\.(0|[1-9]\d*|\d*[a-zA-Z-][0-9a-zA-Z-]*))*)?(\+[0-9a-zA-Z-]+(\.[0-9a-zA-Z-]+)*)?$`)

// validateAttribute: an attribute has one value.
func validateAttribute(path *field.Path, a resourcev1.DeviceAttribute) field.ErrorList {
	var errs field.ErrorList
	values := 0
	for _, set := range []bool{a.BoolValue != nil, a.IntValue != nil, a.StringValue != nil, a.VersionValue != nil} {
		if set {
			values++
		}
	}
	if text := ptr.Deref(a.StringValue, ""); len(text) > longestAttribute {
		errs = append(errs, field.TooLong(path.Child("string"), "", longestAttribute))
	}
	if version := a.VersionValue; version != nil {
		if !semantic.MatchString(*version) {
			errs = append(errs, field.Invalid(path.Child("version"), *version, "must be a string compatible with semver.org spec 2.0.0"))
		}
		if len(*version) > longestAttribute {
			errs = append(errs, field.TooLong(path.Child("version"), "", longestAttribute))
		}
	}
	const one = "exactly one value must be specified"
	switch values {
	case 0:
		return append(errs, field.Invalid(path, "", one))
	case 1:
		return errs
	}
	return append(errs, field.Invalid(path, a, one))
}

// shorten abbreviates a key for a field path.
func shorten(key string, longest int) string {
	if len(key) <= longest {
		return key
	}
	rest := longest - len("...")
	return key[:(rest+1)/2] + "..." + key[len(key)-rest/2:]
}

// validateDeviceCapacity: a request policy needs allowMultipleAllocations; it sets validValues or validRange, with a
// default.
func validateDeviceCapacity(path *field.Path, c resourcev1.DeviceCapacity, shared bool) field.ErrorList {
	path = path.Child("requestPolicy")
	switch policy := c.RequestPolicy; {
	case policy == nil:
		return nil
	case !shared:
		return field.ErrorList{field.Forbidden(path, "allowMultipleAllocations must be true")}
	case len(policy.ValidValues) > 0 && policy.ValidRange != nil:
		return field.ErrorList{field.Forbidden(path, `exactly one policy can be specified, cannot specify "validValues" and "validRange" at the same time`)}
	case len(policy.ValidValues) > 0 && policy.Default == nil:
		return field.ErrorList{field.Required(path.Child("default"), "required when validValues is defined")}
	case len(policy.ValidValues) > 0:
		return validateValidValues(path.Child("validValues"), policy, c.Value)
	case policy.ValidRange != nil && policy.Default == nil:
		return field.ErrorList{field.Required(path.Child("default"), "required when validRange is defined")}
	case policy.ValidRange != nil:
		return validateValidRange(path.Child("validRange"), policy, c.Value)
	}
	return nil
}

const maxValidValues = 10

// validateValidValues: the values are sorted, not larger than the capacity, and include the default.
func validateValidValues(path *field.Path, p *resourcev1.CapacityRequestPolicy, capacity apiresource.Quantity) field.ErrorList {
	values := p.ValidValues
	var errs field.ErrorList
	for i := 1; i < len(values); i++ {
		if values[i-1].Cmp(values[i]) > 0 {
			errs = append(errs, field.Invalid(path.Index(i), values[i].String(), "values must be sorted in ascending order"))
		}
	}
	known := false
	errs = append(errs, validateSet(path, values, maxValidValues, func(q *apiresource.Quantity) string { return fmt.Sprint(q.Value()) },
		func(path *field.Path, q *apiresource.Quantity) field.ErrorList {
			known = known || q.Cmp(*p.Default) == 0
			if q.Cmp(capacity) > 0 {
				return field.ErrorList{field.Invalid(path, q.String(), "option is larger than capacity value: "+capacity.String())}
			}
			return nil
		})...)
	if !known {
		errs = append(errs, field.Invalid(path, p.Default.String(), "default value is not valid according to the requestPolicy"))
	}
	return errs
}

// validateValidRange: min, max, step and default agree with each other and with the capacity.
func validateValidRange(path *field.Path, p *resourcev1.CapacityRequestPolicy, capacity apiresource.Quantity) field.ErrorList {
	low, high, step, otherwise := p.ValidRange.Min, p.ValidRange.Max, p.ValidRange.Step, p.Default
	if low == nil {
		return field.ErrorList{field.Required(path.Child("min"), "required when validRange is defined")}
	}
	var errs field.ErrorList
	refuse := func(broken bool, name string, value *apiresource.Quantity, text string, limit *apiresource.Quantity) {
		if broken {
			errs = append(errs, field.Invalid(path.Child(name), value.String(), text+": "+limit.String()))
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
		return errs
	}
	first := low.DeepCopy()
	first.Add(*step)
	refuse(first.Cmp(capacity) > 0, "step", step, fmt.Sprintf("one step %s is larger than capacity value", first.String()), &capacity)
	for _, value := range []*apiresource.Quantity{otherwise, high} {
		if value != nil && (step.Value() == 0 || (value.Value()-low.Value())%step.Value() != 0) { // for a step of 0 upstream panics
			errs = append(errs, field.Invalid(path.Child("step"), value.String(),
				fmt.Sprintf("value is not a multiple of a given step (%s) from (%s)", step.String(), low.String())))
		}
	}
	return errs
}
