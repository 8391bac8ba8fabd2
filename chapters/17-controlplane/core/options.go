package core

import (
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Options relax the validation of a pod's spec for what was stored before a rule came, so that a change of another field
// still goes through. The zero value is for what is new. Upstream: validation.PodValidationOptions.
type Options struct {
	// Pod: the spec is a pod's own and not a template's.
	Pod bool

	AllowIndivisibleHugePages   bool
	AllowInvalidSelectorValues  bool // in affinity to other pods
	AllowInvalidNodeValues      bool // in required affinity to nodes
	AllowInvalidSpreadSelectors bool
	AllowAnyTokenPath           bool
	AllowHostSysctls            bool
	AllowUserNamespaceDevices   bool
	AllowRestartOnResizeOfInit  bool
	AllowSELinuxChangePolicy    bool
	AllowComparingTolerations   bool
	AllowUserNamespaceOfNetwork bool // beside the node's network
	AllowInvalidDeletionCost    bool
	AllowInvalidSpreadKeys      bool
}

// allowances says of each rule that came late how the stored spec shows that it breaks it.
var allowances = []struct {
	option func(*Options) *bool
	broken func(*specCheck) field.ErrorList
}{
	{func(o *Options) *bool { return &o.AllowIndivisibleHugePages }, (*specCheck).hugePages},
	{func(o *Options) *bool { return &o.AllowInvalidSelectorValues }, (*specCheck).podSelectors},
	{func(o *Options) *bool { return &o.AllowInvalidNodeValues }, (*specCheck).nodeValues},
	{func(o *Options) *bool { return &o.AllowInvalidSpreadSelectors }, (*specCheck).spreadSelectors},
	{func(o *Options) *bool { return &o.AllowInvalidSpreadKeys }, (*specCheck).spreadKeys},
	{func(o *Options) *bool { return &o.AllowAnyTokenPath }, (*specCheck).tokenPaths},
	{func(o *Options) *bool { return &o.AllowHostSysctls }, (*specCheck).hostSysctls},
	{func(o *Options) *bool { return &o.AllowUserNamespaceDevices }, (*specCheck).userNamespaceDevices},
	{func(o *Options) *bool { return &o.AllowRestartOnResizeOfInit }, (*specCheck).restartOnResizeOfInit},
	{func(o *Options) *bool { return &o.AllowSELinuxChangePolicy }, (*specCheck).seLinuxChangePolicy},
	{func(o *Options) *bool { return &o.AllowComparingTolerations }, (*specCheck).comparingTolerations},
	{func(o *Options) *bool { return &o.AllowUserNamespaceOfNetwork }, (*specCheck).userNamespaceOfNetwork},
}

// OptionsForTemplate are the options for a change of the stored template; nil: for a new one.
// Upstream: podutil.GetValidationOptionsFromPodTemplate.
func OptionsForTemplate(stored *corev1.PodTemplateSpec) Options {
	if stored == nil {
		return Options{}
	}
	return optionsFor(&stored.ObjectMeta, &stored.Spec)
}

func optionsFor(meta *metav1.ObjectMeta, spec *corev1.PodSpec) Options {
	var o Options
	old := newSpecCheck(spec, nil, specPath, o)
	for _, a := range allowances {
		*a.option(&o) = len(a.broken(old)) > 0
	}
	cost, ok := meta.Annotations[corev1.PodDeletionCost]
	o.AllowInvalidDeletionCost = ok && !isCost(cost)
	return o
}

// strictLabels checks the values of selectors too.
var strictLabels = metav1validation.LabelSelectorValidationOptions{}
