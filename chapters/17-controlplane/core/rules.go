package core

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/resource"
)

// The rules that many fields share. Each returns nil for a value that is right.

// required: the value is there.
func required(path *field.Path, value string) field.ErrorList {
	if value != "" {
		return nil
	}
	return field.ErrorList{field.Required(path, "")}
}

// oneOf: the value is there, and one of those that are known.
func oneOf[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if value == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return among(path, value, known...)
}

// among: the value is one of those that are known, which "" may be too.
func among[T ~string](path *field.Path, value T, known ...T) field.ErrorList {
	if slices.Contains(known, value) {
		return nil
	}
	return field.ErrorList{field.NotSupported(path, value, known)}
}

// wrong makes an error of each message about a value.
func wrong(path *field.Path, value any, messages []string) field.ErrorList {
	var found field.ErrorList
	for _, message := range messages {
		found = append(found, field.Invalid(path, value, message))
	}
	return found
}

// The forms of names.
func isLabel(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsDNS1123Label(s))
}
func isSubdomain(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsDNS1123Subdomain(s))
}
func isQualified(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, validation.IsQualifiedName(s))
}

// isObjectName: some object may have the name.
func isObjectName(path *field.Path, s string) field.ErrorList {
	return wrong(path, s, apivalidation.NameIsDNSSubdomain(s, false))
}

// namedOrRequired is isObjectName for a reference that cannot be left out.
func namedOrRequired(path *field.Path, s string) field.ErrorList {
	if s == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return isObjectName(path, s)
}

// notNegative: the number is 0 or more.
func notNegative[N ~int32 | ~int64](path *field.Path, n N) field.ErrorList {
	if n >= 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, int64(n), apivalidation.IsNegativeErrorMsg)}
}

// positive: the number is 1 or more.
func positive[N ~int32 | ~int64](path *field.Path, n N) field.ErrorList {
	if n > 0 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, int64(n), "must be greater than zero")}
}

// within: the number lies between two others, or is one of them.
func within[N ~int32 | ~int64](path *field.Path, n N, low, high int) field.ErrorList {
	if int64(n) >= int64(low) && int64(n) <= int64(high) {
		return nil
	}
	return field.ErrorList{field.Invalid(path, n, validation.InclusiveRangeError(low, high))}
}

// isFileMode: permissions, and nothing beyond.
func isFileMode(path *field.Path, mode *int32) field.ErrorList {
	if mode == nil || *mode >= 0 && *mode <= 0o777 {
		return nil
	}
	return field.ErrorList{field.Invalid(path, *mode, "must be a number between 0 and 0777 (octal), both inclusive")}
}

// staysBelow: no step of the path leads up.
func staysBelow(path *field.Path, target string) field.ErrorList {
	if !slices.Contains(strings.Split(target, "/"), "..") {
		return nil
	}
	return field.ErrorList{field.Invalid(path, target, "must not contain '..'")}
}

// isRelative: the path leads from a directory down.
func isRelative(path *field.Path, target string) field.ErrorList {
	var found field.ErrorList
	if strings.HasPrefix(target, "/") {
		found = append(found, field.Invalid(path, target, "must be a relative path"))
	}
	return append(found, staysBelow(path, target)...)
}

// isFileName is isRelative for files that a kubelet writes, which keeps names that begin with two dots for itself.
func isFileName(path *field.Path, target string) field.ErrorList {
	found := isRelative(path, target)
	if strings.HasPrefix(target, "..") && !strings.HasPrefix(target, "../") {
		found = append(found, field.Invalid(path, target, "must not start with '..'"))
	}
	return found
}

// isIP: the address, in the one way in which addresses are written now.
func isIP(path *field.Path, value string, stored ...string) field.ErrorList {
	return validation.IsValidIPForLegacyField(path, value, true, stored)
}

// seen remembers what it was asked about.
type seen map[string]bool

// again reports whether it has been asked about key before.
func (s seen) again(key string) bool {
	known := s[key]
	s[key] = true
	return known
}

func deref[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}

// internalSpec is a pod's spec as upstream shows it in the difference that an update is refused for: there it is not
// v1's but an internal type, in which what the pod shares with its node is part of the security context.
type internalSpec struct{ *corev1.PodSpec }

// InternalSpec wraps a pod's spec that an error shows, so that its message has the fields that upstream's has.
func InternalSpec(s *corev1.PodSpec) any { return internalSpec{s} }

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
func (s internalSpec) MarshalJSON() ([]byte, error) {
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
