package atlas

// accessRows are chapter 14.
func accessRows() []Row {
	const (
		filters = apiserver + "endpoints/filters."
		authn   = apiserver + "authentication/"
		authz   = apiserver + "authorization/authorizer."
	)
	return []Row{
		{Concept: "authentication", Also: "authenticator, who are you",
			Is:   "Finds out who asks, from a certificate, a token or a proxy's headers.",
			Here: "server.Filters.Authentication", Upstream: filters + "WithAuthentication",
			More: "The place in the chain is there; what fills it comes with chapter 14."},
		{Concept: "user", Also: "user.Info, groups, service account",
			Is:       "A name, a uid, groups and what else an authenticator says.",
			Upstream: authn + "user.Info",
			More:     "Service accounts are users with a name of a fixed form."},
		{Concept: "request authenticator", Also: "token, union",
			Is:       "Looks at a request and knows the user, does not know, or fails.",
			Upstream: authn + "authenticator.Request",
			More:     "A union asks one after the other: certificates, tokens, OIDC, webhooks, anonymous."},
		{Concept: "authorization", Also: "may you, 403",
			Is:   "May this user do this verb to this resource? A no is a 403 that says what is missing.",
			Here: "server.Filters.Authorization", Upstream: filters + "WithAuthorization",
			More: "The place in the chain is there; what fills it comes with chapter 14."},
		{Concept: "authorizer", Also: "decision, allow, deny, no opinion",
			Is:       "Attributes in; allow, deny or no opinion out.",
			Upstream: authz + "Authorizer",
			More:     "Several in a row: node, RBAC, webhooks; conditions on the object are new."},
		{Concept: "RBAC", Also: "role, binding, cluster role",
			Is:       "Rules that list verbs and resources, bound to users: objects of the API themselves.",
			Upstream: kubernetes + "plugin/pkg/auth/authorizer/rbac.RBACAuthorizer",
			More:     "Nobody can give away rights that they do not have (escalation check)."},
		{Concept: "impersonation", Also: "act as",
			Is:   "A user who may do so acts as another one.",
			Here: "server.Filters.Impersonation", Upstream: apiserver + "endpoints/filters/impersonation.WithImpersonation",
			More: "The place in the chain is there; what fills it comes with chapter 14."},
		{Concept: "audit", Also: "audit policy, audit event",
			Is:   "What is recorded of a request, at which stage, and where.",
			Here: "server.Filters.Audit", Upstream: filters + "WithAudit",
			More: "A policy chooses how much; files and webhooks take the events."},
		{Concept: "priority and fairness", Also: "APF, flow schema",
			Is:        "Overload is queued by user and kind of request, so that one client cannot starve the others.",
			Unplanned: true, Upstream: apiserver + "server/filters.WithPriorityAndFairness",
			More: "On by default there. Here the limit of requests stands in its place."},
	}
}

// admissionRows are chapter 15.
func admissionRows() []Row {
	const admission = apiserver + "admission."
	return []Row{
		{Concept: "admission", Also: "plugin, admission controller",
			Is:       "Plugins between decoding and storing that know the user and the object.",
			Upstream: admission + "Interface",
			More:     "About thirty, in an order that is fixed."},
		{Concept: "mutating admission", Also: "Admit, webhook",
			Is:       "May change the object before it is validated.",
			Upstream: admission + "MutationInterface",
			More:     "May run again after later plugins; webhooks and expressions as well."},
		{Concept: "validating admission", Also: "Validate, ValidatingAdmissionPolicy",
			Is:       "May only refuse: it sees the object as it will be stored.",
			Upstream: admission + "ValidationInterface",
			More:     "Also written as expressions (CEL) in objects of the API."},
		{Concept: "admission attributes",
			Is:       "What a plugin gets: user, verb, resource, the new object, the old one.",
			Upstream: admission + "Attributes",
			More:     "Annotations for the audit event can be added to them."},
		{Concept: "namespace must exist", Also: "NamespaceLifecycle",
			Is:       "Nothing is created in a namespace that does not exist or is about to end.",
			Upstream: apiserver + "admission/plugin/namespace/lifecycle.Lifecycle",
			More:     "Looks into its informer first, then asks the API."},
	}
}

