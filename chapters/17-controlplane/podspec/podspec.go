package podspec

import (
	"fmt"
	"math"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	metav1validation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

// specValidator validates one pod spec. It holds what rules of one part need to know of another.
type specValidator struct {
	spec    *corev1.PodSpec
	meta    *metav1.ObjectMeta // the pod's; nil in a template
	path    *field.Path
	options Options

	volumes map[string]*corev1.Volume // the valid volumes, by name
	claims  sets.Set[string]          // names of resource claims
}

func newSpecValidator(path *field.Path, spec *corev1.PodSpec, meta *metav1.ObjectMeta, o Options) *specValidator {
	return &specValidator{spec: spec, meta: meta, path: path, options: o, claims: ClaimNames(spec)}
}

// specRules are the rules, in the order in which clients see the errors. Volumes come first: mounts of containers are
// looked up among the valid volumes.
var specRules = []func(*specValidator) field.ErrorList{
	(*specValidator).validateTerminationGracePeriod, (*specValidator).validateVolumes, (*specValidator).validatePodResourceClaims,
	(*specValidator).validateContainers, (*specValidator).validateInitContainers, (*specValidator).validateEphemeralContainers, (*specValidator).validatePodResources,
	(*specValidator).validateHostNetworkPorts, (*specValidator).validatePolicies, (*specValidator).validateNodeSelectorLabels, (*specValidator).validateSecurityContext,
	(*specValidator).validateAffinity, (*specValidator).validateDNSConfig, (*specValidator).validateGates, (*specValidator).validateTopologySpreadConstraints,
	(*specValidator).validateHostProcess, (*specValidator).validateHostUsers, (*specValidator).validateHostnameOverride, (*specValidator).validateServiceAccountAndNode,
	(*specValidator).validateActiveDeadlineSeconds, (*specValidator).validateHostnames, (*specValidator).validateTolerations, (*specValidator).validateHostAliases, (*specValidator).validatePriority,
	(*specValidator).validateOverhead, (*specValidator).validateOS, (*specValidator).validateFileKeyRefVolumes,
}

// ValidatePodSpec checks the spec at path; meta is the pod's, nil in a template. Upstream: validation.ValidatePodSpec.
func ValidatePodSpec(path *field.Path, spec *corev1.PodSpec, meta *metav1.ObjectMeta, o Options) field.ErrorList {
	check := newSpecValidator(path, spec, meta, o)
	var errs field.ErrorList
	for _, part := range specRules {
		errs = append(errs, part(check)...)
	}
	return errs
}

func (s *specValidator) validateTerminationGracePeriod() field.ErrorList {
	if s.spec.TerminationGracePeriodSeconds != nil {
		return nil
	}
	return field.ErrorList{field.Required(s.path.Child("terminationGracePeriodSeconds"), "")}
}

func (s *specValidator) validatePolicies() field.ErrorList {
	errs := validate.RequiredAndSupported(s.path.Child("restartPolicy"), s.spec.RestartPolicy,
		corev1.RestartPolicyAlways, corev1.RestartPolicyOnFailure, corev1.RestartPolicyNever)
	return append(errs, validate.RequiredAndSupported(s.path.Child("dnsPolicy"), s.spec.DNSPolicy,
		corev1.DNSClusterFirstWithHostNet, corev1.DNSClusterFirst, corev1.DNSDefault, corev1.DNSNone)...)
}

func (s *specValidator) validateNodeSelectorLabels() field.ErrorList {
	return metav1validation.ValidateLabels(s.spec.NodeSelector, s.path.Child("nodeSelector"))
}

// validateServiceAccountAndNode, validateHostnames and validatePriority check optional fields that name another object.
func (s *specValidator) validateServiceAccountAndNode() field.ErrorList {
	var errs field.ErrorList
	if name := s.spec.ServiceAccountName; name != "" {
		errs = validateServiceAccountName(s.path.Child("serviceAccountName"), name)
	}
	if name := s.spec.NodeName; name != "" {
		errs = append(errs, validate.ObjectName(s.path.Child("nodeName"), name)...)
	}
	return errs
}

func (s *specValidator) validateHostnames() field.ErrorList {
	var errs field.ErrorList
	if name := s.spec.Hostname; name != "" {
		errs = validate.DNS1123Label(s.path.Child("hostname"), name)
	}
	if name := s.spec.Subdomain; name != "" {
		errs = append(errs, validate.DNS1123Label(s.path.Child("subdomain"), name)...)
	}
	return errs
}

func (s *specValidator) validatePriority() field.ErrorList {
	var errs field.ErrorList
	if name := s.spec.PriorityClassName; name != "" {
		errs = validate.ObjectName(s.path.Child("priorityClassName"), name)
	}
	if name := s.spec.RuntimeClassName; name != nil {
		errs = append(errs, validate.ObjectName(s.path.Child("runtimeClassName"), *name)...)
	}
	if p := s.spec.PreemptionPolicy; p != nil {
		errs = append(errs, validate.RequiredAndSupported(s.path.Child("preemptionPolicy"), *p, corev1.PreemptLowerPriority, corev1.PreemptNever)...)
	}
	return errs
}

func validateServiceAccountName(path *field.Path, name string) field.ErrorList {
	return validate.Invalid(path, name, apivalidation.ValidateServiceAccountName(name, false))
}

func (s *specValidator) validateActiveDeadlineSeconds() field.ErrorList {
	if s.spec.ActiveDeadlineSeconds == nil {
		return nil
	}
	return validate.InRange(s.path.Child("activeDeadlineSeconds"), *s.spec.ActiveDeadlineSeconds, 1, math.MaxInt32)
}

// validateGates: readiness gates name pod conditions; scheduling gates have unique names.
func (s *specValidator) validateGates() field.ErrorList {
	var errs field.ErrorList
	for i, gate := range s.spec.ReadinessGates {
		errs = append(errs, validate.QualifiedName(s.path.Child("readinessGates").Index(i).Child("conditionType"), string(gate.ConditionType))...)
	}
	names := validate.Seen{}
	for i, gate := range s.spec.SchedulingGates {
		path := s.path.Child("schedulingGates").Index(i)
		errs = append(errs, validate.QualifiedName(path, gate.Name)...)
		if names.Repeated(gate.Name) {
			errs = append(errs, field.Duplicate(path, gate.Name))
		}
	}
	return errs
}

func (s *specValidator) validateHostAliases() field.ErrorList {
	var errs field.ErrorList
	for i, alias := range s.spec.HostAliases {
		path := s.path.Child("hostAliases").Index(i)
		errs = append(errs, validate.IP(path.Child("ip"), alias.IP)...)
		for j, name := range alias.Hostnames {
			errs = append(errs, validate.DNS1123Subdomain(path.Child("hostnames").Index(j), name)...)
		}
	}
	return errs
}

// validateOverhead checks the resources that the runtime class adds to the pod.
func (s *specValidator) validateOverhead() field.ErrorList {
	if s.spec.Overhead == nil {
		return nil
	}
	return s.validateResourceRequirements(s.path.Child("overhead"), &corev1.ResourceRequirements{Limits: s.spec.Overhead}, validate.ContainerResourceName)
}

// validateHostnameOverride checks the host name of the pod, which replaces hostname, subdomain and setHostnameAsFQDN.
func (s *specValidator) validateHostnameOverride() field.ErrorList {
	name := s.spec.HostnameOverride
	if name == nil {
		return nil
	}
	path := s.path.Child("hostnameOverride")
	var errs field.ErrorList
	if ptr.Deref(s.spec.SetHostnameAsFQDN, false) {
		errs = append(errs, field.Forbidden(path, "may not be specified when setHostnameAsFQDN is true"))
	}
	if s.spec.HostNetwork {
		errs = append(errs, field.Forbidden(path, "may not be specified when hostNetwork is true"))
	}
	if len(*name) > 64 {
		errs = append(errs, field.TooLong(path, "", 64))
	}
	return append(errs, validate.DNS1123Subdomain(path, *name)...)
}

// eachContainer is EachContainer for the spec that is validated.
func (s *specValidator) eachContainer(visit func(c *corev1.Container, path *field.Path)) {
	EachContainer(s.path, s.spec, visit)
}

// EachContainer calls visit for every container of the spec at path: init, regular and ephemeral.
func EachContainer(path *field.Path, spec *corev1.PodSpec, visit func(c *corev1.Container, path *field.Path)) {
	for i := range spec.InitContainers {
		visit(&spec.InitContainers[i], path.Child("initContainers").Index(i))
	}
	for i := range spec.Containers {
		visit(&spec.Containers[i], path.Child("containers").Index(i))
	}
	for i := range spec.EphemeralContainers {
		visit(asContainer(&spec.EphemeralContainers[i]), path.Child("ephemeralContainers").Index(i))
	}
}

// asContainer converts an ephemeral container, whose fields are the same, to a Container.
func asContainer(c *corev1.EphemeralContainer) *corev1.Container {
	return (*corev1.Container)(&c.EphemeralContainerCommon)
}

// Options relax the validation of a pod spec that was stored before a rule existed, so that an update of another field
// is still accepted. The zero value is for a create. Upstream: validation.PodValidationOptions.
type Options struct {
	// Pod: the spec is that of a pod, not of a template.
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

// allowances tells, for each rule that was added later, whether the stored spec breaks it.
var allowances = []struct {
	option func(*Options) *bool
	broken func(*specValidator) field.ErrorList
}{
	{func(o *Options) *bool { return &o.AllowIndivisibleHugePages }, (*specValidator).validateHugePagesNeedOther},
	{func(o *Options) *bool { return &o.AllowInvalidSelectorValues }, (*specValidator).validatePodAffinitySelectors},
	{func(o *Options) *bool { return &o.AllowInvalidNodeValues }, (*specValidator).validateNodeAffinityValues},
	{func(o *Options) *bool { return &o.AllowInvalidSpreadSelectors }, (*specValidator).validateTopologySpreadSelectors},
	{func(o *Options) *bool { return &o.AllowInvalidSpreadKeys }, (*specValidator).validateTopologySpreadLabelKeys},
	{func(o *Options) *bool { return &o.AllowAnyTokenPath }, (*specValidator).validateTokenPaths},
	{func(o *Options) *bool { return &o.AllowHostSysctls }, (*specValidator).validateHostSysctls},
	{func(o *Options) *bool { return &o.AllowUserNamespaceDevices }, (*specValidator).validateHostUsersAndDevices},
	{func(o *Options) *bool { return &o.AllowRestartOnResizeOfInit }, (*specValidator).validateInitContainerResizePolicy},
	{func(o *Options) *bool { return &o.AllowSELinuxChangePolicy }, (*specValidator).validateSELinuxChangePolicy},
	{func(o *Options) *bool { return &o.AllowComparingTolerations }, (*specValidator).validateTolerationOperators},
	{func(o *Options) *bool { return &o.AllowUserNamespaceOfNetwork }, (*specValidator).validateHostUsersAndNetwork},
}

// OptionsForTemplate returns the options for an update of the stored template; nil: for a create.
// Upstream: podutil.GetValidationOptionsFromPodTemplate.
func OptionsForTemplate(stored *corev1.PodTemplateSpec) Options {
	if stored == nil {
		return Options{}
	}
	return OptionsFor(&stored.ObjectMeta, &stored.Spec)
}

// OptionsFor returns the options for an update of a stored spec, with the metadata beside it.
func OptionsFor(meta *metav1.ObjectMeta, spec *corev1.PodSpec) Options {
	var o Options
	old := newSpecValidator(field.NewPath("spec"), spec, nil, o)
	for _, a := range allowances {
		*a.option(&o) = len(a.broken(old)) > 0
	}
	cost, ok := meta.Annotations[corev1.PodDeletionCost]
	o.AllowInvalidDeletionCost = ok && !isDeletionCost(cost)
	return o
}

// strictLabels also checks the values of selectors.
var strictLabels = metav1validation.LabelSelectorValidationOptions{}

// validateOS: fields that the pod's operating system does not support are not set.
func (s *specValidator) validateOS() field.ErrorList {
	os, path := s.spec.OS, s.path.Child("os")
	switch {
	case os == nil:
		return nil
	case os.Name == "":
		return field.ErrorList{field.Required(path.Child("name"), "")}
	case os.Name == corev1.Linux:
		return s.validateLinux()
	case os.Name == corev1.Windows:
		return s.validateWindows()
	}
	return validate.Supported(path, os.Name, corev1.Linux, corev1.Windows)
}

func (s *specValidator) validateLinux() field.ErrorList {
	const reason = "windows options cannot be set for a linux pod"
	var errs field.ErrorList
	if c := s.spec.SecurityContext; c != nil && c.WindowsOptions != nil {
		errs = append(errs, field.Forbidden(s.path.Child("securityContext", "windowsOptions"), reason))
	}
	s.eachContainer(func(c *corev1.Container, path *field.Path) {
		if c.SecurityContext != nil && c.SecurityContext.WindowsOptions != nil {
			errs = append(errs, field.Forbidden(path.Child("securityContext", "windowsOptions"), reason))
		}
	})
	return errs
}

// setField is a field, and whether it is set.
type setField struct {
	name string
	set  bool
}

func (s *specValidator) validateWindows() field.ErrorList {
	spec, c := s.spec, s.spec.SecurityContext
	if c == nil {
		c = &corev1.PodSecurityContext{}
	}
	errs := validateContainerOnWindows(s.path, []setField{
		{"hostUsers", spec.HostUsers != nil}, {"hostPID", spec.HostPID}, {"hostIPC", spec.HostIPC},
		{"shareProcessNamespace", spec.ShareProcessNamespace != nil},
	})
	errs = append(errs, validateContainerOnWindows(s.path.Child("securityContext"), []setField{
		{"appArmorProfile", c.AppArmorProfile != nil}, {"seLinuxOptions", c.SELinuxOptions != nil},
		{"seccompProfile", c.SeccompProfile != nil}, {"fsGroup", c.FSGroup != nil},
		{"fsGroupChangePolicy", c.FSGroupChangePolicy != nil}, {"sysctls", len(c.Sysctls) > 0},
		{"runAsUser", c.RunAsUser != nil}, {"runAsGroup", c.RunAsGroup != nil},
		{"supplementalGroups", c.SupplementalGroups != nil}, {"supplementalGroupsPolicy", c.SupplementalGroupsPolicy != nil},
		{"seLinuxChangePolicy", c.SELinuxChangePolicy != nil},
	})...)
	s.eachContainer(func(container *corev1.Container, path *field.Path) {
		if c := container.SecurityContext; c != nil {
			errs = append(errs, validateContainerOnWindows(path.Child("securityContext"), []setField{
				{"appArmorProfile", c.AppArmorProfile != nil}, {"seLinuxOptions", c.SELinuxOptions != nil},
				{"seccompProfile", c.SeccompProfile != nil}, {"capabilities", c.Capabilities != nil},
				{"readOnlyRootFilesystem", c.ReadOnlyRootFilesystem != nil}, {"privileged", c.Privileged != nil},
				{"allowPrivilegeEscalation", c.AllowPrivilegeEscalation != nil}, {"procMount", c.ProcMount != nil},
				{"runAsUser", c.RunAsUser != nil}, {"runAsGroup", c.RunAsGroup != nil},
			})...)
		}
	})
	return errs
}

func validateContainerOnWindows(path *field.Path, fields []setField) field.ErrorList {
	var errs field.ErrorList
	for _, f := range fields {
		if f.set {
			errs = append(errs, field.Forbidden(path.Child(f.name), "cannot be set for a windows pod"))
		}
	}
	return errs
}

// Limits of DNS resolvers.
const (
	maxNameservers  = 3
	maxSearches     = 32
	maxSearchLength = 2048
)

// validateDNSConfig checks dnsConfig; with dnsPolicy None it must have a nameserver. Upstream: validatePodDNSConfig.
func (s *specValidator) validateDNSConfig() field.ErrorList {
	c, path := s.spec.DNSConfig, s.path.Child("dnsConfig")
	alone := s.spec.DNSPolicy == corev1.DNSNone
	switch {
	case c == nil && alone:
		return field.ErrorList{field.Required(path, "must provide `dnsConfig` when `dnsPolicy` is None")}
	case c == nil:
		return nil
	case alone && len(c.Nameservers) == 0:
		return field.ErrorList{field.Required(path.Child("nameservers"), "must provide at least one DNS nameserver when `dnsPolicy` is None")}
	}
	var errs field.ErrorList
	if len(c.Nameservers) > maxNameservers {
		errs = append(errs, field.Invalid(path.Child("nameservers"), c.Nameservers,
			fmt.Sprintf("must not have more than %v nameservers", maxNameservers)))
	}
	for i, address := range c.Nameservers {
		errs = append(errs, validate.IP(path.Child("nameservers").Index(i), address)...)
	}
	errs = append(errs, validateDNSSearches(path.Child("searches"), c.Searches)...)
	for i, o := range c.Options {
		if o.Name == "" {
			errs = append(errs, field.Required(path.Child("options").Index(i), "must not be empty"))
		}
	}
	return errs
}

func validateDNSSearches(path *field.Path, list []string) field.ErrorList {
	var errs field.ErrorList
	if len(list) > maxSearches {
		errs = append(errs, field.Invalid(path, list, fmt.Sprintf("must not have more than %v search paths", maxSearches)))
	}
	if len(strings.Join(list, " ")) > maxSearchLength {
		errs = append(errs, field.Invalid(path, list, fmt.Sprintf("must not have more than %v characters (including spaces) in the search list", maxSearchLength)))
	}
	for i, domain := range list {
		if domain != "." {
			domain = strings.TrimSuffix(domain, ".")
			errs = append(errs, validate.Invalid(path.Index(i), domain, validation.IsDNS1123SubdomainWithUnderscore(domain))...)
		}
	}
	return errs
}
