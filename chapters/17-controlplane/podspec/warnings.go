package podspec

import (
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	"kubepath/chapters/17-controlplane/validate"
)

// Warnings are about values that are valid and probably a mistake. Upstream: k8s.io/kubernetes/pkg/api/pod/warnings.go.

// WarnPod returns the warnings for a new pod.
func WarnPod(pod *corev1.Pod) []string { return warnSpec(nil, &pod.Spec, &pod.ObjectMeta) }

// WarnPodTemplate returns the warnings for the template at path (spec.template). Upstream: podutil.GetWarningsForPodTemplate.
func WarnPodTemplate(path *field.Path, t *corev1.PodTemplateSpec) []string {
	return warnSpec(path, &t.Spec, &t.ObjectMeta)
}

// warning collects the warnings about one spec.
type warning struct {
	spec  *corev1.PodSpec
	meta  *metav1.ObjectMeta
	root  *field.Path // of metadata and spec; nil in a pod
	path  *field.Path // of the spec
	lines []string
}

func warnSpec(root *field.Path, spec *corev1.PodSpec, meta *metav1.ObjectMeta) []string {
	w := &warning{spec: spec, meta: meta, root: root, path: root.Child("spec")}
	for _, look := range []func(*warning){
		(*warning).nodeLabels, (*warning).spread, (*warning).annotations, (*warning).volumes, (*warning).overlaps,
		(*warning).repeated, (*warning).overhead, (*warning).containers, (*warning).ports, (*warning).portNames,
		(*warning).grace, (*warning).emptySelectors, (*warning).addresses,
	} {
		look(w)
	}
	return w.lines
}

func (w *warning) add(format string, args ...any) {
	w.lines = append(w.lines, fmt.Sprintf(format, args...))
}

// repeated finds duplicates in lists that should have none.
func (w *warning) repeated() {
	hosts, secrets := validate.Seen{}, validate.Seen{}
	for i, alias := range w.spec.HostAliases {
		if hosts.Repeated(alias.IP) {
			w.add("%s: duplicate ip %q", w.path.Child("hostAliases").Index(i).Child("ip"), alias.IP)
		}
	}
	for i, s := range w.spec.ImagePullSecrets {
		if secrets.Repeated(s.Name) {
			w.add("%s: duplicate name %q", w.path.Child("imagePullSecrets").Index(i).Child("name"), s.Name)
		}
	}
	for i, s := range w.spec.ImagePullSecrets {
		if s.Name == "" {
			w.add("%s: invalid empty name %q", w.path.Child("imagePullSecrets").Index(i).Child("name"), s.Name)
		}
	}
}

// bytesOf are the resources that are counted in bytes.
var bytesOf = []corev1.ResourceName{corev1.ResourceMemory, corev1.ResourceEphemeralStorage}

func (w *warning) overhead() { w.fractions(w.path.Child("overhead"), w.spec.Overhead, bytesOf...) }

// fractions finds fractions of a byte: memory 500m, where 500M was probably meant.
func (w *warning) fractions(path *field.Path, list corev1.ResourceList, names ...corev1.ResourceName) {
	for _, name := range names {
		if q, ok := list[name]; ok && isFraction(q) {
			w.add("%s: fractional byte value %q is invalid, must be an integer", path.Key(string(name)), q.String())
		}
	}
}

func isFraction(q resource.Quantity) bool { return q.MilliValue()%1000 != 0 }

func (w *warning) containers() {
	w.profile(corev1.SeccompPodAnnotationKey, w.spec.SecurityContext != nil && w.spec.SecurityContext.SeccompProfile != nil)
	EachContainer(w.path, w.spec, func(c *corev1.Container, path *field.Path) {
		w.profile(corev1.SeccompContainerAnnotationKeyPrefix+c.Name, c.SecurityContext != nil && c.SecurityContext.SeccompProfile != nil)
		w.appArmor(c)
		for _, name := range bytesOf {
			w.fractions(path.Child("resources", "limits"), c.Resources.Limits, name)
			w.fractions(path.Child("resources", "requests"), c.Resources.Requests, name)
		}
		w.hidden(path.Child("env"), c)
	})
}

// profile: the annotation has no effect; the field replaces it.
func (w *warning) profile(annotation string, field bool) {
	if _, ok := w.meta.Annotations[annotation]; ok && !field {
		w.add(`%s: non-functional in v1.27+; use the "seccompProfile" field instead`, w.root.Child("metadata", "annotations").Key(annotation))
	}
}

