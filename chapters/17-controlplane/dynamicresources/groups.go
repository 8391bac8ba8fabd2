package dynamicresources

import (
	resourcev1 "k8s.io/api/resource/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the rows of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: resourcev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "DeviceClass", Name: "deviceclasses", ObjectMeta: registry.MetaThenUpdate, Strategy: deviceClassStrategy,
				ReturnDeleted: true, Columns: deviceClassColumns},
			{Kind: "ResourceClaim", Name: "resourceclaims", ObjectMeta: registry.MetaThenUpdate,
				Strategy: adminAccess{Strategy: deviceClaimStrategy}, Status: adminAccess{Strategy: deviceClaimStatus},
				ReturnDeleted: true, Columns: deviceClaimColumns},
			{Kind: "ResourceClaimTemplate", Name: "resourceclaimtemplates", ObjectMeta: registry.MetaThenUpdate,
				Strategy: adminAccess{Strategy: deviceTemplateStrategy}, ReturnDeleted: true, Columns: deviceTemplateColumns},
			{Kind: "ResourceSlice", Name: "resourceslices", Strategy: sliceStrategy, ReturnDeleted: true, Columns: sliceColumns,
				SelectableFields: sliceFields, UnsupportedFieldLabel: "field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: %s"},
		}},
	}
}
