package resource

import (
	"reflect"
	"strings"
)

// inOrder are the fields of the types whose internal form has another order.
var inOrder = map[string][]string{
	"VolumeSource": strings.Fields("HostPath EmptyDir GCEPersistentDisk AWSElasticBlockStore GitRepo Secret NFS ISCSI " +
		"Glusterfs PersistentVolumeClaim RBD Quobyte FlexVolume Cinder CephFS Flocker DownwardAPI FC AzureFile ConfigMap " +
		"VsphereVolume AzureDisk PhotonPersistentDisk Projected PortworxVolume ScaleIO StorageOS CSI Ephemeral Image"),
	"PersistentVolumeSource": strings.Fields("GCEPersistentDisk AWSElasticBlockStore HostPath Glusterfs NFS RBD Quobyte " +
		"ISCSI FlexVolume Cinder CephFS FC Flocker AzureFile VsphereVolume AzureDisk PhotonPersistentDisk PortworxVolume " +
		"ScaleIO Local StorageOS CSI"),
}

// membersOf are the fields of a type that upstream shows, in its order.
func membersOf(t reflect.Type) []reflect.StructField {
	var fields []reflect.StructField
	for _, name := range inOrder[t.Name()] {
		if f, ok := t.FieldByName(name); ok {
			fields = append(fields, f)
		}
	}
	for i := 0; i < t.NumField() && inOrder[t.Name()] == nil; i++ {
		if f := t.Field(i); !later[t.Name()+"."+f.Name] {
			fields = append(fields, f)
		}
	}
	return fields
}

// later are the fields of the types that we use which the version that we serve, v1.36, does not have yet.
var later = map[string]bool{
	"ClusterTrustBundleProjection.User": true, "ConfigMapVolumeSource.DefaultUser": true, "DownwardAPIVolumeFile.User": true,
	"DownwardAPIVolumeSource.DefaultUser": true, "EmptyDirVolumeSource.Mode": true, "GRPCAction.Mode": true,
	"HTTPGetAction.Protocol": true, "KeyToPath.User": true, "NodeSpec.PodPreemptionPolicy": true,
	"PersistentVolumeClaimStatus.HealthStatus": true, "PodCertificateProjection.User": true, "PodSpec.EvictionResponders": true,
	"PodStatus.VolumeHealth": true, "ProjectedVolumeSource.DefaultUser": true, "SecretVolumeSource.DefaultUser": true,
	"ServiceAccountTokenProjection.User": true, "VolumeMount.BindMountOptions": true, "JobSpec.Scheduling": true,
	"ExactDeviceRequest.DerivedAttributes": true, "DeviceSubRequest.DerivedAttributes": true,
	"DeviceRequestAllocationResult.SkipNodeOperations": true,
}