// appArmor warns of templates only: a pod's annotation becomes its field.
func (w *warning) appArmor(c *corev1.Container) {
	key := corev1.DeprecatedAppArmorBetaContainerAnnotationKeyPrefix + c.Name
	text, ok := w.meta.Annotations[key]
	if !ok || w.root == nil || c.SecurityContext != nil && c.SecurityContext.AppArmorProfile != nil {
		return
	}
	if s := w.spec.SecurityContext; s != nil && s.AppArmorProfile != nil && equality.Semantic.DeepEqual(s.AppArmorProfile, AppArmorProfileOf(text)) {
		return
	}
	w.add(`%s: deprecated since v1.30; use the "appArmorProfile" field instead`, w.root.Child("metadata", "annotations").Key(key))
}

func (w *warning) grace() {
	if ptr.Deref(w.spec.TerminationGracePeriodSeconds, 0) < 0 {
		w.add("%s: must be >= 0; negative values are invalid and will be treated as 1", w.path.Child("terminationGracePeriodSeconds"))
	}
}

// addresses finds IP addresses that are not in canonical form.
func (w *warning) addresses() {
	if w.spec.DNSConfig != nil {
		for i, ip := range w.spec.DNSConfig.Nameservers {
			w.lines = append(w.lines, validation.GetWarningsForIP(w.path.Child("dnsConfig", "nameservers").Index(i), ip)...)
		}
	}
	for i, alias := range w.spec.HostAliases {
		w.lines = append(w.lines, validation.GetWarningsForIP(w.path.Child("hostAliases").Index(i).Child("ip"), alias.IP)...)
	}
}

// hidden finds environment variables that are defined twice, where the second does not use the first.
func (w *warning) hidden(path *field.Path, c *corev1.Container) {
	names := validate.Seen{}
	for i := range c.Env {
		v := &c.Env[i]
		if !names.Repeated(v.Name) {
			continue
		}
		before := "$(" + v.Name + ")"
		if v.ValueFrom != nil || v.Value == before || !strings.Contains(v.Value, before) {
			w.add("%s: hides previous definition of %q, which may be dropped when using apply", path.Index(i), v.Name)
		}
	}
}

// oldLabels are deprecated node labels, and their replacements.
var oldLabels = map[string]string{
	"beta.kubernetes.io/arch":                       `deprecated since v1.14; use "kubernetes.io/arch" instead`,
	"beta.kubernetes.io/os":                         `deprecated since v1.14; use "kubernetes.io/os" instead`,
	"failure-domain.beta.kubernetes.io/region":      `deprecated since v1.17; use "topology.kubernetes.io/region" instead`,
	"failure-domain.beta.kubernetes.io/zone":        `deprecated since v1.17; use "topology.kubernetes.io/zone" instead`,
	"beta.kubernetes.io/instance-type":              `deprecated since v1.17; use "node.kubernetes.io/instance-type" instead`,
	"app.kubernetes.io/created-by":                  `deprecated since v1.9`,
	"scheduler.alpha.kubernetes.io/preferAvoidPods": `deprecated since v1.22; use Taints and Tolerations instead`,
	"node-role.kubernetes.io/master":                `use "node-role.kubernetes.io/control-plane" instead`,
}

// nodeLabels finds deprecated labels in node selectors and affinity.
func (w *warning) nodeLabels() {
	for key := range w.spec.NodeSelector {
		if say, old := oldLabels[key]; old {
			w.add("%s: %s", w.path.Child("nodeSelector").Key(key), say)
		}
	}
	if w.spec.Affinity == nil || w.spec.Affinity.NodeAffinity == nil {
		return
	}
	n, path := w.spec.Affinity.NodeAffinity, w.path.Child("affinity", "nodeAffinity")
	if r := n.RequiredDuringSchedulingIgnoredDuringExecution; r != nil {
		for i := range r.NodeSelectorTerms {
			w.nodeTerm(path.Child(RequiredTerms, "nodeSelectorTerms").Index(i), &r.NodeSelectorTerms[i], false)
		}
	}
	for i := range n.PreferredDuringSchedulingIgnoredDuringExecution {
		w.nodeTerm(path.Child(preferredTerms).Index(i).Child("preference"), &n.PreferredDuringSchedulingIgnoredDuringExecution[i].Preference, true)
	}
}

