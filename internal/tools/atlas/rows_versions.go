package atlas

// versionsRows are chapter 13.
func versionsRows() []Row {
	const (
		apis    = kubernetes + "pkg/apis/"
		storage = apiserver + "server/storage."
	)
	return []Row{
		{Concept: "internal version", Also: "__internal, hub type",
			Is:   "The version in which the server works, to and from which all others are converted.",
			Here: "versions.Converter.Hub", Upstream: apimachinery + "runtime.APIVersionInternal",
			More: "A set of Go types that are never on the wire; here the storage version is the hub."},
		{Concept: "conversion table", Also: "Convert, spoke to hub",
			Is:   "One object in another version: through the hub, there and back, without loss.",
			Here: "versions.Converter.Convert", Upstream: apimachinery + "conversion.Converter.Convert",
			More: "Functions for each pair of types, most of them generated; some cast pointers."},
		{Concept: "conversion by annotations", Also: "round trip, HorizontalPodAutoscaler",
			Is:   "What an older version cannot say travels through it in annotations, and never lies in etcd.",
			Here: "versions.autoscalerToV1", Upstream: apis + "autoscaling/v1.Convert_autoscaling_HorizontalPodAutoscaler_To_v1_HorizontalPodAutoscaler",
			More: "The same four annotations."},
		{Concept: "events of two groups", Also: "events.k8s.io, core events",
			Is:   "The same objects under other names of fields, in another group.",
			Here: "versions.eventFromCore", Upstream: apis + "events/v1.Convert_core_Event_To_v1_Event",
			More: "The same, and field selectors by both names."},
		{Concept: "defaulting", Also: "SetDefaults",
			Is:   "Fields that a client leaves out get a value when the object is decoded, also from storage.",
			Here: "versions.RegisterDefaults", Upstream: apimachinery + "runtime.ObjectDefaulter",
			More: "Functions per version, generated around hand-written ones."},
		{Concept: "defaults of a kind", Also: "SetDefaults_Deployment, what a manifest means",
			Is:   "What one kind means where it says nothing, in one version.",
			Here: "versions.deployment", Upstream: apis + "apps/v1.SetDefaults_Deployment",
			More: "The same values."},
		{Concept: "field names of selectors", Also: "field label conversion",
			Is:   "Each version has its own names for the fields that a selector may ask for.",
			Here: "versions.addFieldLabelConversions", Upstream: apis + "events/v1.AddFieldLabelConversionsForEvent",
			More: "A function for each kind."},
		{Concept: "storage version", Also: "encoding version, storage migration",
			Is:   "The version of a kind that etcd keeps; old objects keep theirs until they are written again.",
			Here: "versions.NewStorageCodec", Upstream: storage + "DefaultResourceEncodingConfig",
			More: "Chosen per resource, so that a downgrade of the server can read it; a controller migrates."},
		{Concept: "storageVersionHash", Also: "discovery of the storage version",
			Is:   "A hash in discovery that changes when the storage version does.",
			Here: "versions.StorageKind", Upstream: apiserver + "endpoints/discovery.StorageVersionHash",
			More: "The same hash; a migrator watches it."},
		{Concept: "versions that are gone", Also: "extensions/v1beta1, deprecated API",
			Is:   "Served only where --runtime-config switches them on: rows that show the objects of today.",
			Here: "controlplane.RemovedGroups", Upstream: apimachinery + "runtime.Scheme.VersionsForGroupKind",
			More: "Removed for good; the types are still in k8s.io/api."},
		{Concept: "scheme of kube-apiserver", Also: "legacyscheme",
			Is:   "The one scheme with all types, defaults and conversions of the control plane.",
			Here: "versions.NewCodecs", Upstream: kubernetes + "pkg/api/legacyscheme.Scheme",
			More: "A global variable that init functions fill."},
		{Concept: "equivalent resources",
			Is:   "Resources that show the same objects: the events of two groups.",
			Here: "resource.Definition", Upstream: apimachinery + "runtime.EquivalentResourceMapper",
			More: "Admission webhooks match by it; here a row's SameAs says it."},
	}
}