// connectRows are chapter 16.
func connectRows() []Row {
	const pod = kubernetes + "pkg/registry/core/pod/rest."
	return []Row{
		{Concept: "handler of connect", Also: "CONNECT",
			Is:       "Calls Connecter and hands the connection over to the handler that it returns.",
			Upstream: apiserver + "endpoints/handlers.ConnectResource",
			More:     "Admission sees the options."},
		{Concept: "exec", Also: "attach, portforward, streaming",
			Is:       "A command in a container, with its streams over one connection to the kubelet.",
			Upstream: pod + "ExecREST",
			More:     "SPDY from old clients, WebSocket from new ones."},
		{Concept: "log of a pod", Also: "pods/log",
			Is:       "Bytes from the kubelet, streamed through.",
			Upstream: pod + "LogREST",
			More:     "Options for time, size and container."},
		{Concept: "proxy to a pod or service", Also: "pods/proxy, services/proxy",
			Is:       "HTTP through the API server to what runs in the cluster.",
			Upstream: pod + "ProxyREST",
			More:     "Rewrites links in HTML on the way back."},
		{Concept: "upgrade-aware proxy",
			Is:       "A proxy that lets a connection change its protocol.",
			Upstream: apimachinery + "util/proxy.UpgradeAwareHandler",
			More:     "Used by exec, attach, portforward, proxy and the aggregator."},
	}
}

// customresourcesRows are chapter 18.
func customresourcesRows() []Row {
	const apiextensions = "k8s.io/apiextensions-apiserver/pkg/"
	return []Row{
		{Concept: "custom resource", Also: "CRD, CustomResourceDefinition",
			Is:       "A kind that is an object of the API itself; it is served from the moment it is created.",
			Upstream: apiextensions + "apis/apiextensions/v1.CustomResourceDefinition",
			More:     "Schemas, versions, conversion by webhook, printed columns, scale and status."},
		{Concept: "custom resource handler", Also: "crdHandler",
			Is:       "One handler for all of them, which finds the definition for each request.",
			Upstream: apiextensions + "apiserver.crdHandler",
			More:     "Storages are made at the first request, and again when the definition changes."},
		{Concept: "object without a Go type", Also: "unstructured",
			Is:       "A map with a kind: what custom resources are in memory.",
			Imported: true, Upstream: apimachinery + "apis/meta/v1/unstructured.Unstructured",
			More: "We import the type; our codecs and storage take it already."},
		{Concept: "aggregation", Also: "APIService, API server behind it",
			Is:        "A group that another server serves, under the same address.",
			Unplanned: true, Upstream: "k8s.io/kube-aggregator/pkg/apiserver.APIAggregator",
			More: "It is the first of the servers in a row, and passes on what it does not have."},
	}
}

// controllersRows are chapter 19.
func controllersRows() []Row {
	const cache = clientgo + "tools/cache."
	return []Row{
		{Concept: "informer", Also: "SharedIndexInformer, local cache",
			Is:       "A list and a watch that keep a copy on the client's side, and call back for each change.",
			Upstream: cache + "SharedIndexInformer",
			More:     "Shared by all controllers of a program, with indexes and transforms."},
		{Concept: "reflector", Also: "list and watch, relist",
			Is:       "Lists once, watches from there, and begins anew when the version is gone.",
			Upstream: cache + "Reflector",
			More:     "Streams the list as a watch where the server can."},
		{Concept: "work queue", Also: "rate limiting queue",
			Is:       "Keys of what must be looked at, each once, again later after an error.",
			Upstream: clientgo + "util/workqueue.TypedRateLimitingInterface",
			More:     "Metrics and fairness by priority."},
		{Concept: "garbage collector", Also: "owner references",
			Is:       "Deletes what nobody owns any more, in the order that the propagation policy asks for.",
			Upstream: kubernetes + "pkg/controller/garbagecollector.GarbageCollector",
			More:     "Watches every resource that discovery knows."},
		{Concept: "namespace lifecycle", Also: "namespace controller, terminating",
			Is:       "Empties a namespace that is deleted, then takes its finalizer away.",
			Upstream: kubernetes + "pkg/controller/namespace.NamespaceController",
			More:     "Conditions that say what is left."},
	}
}

// clusterRows are chapter 20.
func clusterRows() []Row {
	return []Row{
		{Concept: "several API servers", Also: "endpoint reconciler, peers",
			Is:       "Servers that share an etcd need not know each other; clients need to know them.",
			Upstream: kubernetes + "pkg/controlplane/reconcilers.EndpointReconciler",
			More:     "A lease per server; requests for what only a peer serves are passed on."},
		{Concept: "leader election", Also: "lease",
			Is:       "One of several controllers works: the one that keeps a Lease object fresh, by optimistic concurrency.",
			Upstream: clientgo + "tools/leaderelection.LeaderElector",
			More:     "Coordinated by the server, so that versions can be chosen."},
	}
}
