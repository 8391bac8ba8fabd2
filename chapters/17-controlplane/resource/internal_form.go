package resource

import (
	"bytes"
	"encoding/json"
	"reflect"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/diff"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// Upstream validates its internal types, which have no JSON names, and prints them in error messages. Clients know these
// messages, so this file prints values in the same form, after validation. Strategies need no code for it.

// RenderErrors prints each value that is an API type in upstream's internal form. Every Store uses it.
func RenderErrors(errs field.ErrorList) field.ErrorList {
	rendered := make(field.ErrorList, len(errs))
	for i, err := range errs {
		if err.BadValue != nil && isAPIType(reflect.TypeOf(err.BadValue)) {
			quoted := *err
			quoted.BadValue = internalForm{err.BadValue}
			err = &quoted
		}
		rendered[i] = err
	}
	return rendered
}

// isAPIType reports whether the type or its element type is a struct of k8s.io/api.
func isAPIType(t reflect.Type) bool {
	switch t.Kind() {
	case reflect.Pointer, reflect.Slice, reflect.Map:
		return isAPIType(t.Elem())
	case reflect.Struct:
		return strings.HasPrefix(t.PkgPath(), "k8s.io/api/")
	}
	return false
}

// Diff returns a line-by-line difference for messages about forbidden changes, with Go's field names, and null for empty
// values.
func Diff(old, now any) string { return diff.Diff(internalForm{old}, internalForm{now}) }

// internalForm is a value whose JSON has Go's field names.
type internalForm struct{ value any }

var _ json.Marshaler = internalForm{}

// MarshalJSON fails if encoding/json fails.
func (g internalForm) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	err := writeInternal(&b, reflect.ValueOf(g.value))
	return b.Bytes(), err
}

var marshaler = reflect.TypeFor[json.Marshaler]()

// writeInternal writes the fields of API types one by one. Other types, such as quantities and times, marshal themselves.
func writeInternal(b *bytes.Buffer, v reflect.Value) error {
	switch {
	case !v.IsValid(), isNil(v):
		b.WriteString("null")
		return nil
	case v.Type().Implements(marshaler), reflect.PointerTo(v.Type()).Implements(marshaler):
		return writeJSON(b, v)
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		return writeInternal(b, v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[corev1.PodSpec]() {
			return writePodSpec(b, v)
		}
		if !strings.HasPrefix(v.Type().PkgPath(), "k8s.io/api/") {
			return writeJSON(b, v)
		}
		return writeFields(b, v)
	case reflect.Map:
		return writeMap(b, v)
	case reflect.Slice:
		if v.Type().Elem().Kind() != reflect.Uint8 {
			return writeSlice(b, v)
		}
	}
	return writeJSON(b, v)
}

func isNil(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface, reflect.Map, reflect.Slice:
		return v.IsNil()
	}
	return false
}

func writeJSON(b *bytes.Buffer, v reflect.Value) error {
	if v.CanAddr() {
		v = v.Addr() // the MarshalJSON of a quantity has a pointer receiver
	}
	text, err := json.Marshal(v.Interface())
	b.Write(text)
	return err
}

func writeFields(b *bytes.Buffer, v reflect.Value) error {
	b.WriteByte('{')
	err := writeStructFields(b, v)
	b.WriteByte('}')
	return err
}

// writeStructFields writes the fields of a struct and of the structs embedded in it.
func writeStructFields(b *bytes.Buffer, v reflect.Value) error {
	for _, f := range internalFields(v.Type()) {
		if err := writeField(b, f, v.FieldByIndex(f.Index)); err != nil {
			return err
		}
	}
	return nil
}

func writeField(b *bytes.Buffer, f reflect.StructField, v reflect.Value) error {
	switch {
	case f.Anonymous && strings.HasPrefix(f.Type.PkgPath(), "k8s.io/api/"):
		return writeStructFields(b, v)
	case f.Anonymous: // metadata has JSON names in upstream's internal types too
		text, err := json.Marshal(v.Interface())
		if inner := bytes.Trim(text, "{}"); len(inner) > 0 {
			comma(b, '{')
			b.Write(text[1 : len(text)-1])
		}
		return err
	}
	comma(b, '{')
	b.WriteString(`"` + f.Name + `":`)
	return writeInternal(b, v)
}

// internalPodSpec and internalSecurityContext are the fields of upstream's two internal types, in their order. There
// hostNetwork, hostPID, hostIPC and the like are in the security context, which is never nil.
var (
	internalPodSpec = strings.Fields("Volumes InitContainers Containers EphemeralContainers RestartPolicy " +
		"TerminationGracePeriodSeconds ActiveDeadlineSeconds DNSPolicy NodeSelector ServiceAccountName " +
		"AutomountServiceAccountToken NodeName SecurityContext ImagePullSecrets Hostname Subdomain SetHostnameAsFQDN " +
		"Affinity SchedulerName Tolerations HostAliases PriorityClassName Priority PreemptionPolicy DNSConfig " +
		"ReadinessGates RuntimeClassName Overhead EnableServiceLinks TopologySpreadConstraints OS SchedulingGates " +
		"ResourceClaims Resources HostnameOverride SchedulingGroup")
	internalSecurityContext = strings.Fields("HostNetwork HostPID HostIPC ShareProcessNamespace HostUsers SELinuxOptions " +
		"WindowsOptions RunAsUser RunAsGroup RunAsNonRoot SupplementalGroups SupplementalGroupsPolicy FSGroup " +
		"FSGroupChangePolicy Sysctls SeccompProfile AppArmorProfile SELinuxChangePolicy")
)

