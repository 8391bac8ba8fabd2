package cluster

import (
	"k8s.io/apimachinery/pkg/runtime/schema"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// namespaced and clusterScoped answer for a resource that needs nothing of its own.
var (
	namespaced    = registry.Namespaced{}
	clusterScoped = registry.ClusterScoped{}
)

// Groups is this package's part of the table.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: schema.GroupVersion{Version: "v1"}, Resources: unnamed()},
		group("events.k8s.io", []resource.Definition{
			{Kind: "Event", Name: "events", SameAs: schema.GroupVersionResource{Version: "v1", Resource: "events"}},
		}),
		group("rbac.authorization.k8s.io", access()),
		group("storage.k8s.io", storage()),
		group("scheduling.k8s.io", []resource.Definition{
			{Kind: "PriorityClass", Name: "priorityclasses", ShortNames: []string{"pc"}, Strategy: priorities,
				Columns: priorityColumns, WrapStore: newPriorityClasses},
		}),
		group("coordination.k8s.io", []resource.Definition{
			{Kind: "Lease", Name: "leases", ObjectMeta: registry.GenericUpdate, Strategy: leaseStrategy, Columns: leaseColumns},
		}),
		group("node.k8s.io", []resource.Definition{
			{Kind: "RuntimeClass", Name: "runtimeclasses", ObjectMeta: registry.GenericMetaThenUpdate, Strategy: runtimeStrategy,
				Columns: runtimeColumns},
		}),
		group("certificates.k8s.io", []resource.Definition{
			{Kind: "CertificateSigningRequest", Name: "certificatesigningrequests", ObjectMeta: registry.MetaThenUpdate,
				StatusObjectMeta: registry.MetaThenUpdate,
				ShortNames:       []string{"csr"},
				Strategy:         csrStrategy{}, Status: csrStatus{}, SelectableFields: csrFields, Columns: csrColumns, Subresources: csrSubresources},
		}),
		group("admissionregistration.k8s.io", admission()),
		group("flowcontrol.apiserver.k8s.io", []resource.Definition{
			{Kind: "FlowSchema", Name: "flowschemas", ObjectMeta: registry.MetaOnly, StatusObjectMeta: registry.NoMeta,
				Strategy: flowSchemaStrategy, Status: flowSchemaStatus, Columns: flowSchemaColumns},
			{Kind: "PriorityLevelConfiguration", Name: "prioritylevelconfigurations", ObjectMeta: registry.MetaOnly,
				StatusObjectMeta: registry.NoMeta, Strategy: levelStrategy, Status: levelStatus,
				Columns: levelColumns},
		}),
		group("resource.k8s.io", devices()),
	}
}

// group is version v1 of an API group.
func group(name string, rows []resource.Definition) resource.Group {
	return resource.Group{GroupVersion: schema.GroupVersion{Group: name, Version: "v1"}, Resources: rows}
}

// unnamed is the group without a name.
func unnamed() []resource.Definition {
	return []resource.Definition{
		{Kind: "ComponentStatus", Name: "componentstatuses", NewREST: newComponentStatuses},
		{Kind: "ConfigMap", Name: "configmaps", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"cm"},
			Strategy: configMapStrategy{},
			Columns:  configMapColumns},
		{Kind: "Event", Name: "events", ObjectMeta: registry.NoMeta, ShortNames: []string{"ev"}, Strategy: eventStrategy{},
			SelectableFields: eventFields, Columns: eventColumns, ConfigureStore: expire},
		{Kind: "LimitRange", Name: "limitranges", ObjectMeta: registry.MetaOnly, ShortNames: []string{"limits"},
			Strategy: limitRangeStrategy},
		{Kind: "Namespace", Name: "namespaces", ObjectMeta: registry.MetaThenUpdate, ShortNames: []string{"ns"},
			Strategy: namespaceStrategy{},
			Status:   namespaceStatus{}, ReturnDeleted: true,
			SelectableFields: namespaceFields, Columns: namespaceColumns, ConfigureStore: emptied, WrapStore: newNamespaces, Subresources: namespaceSubresources},
		{Kind: "Node", Name: "nodes", ObjectMeta: registry.MetaThenUpdate, ShortNames: []string{"no"}, Strategy: nodeStrategy{},
			Status:           nodeStatus{},
			KeyRoot:          "/minions",
			SelectableFields: nodeFields, Columns: nodeColumns},
		{Kind: "PersistentVolume", Name: "persistentvolumes", ObjectMeta: registry.MetaTwice, ShortNames: []string{"pv"},
			Strategy: volumeStrategy,
			Status:   volumeStatus{volumeStrategy}, ReturnDeleted: true,
			Columns: volumeColumns},
		{Kind: "PersistentVolumeClaim", Name: "persistentvolumeclaims", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"pvc"},
			Strategy: claims, Status: claimStatus, ReturnDeleted: true,
			Columns: claimColumns, ConfigureStore: readAligned},
		{Kind: "ResourceQuota", Name: "resourcequotas", ShortNames: []string{"quota"}, Strategy: quotaStrategy, Status: quotaStatus,
			ReturnDeleted: true,
			Columns:       quotaColumns},
		{Kind: "Secret", Name: "secrets", ObjectMeta: registry.UpdateThenMeta, Strategy: secretStrategy{}, SelectableFields: secretFields,
			Columns: secretColumns},
		{Kind: "ServiceAccount", Name: "serviceaccounts", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"sa"},
			Strategy: serviceAccountStrategy, ReturnDeleted: true,
			Columns: serviceAccountColumns},
	}
}

