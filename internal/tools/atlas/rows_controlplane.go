package atlas

import "slices"

// controlplaneRows are chapter 17.
func controlplaneRows() []Row {
	return slices.Concat(tableRows(), podRows(), networkRows(), ruleRows())
}

// Where the symbols of chapter 17 are upstream.
const (
	plane    = kubernetes + "pkg/controlplane."
	planeAPI = kubernetes + "pkg/controlplane/apiserver."
	coreAPI  = kubernetes + "pkg/registry/core/"
)

// tableRows are about the table and what is made of it.
func tableRows() []Row {
	const server = apiserver + "server/storage."
	return []Row{
		{Concept: "control plane", Also: "master, kube-apiserver, master.go",
			Is:   "A generic server with every resource of Kubernetes installed.",
			Here: "controlplane.New", Upstream: plane + "CompletedConfig.New",
			More: "Also leases of servers, and controllers of its own."},
		{Concept: "control plane config", Also: "controlplane.Config",
			Is:   "The generic configuration, etcd, and the table of what is served.",
			Here: "controlplane.Config", Upstream: plane + "Config",
			More: "Ranges of addresses and ports, kubelet client, event TTL, and so on."},
		{Concept: "table of resources", Also: "RESTStorageProvider, InstallAPIs, InstallLegacyAPI",
			Is:   "Each resource is a row: kind, name, short names, strategy, key.",
			Here: "controlplane.Groups", Upstream: planeAPI + "Server.InstallAPIs",
			More: "A provider for each group, which makes its storages in code."},
		{Concept: "row of the table", Also: "add a resource",
			Is:   "What one must say about a resource; all that is left out means the ordinary.",
			Here: "resource.Definition", Upstream: kubernetes + "pkg/registry/core/configmap/storage.NewREST",
			More: "A function that fills a Store, in a package for each resource."},
		{Concept: "storages of a group", Also: "NewRESTStorage, map of storages",
			Is:   "Path to storage, for each version: what a group hands to InstallAPIGroup.",
			Here: "controlplane.storageProvider.install", Upstream: planeAPI + "RESTStorageProvider",
			More: "Leaves out what is switched off or too new for the version that is emulated."},
		{Concept: "runtime-config", Also: "switch a version off, enable a resource",
			Is:   "Groups, versions and resources by name, on or off; the more exact name wins.",
			Here: "controlplane.RuntimeConfig", Upstream: server + "ResourceConfig",
			More: "Alpha and beta are off at first, and warnings say what is deprecated."},
		{Concept: "StorageDestinations", Also: "storage factory, RESTOptionsGetter, which etcd",
			Is:   "Where each resource's objects go: which etcd, under which prefix, in which format. The name is from Kubernetes 1.1.",
			Here: "controlplane.StorageDestinations", Upstream: server + "DefaultStorageFactory",
			More: "Called storage factory now; encryption may differ for single resources."},
		{Concept: "storage of a resource", Also: "RESTOptions, storage backend",
			Is:   "A row becomes a Store over etcd, with the row's names and strategy.",
			Here: "controlplane.storageProvider.store", Upstream: apiserver + "registry/generic.RESTOptions",
			More: "The options carry a decorator that puts the watch cache in front."},
		{Concept: "irregular key", Also: "/registry/minions, /registry/services/specs",
			Is:   "Nodes lie under /minions, services under /services/specs: names from before 1.0.",
			Here: "resource.Definition.Key", Upstream: kubernetes + "pkg/kubeapiserver.SpecialDefaultResourcePrefixes",
			More: "The same map, with network policies of an older group."},
		{Concept: "bootstrap", Also: "system namespaces, default namespace",
			Is:   "What must exist before anyone asks: namespaces, priority classes, the kubernetes Service.",
			Here: "controlplane.bootstrap", Upstream: kubernetes + "pkg/controlplane/controller/systemnamespaces.Controller",
			More: "A loop for each, started by hooks; roles too."},
		{Concept: "columns of a kind", Also: "printers, kubectl get",
			Is:   "What kubectl get shows for a kind.",
			Here: "resource.Column", Upstream: kubernetes + "pkg/printers/internalversion.AddHandlers",
			More: "All kinds in one file of over 3,000 lines."},
	}
}

// podRows are about pods and what writes them.
func podRows() []Row {
	return []Row{
		{Concept: "PodStorage", Also: "all storages of pods, shared store",
			Is:   "The storages of pods: the resource itself, and one for each subresource, all over one Store.",
			Here: "pod.PodStorage", Upstream: coreAPI + "pod/storage.PodStorage",
			More: "Also Log, Proxy, Exec, Attach and PortForward, which chapter 16 will bring."},
		{Concept: "binding", Also: "pods/binding, scheduler",
			Is:   "How the scheduler says on which node a pod runs: a create below the pod.",
			Here: "pod.BindingREST", Upstream: coreAPI + "pod/storage.BindingREST",
			More: "The same: node, annotations and a condition in one update."},
		{Concept: "eviction", Also: "pods/eviction, PodDisruptionBudget, drain",
			Is:   "A delete that asks first whether the application can spare the pod; 429 if not.",
			Here: "pod.EvictionREST", Upstream: coreAPI + "pod/storage.EvictionREST",
			More: "The same."},
		{Concept: "grace of a pod", Also: "terminationGracePeriodSeconds, 30 seconds",
			Is:   "How long a pod may take to end; none where no kubelet has it.",
			Here: "pod.graceOf", Upstream: coreAPI + "pod.podStrategy.CheckGracefulDelete",
			More: "The same."},
		{Concept: "ephemeral containers", Also: "kubectl debug",
			Is:   "A path by which containers are added to a pod that runs.",
			Here: "pod.ephemeralStrategy", Upstream: coreAPI + "pod/storage.EphemeralContainersREST",
			More: "The same."},
		{Concept: "what a pod may become", Also: "pod updates may not change fields",
			Is:   "Nearly nothing of a pod's spec may change: images, tolerations, a deadline.",
			Here: "pod.ValidatePodUpdate", Upstream: kubernetes + "pkg/apis/core/validation.ValidatePodUpdate",
			More: "The same, in a file of 9,000 lines."},
	}
}