func writePodSpec(b *bytes.Buffer, spec reflect.Value) error {
	context := spec.FieldByName("SecurityContext").Elem()
	if !context.IsValid() {
		context = reflect.ValueOf(corev1.PodSecurityContext{})
	}
	return writeNamed(b, internalPodSpec, func(name string) error {
		if name != "SecurityContext" {
			return writeInternal(b, spec.FieldByName(name))
		}
		return writeNamed(b, internalSecurityContext, func(name string) error {
			if f := context.FieldByName(name); f.IsValid() {
				return writeInternal(b, f)
			}
			return writeInternal(b, spec.FieldByName(name))
		})
	})
}

// writeNamed writes an object with these names in this order.
func writeNamed(b *bytes.Buffer, names []string, write func(name string) error) error {
	b.WriteByte('{')
	for _, name := range names {
		comma(b, '{')
		b.WriteString(`"` + name + `":`)
		if err := write(name); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func writeMap(b *bytes.Buffer, v reflect.Value) error {
	keys := v.MapKeys()
	slices.SortFunc(keys, func(x, y reflect.Value) int { return strings.Compare(x.String(), y.String()) })
	b.WriteByte('{')
	for _, key := range keys {
		comma(b, '{')
		name, err := json.Marshal(key.String())
		if err != nil {
			return err
		}
		b.Write(name)
		b.WriteByte(':')
		value := reflect.New(v.Type().Elem()).Elem()
		value.Set(v.MapIndex(key))
		if err := writeInternal(b, value); err != nil {
			return err
		}
	}
	b.WriteByte('}')
	return nil
}

func writeSlice(b *bytes.Buffer, v reflect.Value) error {
	b.WriteByte('[')
	for i := range v.Len() {
		comma(b, '[')
		if err := writeInternal(b, v.Index(i)); err != nil {
			return err
		}
	}
	b.WriteByte(']')
	return nil
}

// comma writes a comma, unless the collection has no element yet.
func comma(b *bytes.Buffer, opening byte) {
	if text := b.Bytes(); text[len(text)-1] != opening {
		b.WriteByte(',')
	}
}

// internalOrder has the fields of the types whose internal types have another order.
var internalOrder = map[string][]string{
	"VolumeSource": strings.Fields("HostPath EmptyDir GCEPersistentDisk AWSElasticBlockStore GitRepo Secret NFS ISCSI " +
		"Glusterfs PersistentVolumeClaim RBD Quobyte FlexVolume Cinder CephFS Flocker DownwardAPI FC AzureFile ConfigMap " +
		"VsphereVolume AzureDisk PhotonPersistentDisk Projected PortworxVolume ScaleIO StorageOS CSI Ephemeral Image"),
	"PersistentVolumeSource": strings.Fields("GCEPersistentDisk AWSElasticBlockStore HostPath Glusterfs NFS RBD Quobyte " +
		"ISCSI FlexVolume Cinder CephFS FC Flocker AzureFile VsphereVolume AzureDisk PhotonPersistentDisk PortworxVolume " +
		"ScaleIO Local StorageOS CSI"),
}

// internalFields returns the fields of a type that upstream prints, in its order.
func internalFields(t reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for _, name := range internalOrder[t.Name()] {
		if f, ok := t.FieldByName(name); ok {
			fields = append(fields, f)
		}
	}
	for i := 0; i < t.NumField() && internalOrder[t.Name()] == nil; i++ {
		if f := t.Field(i); !notInServedVersion[t.Name()+"."+f.Name] {
			fields = append(fields, f)
		}
	}
	return fields
}

// notInServedVersion has the fields that the imported k8s.io/api has, but v1.36, which this server serves, has not.
var notInServedVersion = map[string]bool{
	"ClusterTrustBundleProjection.User": true, "ConfigMapVolumeSource.DefaultUser": true, "DownwardAPIVolumeFile.User": true,
	"DownwardAPIVolumeSource.DefaultUser": true, "EmptyDirVolumeSource.Mode": true, "GRPCAction.Mode": true,
	"HTTPGetAction.Protocol": true, "KeyToPath.User": true, "NodeSpec.PodPreemptionPolicy": true,
	"PersistentVolumeClaimStatus.HealthStatus": true, "PodCertificateProjection.User": true, "PodSpec.EvictionResponders": true,
	"PodStatus.VolumeHealth": true, "ProjectedVolumeSource.DefaultUser": true, "SecretVolumeSource.DefaultUser": true,
	"ServiceAccountTokenProjection.User": true, "VolumeMount.BindMountOptions": true, "JobSpec.Scheduling": true,
	"ExactDeviceRequest.DerivedAttributes": true, "DeviceSubRequest.DerivedAttributes": true,
	"DeviceRequestAllocationResult.SkipNodeOperations": true,
}