// access is rbac.authorization.k8s.io: who may do what.
func access() []resource.Definition {
	return []resource.Definition{
		{Kind: "ClusterRole", Name: "clusterroles", ObjectMeta: registry.MetaThenUpdate, Strategy: clusterRoleStrategy},
		{Kind: "ClusterRoleBinding", Name: "clusterrolebindings", ObjectMeta: registry.MetaThenUpdate, Strategy: clusterBindingStrategy,
			Columns: clusterBindingColumns},
		{Kind: "Role", Name: "roles", ObjectMeta: registry.MetaThenUpdate, Strategy: roleStrategy},
		{Kind: "RoleBinding", Name: "rolebindings", ObjectMeta: registry.MetaThenUpdate, Strategy: bindingStrategy,
			Columns: bindingColumns},
	}
}

// storage is storage.k8s.io: where volumes come from.
func storage() []resource.Definition {
	return []resource.Definition{
		{Kind: "CSIDriver", Name: "csidrivers", Strategy: driverStrategy, ReturnDeleted: true, Columns: driverColumns},
		{Kind: "CSINode", Name: "csinodes", ObjectMeta: registry.MetaOnly, Strategy: csiNodeStrategy, ReturnDeleted: true,
			Columns: csiNodeColumns},
		{Kind: "CSIStorageCapacity", Name: "csistoragecapacities", ObjectMeta: registry.MetaThenUpdate, Strategy: capacityStrategy},
		{Kind: "StorageClass", Name: "storageclasses", ObjectMeta: registry.MetaThenUpdate, ShortNames: []string{"sc"},
			Strategy: classStrategy, ReturnDeleted: true,
			Columns: classColumns},
		{Kind: "VolumeAttachment", Name: "volumeattachments", ObjectMeta: registry.MetaOnly, StatusObjectMeta: registry.MetaOnly,
			Strategy: attachmentStrategy, Status: attachmentStatus, ReturnDeleted: true,
			Columns: attachmentColumns},
		{Kind: "VolumeAttributesClass", Name: "volumeattributesclasses", ObjectMeta: registry.UpdateThenMeta, ShortNames: []string{"vac"},
			Strategy:      attributesStrategy,
			ReturnDeleted: true, Columns: attributesColumns},
	}
}

// extensions is the category of what extends the API.
var extensions = []string{"api-extensions"}

// admission is admissionregistration.k8s.io: who else is asked before an object is stored.
func admission() []resource.Definition {
	return []resource.Definition{
		{Kind: "MutatingAdmissionPolicy", Name: "mutatingadmissionpolicies", ObjectMeta: registry.GenericMeta,
			Categories: extensions, Strategy: mutationStrategy,
			Columns: mutationColumns},
		{Kind: "MutatingAdmissionPolicyBinding", Name: "mutatingadmissionpolicybindings", ObjectMeta: registry.GenericMeta,
			Categories: extensions,
			Strategy:   mutationBindingStrategy,
			Columns:    mutationBindingColumns},
		{Kind: "MutatingWebhookConfiguration", Name: "mutatingwebhookconfigurations", ObjectMeta: registry.GenericMeta,
			Categories: extensions, Strategy: mutatingStrategy,
			Columns: mutatingColumns},
		{Kind: "ValidatingAdmissionPolicy", Name: "validatingadmissionpolicies", ObjectMeta: registry.GenericMeta,
			StatusObjectMeta: registry.NoMeta, Categories: extensions, Strategy: policyStrategy,
			Status: policyStatus, Columns: policyColumns},
		{Kind: "ValidatingAdmissionPolicyBinding", Name: "validatingadmissionpolicybindings", ObjectMeta: registry.GenericMeta,
			Categories: extensions,
			Strategy:   policyBindingStrategy,
			Columns:    policyBindingColumns},
		{Kind: "ValidatingWebhookConfiguration", Name: "validatingwebhookconfigurations", ObjectMeta: registry.GenericMeta,
			Categories: extensions, Strategy: validatingStrategy,
			Columns: validatingColumns},
	}
}

// devices is resource.k8s.io: hardware that pods ask for.
func devices() []resource.Definition {
	return []resource.Definition{
		{Kind: "DeviceClass", Name: "deviceclasses", ObjectMeta: registry.MetaThenUpdate, Strategy: deviceClassStrategy,
			ReturnDeleted: true, Columns: deviceClassColumns},
		{Kind: "ResourceClaim", Name: "resourceclaims", ObjectMeta: registry.MetaThenUpdate,
			Strategy: adminAccess{Strategy: deviceClaimStrategy}, Status: adminAccess{Strategy: deviceClaimStatus},
			ReturnDeleted: true, Columns: deviceClaimColumns},
		{Kind: "ResourceClaimTemplate", Name: "resourceclaimtemplates", ObjectMeta: registry.MetaThenUpdate,
			Strategy: adminAccess{Strategy: deviceTemplateStrategy}, ReturnDeleted: true, Columns: deviceTemplateColumns},
		{Kind: "ResourceSlice", Name: "resourceslices", Strategy: sliceStrategy, ReturnDeleted: true, Columns: sliceColumns,
			SelectableFields: sliceFields, UnsupportedFieldLabel: "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: %s"},
	}
}
