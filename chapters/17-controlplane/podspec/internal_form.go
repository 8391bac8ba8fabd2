package podspec

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"kubepath/chapters/17-controlplane/resource"
)

// internalPodSpec is a pod's spec as upstream shows it in the difference that an update is refused for: there it is not
// v1's but an internal type, in which what the pod shares with its node is part of the security context.
type internalPodSpec struct{ *corev1.PodSpec }

// InternalSpec wraps a pod's spec that an error shows, so that its message has the fields that upstream's has.
func InternalSpec(s *corev1.PodSpec) any { return internalPodSpec{s} }

// The fields of the two internal types, in their order.
var (
	internalFields = strings.Fields("Volumes InitContainers Containers EphemeralContainers RestartPolicy " +
		"TerminationGracePeriodSeconds ActiveDeadlineSeconds DNSPolicy NodeSelector ServiceAccountName " +
		"AutomountServiceAccountToken NodeName SecurityContext ImagePullSecrets Hostname Subdomain SetHostnameAsFQDN " +
		"Affinity SchedulerName Tolerations HostAliases PriorityClassName Priority PreemptionPolicy DNSConfig " +
		"ReadinessGates RuntimeClassName Overhead EnableServiceLinks TopologySpreadConstraints OS SchedulingGates " +
		"ResourceClaims Resources HostnameOverride SchedulingGroup")
	internalSecurity = strings.Fields("HostNetwork HostPID HostIPC ShareProcessNamespace HostUsers SELinuxOptions " +
		"WindowsOptions RunAsUser RunAsGroup RunAsNonRoot SupplementalGroups SupplementalGroupsPolicy FSGroup " +
		"FSGroupChangePolicy Sysctls SeccompProfile AppArmorProfile SELinuxChangePolicy")
)

// MarshalJSON is called for the difference.
func (s internalPodSpec) MarshalJSON() ([]byte, error) {
	security := s.SecurityContext
	if security == nil {
		security = &corev1.PodSecurityContext{}
	}
	spec, context := reflect.ValueOf(s.PodSpec).Elem(), reflect.ValueOf(security).Elem()
	return fieldsNamed(internalFields, func(name string) any {
		if name != "SecurityContext" {
			return resource.InternalForm(spec.FieldByName(name).Interface())
		}
		text, err := fieldsNamed(internalSecurity, func(name string) any {
			if f := context.FieldByName(name); f.IsValid() {
				return resource.InternalForm(f.Interface())
			}
			return spec.FieldByName(name).Interface()
		})
		if err != nil {
			return err.Error() // the values are API types: it does not happen
		}
		return json.RawMessage(text)
	})
}

// fieldsNamed is a JSON object with the names in the order given.
func fieldsNamed(names []string, value func(name string) any) ([]byte, error) {
	b := bytes.NewBufferString("{")
	for i, name := range names {
		text, err := json.Marshal(value(name))
		if err != nil {
			return nil, err
		}
		if i > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"` + name + `":`)
		b.Write(text)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}