// networkRows are about what services share.
func networkRows() []Row {
	return []Row{
		{Concept: "allocator of addresses", Also: "ClusterIP, service IP, IPAddress",
			Is:   "Gives each Service an address that no other has: an object whose name is the address.",
			Here: "network.ipAllocator.allocateNext", Upstream: coreAPI + "service/ipallocator.Interface",
			More: "The same; before 1.33 a bitmap in one object."},
		{Concept: "allocator of ports", Also: "NodePort",
			Is:   "Gives a Service a port of every node, by compare-and-put of one map.",
			Here: "network.portAllocator", Upstream: coreAPI + "service/portallocator.PortAllocator",
			More: "Writes once for each port; here once for a service."},
		{Concept: "bitmap of ports", Also: "RangeAllocation, AllocationBitmap",
			Is:   "A bit for each port of the range, stored as one big number.",
			Here: "network.portBitmap", Upstream: coreAPI + "service/allocator.AllocationBitmap",
			More: "The same bytes."},
		{Concept: "transaction of allocations", Also: "allocate and roll back a service",
			Is:   "What one write takes, given back if it fails; what it frees, freed if it succeeds.",
			Here: "network.transaction", Upstream: coreAPI + "service/storage.Allocators",
			More: "Functions that undo, in a list."},
		{Concept: "repair of allocations", Also: "leaked address, leaked port",
			Is:   "A loop that compares what is taken with what services have.",
			Here: "network.repair", Upstream: coreAPI + "service/portallocator/controller.Repair",
			More: "One loop for addresses, one for ports, and events about what they find."},
		{Concept: "endpoints of the servers", Also: "kubernetes service, lease reconciler",
			Is:   "Each server leaves a sign of life with a lease; whoever has one is an endpoint.",
			Here: "network.leaseEndpointReconciler", Upstream: kubernetes + "pkg/controlplane/reconcilers.NewLeaseEndpointReconciler",
			More: "The same, beside an older way that counts masters."},
	}
}

// ruleRows are about strategies: what resources may be.
func ruleRows() []Row {
	return []Row{
		{Concept: "spec and status", Also: "desired state, observed state",
			Is:   "What is wanted and what is seen: two writers, so two paths. A PUT of one leaves the other as it is.",
			Here: "resource.SpecStatus", Upstream: coreAPI + "pod.podStrategy.PrepareForUpdate",
			More: "Each kind's strategies do this by hand, about ten lines for each direction."},
		{Concept: "status subresource", Also: "pods/status, StatusREST",
			Is:   "The path by which status is written: the parent's Store with another strategy.",
			Here: "resource.SubresourceREST", Upstream: coreAPI + "pod/storage.StatusREST",
			More: "A type for each kind, with the same five methods."},
		{Concept: "scale subresource", Also: "deployments/scale, autoscaling",
			Is:   "Replicas of many kinds, through one kind: autoscaling/v1 Scale.",
			Here: "resource.ScaleREST", Upstream: kubernetes + "pkg/registry/apps/deployment/storage.ScaleREST",
			More: "A type for each kind that scales; managed fields are translated."},
		{Concept: "strategy of a resource", Also: "podStrategy, validation",
			Is:   "An ordinary strategy with what differs: here that of ConfigMap.",
			Here: "config.configMapStrategy", Upstream: coreAPI + "configmap.strategy",
			More: "One package for each of about sixty resources."},
		{Concept: "secret", Also: "stringData, type of a secret",
			Is:   "A type asks for its keys, and never changes; stringData becomes data when a secret is decoded (chapter 13).",
			Here: "config.secretStrategy", Upstream: coreAPI + "secret.strategy",
			More: "More checks, for each type of secret."},
		{Concept: "immutable", Also: "immutable ConfigMap",
			Is:   "A ConfigMap or Secret that says so can only be deleted.",
			Here: "config.validateImmutable", Upstream: kubernetes + "pkg/apis/core/validation.ValidateConfigMapUpdate",
			More: "The same; the kubelet then stops watching it."},
		{Concept: "schedule of a CronJob", Also: "cron, time zone",
			Is:   "Five fields or a word, in a time zone; read when it is written, so that a mistake is refused.",
			Here: "workloads.cronJobs", Upstream: kubernetes + "pkg/registry/batch/cronjob.cronJobStrategy",
			More: "The controller reads it again with the same library."},
	}
}