func (w *warning) nodeTerm(path *field.Path, term *corev1.NodeSelectorTerm, values bool) {
	for i, r := range term.MatchExpressions {
		at := path.Child("matchExpressions").Index(i)
		if say, old := oldLabels[r.Key]; old {
			w.add("%s: %s is %s", at.Child("key"), r.Key, say)
		}
		for j := 0; values && j < len(r.Values); j++ {
			for _, bad := range validation.IsValidLabelValue(r.Values[j]) {
				w.add("%s: %s is invalid, %s", at.Child("values").Index(j), r.Values[j], bad)
			}
		}
	}
}

const noSelector = "%s: a null labelSelector results in matching no pod"

func (w *warning) spread() {
	for i, c := range w.spec.TopologySpreadConstraints {
		path := w.path.Child("topologySpreadConstraints").Index(i)
		if say, old := oldLabels[c.TopologyKey]; old {
			w.add("%s: %s is %s", path.Child("topologyKey"), c.TopologyKey, say)
		}
		if c.LabelSelector == nil {
			w.add(noSelector, path.Child("labelSelector"))
		}
	}
}

// emptySelectors finds affinity terms that select no pod.
func (w *warning) emptySelectors() {
	if w.spec.Affinity == nil {
		return
	}
	look := func(need []corev1.PodAffinityTerm, prefer []corev1.WeightedPodAffinityTerm, path *field.Path) {
		for i := range need {
			if need[i].LabelSelector == nil {
				w.add(noSelector, path.Child(RequiredTerms).Index(i).Child("labelSelector"))
			}
		}
		for i := range prefer {
			if prefer[i].PodAffinityTerm.LabelSelector == nil {
				w.add(noSelector, path.Child(preferredTerms).Index(i).Child("podAffinityTerm", "labelSelector"))
			}
		}
	}
	path := w.path.Child("affinity")
	if a := w.spec.Affinity.PodAffinity; a != nil {
		look(a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAffinity"))
	}
	if a := w.spec.Affinity.PodAntiAffinity; a != nil {
		look(a.RequiredDuringSchedulingIgnoredDuringExecution, a.PreferredDuringSchedulingIgnoredDuringExecution, path.Child("podAntiAffinity"))
	}
}

// annotations finds annotations that have no effect any more.
func (w *warning) annotations() {
	for _, old := range []struct{ key, say string }{
		{"scheduler.alpha.kubernetes.io/critical-pod", `non-functional in v1.16+; use the "priorityClassName" field instead`},
		{"security.alpha.kubernetes.io/sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
		{"security.alpha.kubernetes.io/unsafe-sysctls", `non-functional in v1.11+; use the "sysctls" field instead`},
	} {
		if _, ok := w.meta.Annotations[old.key]; ok {
			w.add("%s: %s", w.root.Child("metadata", "annotations").Key(old.key), old.say)
		}
	}
}

// declared is a container port and its path.
type declared struct {
	port corev1.ContainerPort
	path *field.Path
}

// ports finds ports that are declared more than once. All containers share the pod's network.
func (w *warning) ports() {
	known := map[string][]declared{}
	w.eachPort(func(p declared) {
		if p.port.HostIP != "" && p.port.HostPort == 0 {
			w.add("%s: hostIP set without hostPort: %+v", p.path, p.port)
		}
		key := fmt.Sprintf("%d/%s", p.port.ContainerPort, p.port.Protocol)
		for _, other := range known[key] {
			if how := overlap(p.port, other.port); how != "" {
				w.add("%s: %s port definition with %s", p.path, how, other.path)
			}
		}
		known[key] = append(known[key], p)
	})
}

// overlap describes two declarations of one container port; "": they differ in the host port or address.
func overlap(a, b corev1.ContainerPort) string {
	switch {
	case a.HostIP == b.HostIP && a.HostPort == b.HostPort:
		return "duplicate"
	case a.HostPort == 0 || b.HostPort == 0:
		return "overlapping"
	case a.HostPort == b.HostPort && (a.HostIP == "") != (b.HostIP == ""):
		return "dangerously ambiguous"
	}
	return ""
}

// portNames finds names that two ports share.
func (w *warning) portNames() {
	known := map[string]*field.Path{}
	w.eachPort(func(p declared) {
		if p.port.Name == "" {
			return
		}
		if other := known[p.port.Name]; other != nil {
			w.add("%s: duplicate port name %q with %s, services and probes that select ports by name will use %s", p.path, p.port.Name, other, other)
			return
		}
		known[p.port.Name] = p.path
	})
}

func (w *warning) eachPort(visit func(declared)) {
	EachContainer(w.path, w.spec, func(c *corev1.Container, path *field.Path) {
		for i, port := range c.Ports {
			visit(declared{port, path.Child("ports").Index(i)})
		}
	})
}
