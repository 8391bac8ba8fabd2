package core

import (
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Warnings are about what is valid and yet hardly meant. Upstream: k8s.io/kubernetes/pkg/api/pod/warnings.go.

// warnPod returns the lines for a new pod.
func warnPod(pod *corev1.Pod) []string { return warnSpec(&pod.Spec, &pod.ObjectMeta, nil) }

// WarnPodTemplate returns the lines for the template at path (spec.template). Upstream: podutil.GetWarningsForPodTemplate.
func WarnPodTemplate(t *corev1.PodTemplateSpec, path *field.Path) []string {
	return warnSpec(&t.Spec, &t.ObjectMeta, path)
}

// warning is a spec being looked at.
type warning struct {
	spec  *corev1.PodSpec
	meta  *metav1.ObjectMeta
	root  *field.Path // of metadata and spec; nil in a pod
	path  *field.Path // of the spec
	lines []string
}

func warnSpec(spec *corev1.PodSpec, meta *metav1.ObjectMeta, root *field.Path) []string {
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

// repeated finds what stands twice in a list where once is meant.
func (w *warning) repeated() {
	hosts, secrets := seen{}, seen{}
	for i, alias := range w.spec.HostAliases {
		if hosts.again(alias.IP) {
			w.add("%s: duplicate ip %q", w.path.Child("hostAliases").Index(i).Child("ip"), alias.IP)
		}
	}
	for i, s := range w.spec.ImagePullSecrets {
		if secrets.again(s.Name) {
			w.add("%s: duplicate name %q", w.path.Child("imagePullSecrets").Index(i).Child("name"), s.Name)
		}
	}
	for i, s := range w.spec.ImagePullSecrets {
		if s.Name == "" {
			w.add("%s: invalid empty name %q", w.path.Child("imagePullSecrets").Index(i).Child("name"), s.Name)
		}
	}
}

// bytesOf are the resources that come in whole bytes.
var bytesOf = []corev1.ResourceName{corev1.ResourceMemory, corev1.ResourceEphemeralStorage}

func (w *warning) overhead() { w.fractions(w.spec.Overhead, w.path.Child("overhead"), bytesOf...) }

// fractions finds parts of a byte: 500m of memory, where 500M was meant.
func (w *warning) fractions(list corev1.ResourceList, path *field.Path, names ...corev1.ResourceName) {
	for _, name := range names {
		if q, ok := list[name]; ok && isFraction(q) {
			w.add("%s: fractional byte value %q is invalid, must be an integer", path.Key(string(name)), q.String())
		}
	}
}

func isFraction(q resource.Quantity) bool { return q.MilliValue()%1000 != 0 }

func (w *warning) containers() {
	w.profile(corev1.SeccompPodAnnotationKey, w.spec.SecurityContext != nil && w.spec.SecurityContext.SeccompProfile != nil)
	eachContainer(w.spec, w.path, func(c *corev1.Container, path *field.Path) {
		w.profile(corev1.SeccompContainerAnnotationKeyPrefix+c.Name, c.SecurityContext != nil && c.SecurityContext.SeccompProfile != nil)
		w.appArmor(c)
		for _, name := range bytesOf {
			w.fractions(c.Resources.Limits, path.Child("resources", "limits"), name)
			w.fractions(c.Resources.Requests, path.Child("resources", "requests"), name)
		}
		w.hidden(c, path.Child("env"))
	})
}

// profile: the annotation is not looked at any more.
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
	if s := w.spec.SecurityContext; s != nil && s.AppArmorProfile != nil && equality.Semantic.DeepEqual(s.AppArmorProfile, profileOf(text)) {
		return
	}
	w.add(`%s: deprecated since v1.30; use the "appArmorProfile" field instead`, w.root.Child("metadata", "annotations").Key(key))
}

func (w *warning) grace() {
	if deref(w.spec.TerminationGracePeriodSeconds, 0) < 0 {
		w.add("%s: must be >= 0; negative values are invalid and will be treated as 1", w.path.Child("terminationGracePeriodSeconds"))
	}
}

// addresses finds those that other programs read in another way.
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
