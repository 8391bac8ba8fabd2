package apitest_test

import (
	"net/http"
	"testing"
)

const core, inDefault = "/api/v1", "/api/v1/namespaces/default"

func group(name string) string { return "/apis/" + name + "/v1" }

func TestWhatCannotBeIsRefusedInUpstreamsWords(t *testing.T) {
	t.Parallel()
	rbac, storage, flow := group("rbac.authorization.k8s.io"), group("storage.k8s.io"), group("flowcontrol.apiserver.k8s.io")
	for _, row := range []struct{ claim, path, body, message string }{
		{"a namespace's name has no dots", core + "/namespaces", `{"metadata":{"name":"a.b"}}`,
			"Namespace \"a.b\" is invalid: metadata.name: Invalid value: \"a.b\": must not contain dots"},
		{"a finalizer has a domain", core + "/namespaces", `{"metadata":{"name":"f"},"spec":{"finalizers":["mine"]}}`,
			"Namespace \"f\" is invalid: spec.finalizers: Invalid value: \"mine\": name is neither a standard finalizer name nor is it fully qualified"},
		{"no two taints have key and effect in common", core + "/nodes",
			`{"metadata":{"name":"n"},"spec":{"taints":[{"key":"a","effect":"NoSchedule"},{"key":"a","effect":"NoSchedule"}]}}`,
			`Node "n" is invalid: metadata.taints[1]: Duplicate value: {"Key":"a","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair`},
		{"an event of events.k8s.io is refused as one of that group", group("events.k8s.io") + "/namespaces/default/events",
			`{"metadata":{"name":"e_e"},"regarding":{"namespace":"default"},"type":"Normal","eventTime":"2020-01-01T00:00:00.000000Z",` +
				`"reportingController":"a.b/c","reportingInstance":"i","action":"a","reason":"R"}`,
			"Event \"e_e\" is invalid: metadata.name: Invalid value: \"e_e\": a lowercase RFC 1123 subdomain must consist of lower case " +
				"alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for " +
				"validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')"},
		{"terms of a topology differ", storage + "/storageclasses",
			`{"metadata":{"name":"t"},"provisioner":"a.b/c","allowedTopologies":[{"matchLabelExpressions":[{"key":"k","values":["v"]}]},` +
				`{"matchLabelExpressions":[{"key":"k","values":["v"]}]}]}`,
			`StorageClass.storage.k8s.io "t" is invalid: allowedTopologies[1].matchLabelExpressions: Duplicate value: ""`},
		{"a condition of a webhook has a name", group("admissionregistration.k8s.io") + "/validatingwebhookconfigurations",
			`{"metadata":{"name":"w"},"webhooks":[{"name":"a.b.c","clientConfig":{"url":"https://a.b/c"},"sideEffects":"None",` +
				`"admissionReviewVersions":["v1"],"matchConditions":[{"expression":"true"}]}]}`,
			`ValidatingWebhookConfiguration.admissionregistration.k8s.io "w" is invalid: webhooks[0].matchConditions[0].name: Required value`},
		{"a node has one range of each family", core + "/nodes", `{"metadata":{"name":"n"},"spec":{"podCIDRs":["10.0.0.0/24","10.0.1.0/24"]}}`,
			`Node "n" is invalid: spec.podCIDRs: Invalid value: ["10.0.0.0/24","10.0.1.0/24"]: may specify no more than one CIDR for each IP family`},
		{"an event lies where its object does", inDefault + "/events", `{"metadata":{"name":"e"},"involvedObject":{"namespace":"other"}}`,
			`Event "e" is invalid: involvedObject.namespace: Invalid value: "other": does not match event.namespace`},
		{"the least is not more than the most", inDefault + "/limitranges",
			`{"metadata":{"name":"l"},"spec":{"limits":[{"type":"Container","max":{"cpu":"1"},"min":{"cpu":"2"}}]}}`,
			`LimitRange "l" is invalid: [spec.limits[0].min[cpu]: Invalid value: "2": min value 2 is greater than max value 1, ` +
				`spec.limits[0].defaultRequest[cpu]: Invalid value: "1": min value 2 is greater than default request value 1, ` +
				`spec.limits[0].default[cpu]: Invalid value: "2": min value 2 is greater than default value 1]`},
		{"there is no half pod", inDefault + "/resourcequotas", `{"metadata":{"name":"q"},"spec":{"hard":{"pods":"500m"}}}`,
			`ResourceQuota "q" is invalid: spec.hard[pods]: Invalid value: "500m": must be an integer`},
		{"a scope limits what it is about", inDefault + "/resourcequotas", `{"metadata":{"name":"q"},"spec":{"hard":{"cpu":"1"},"scopes":["BestEffort"]}}`,
			`ResourceQuota "q" is invalid: spec.scopes: Invalid value: ["BestEffort"]: unsupported scope applied to resource`},
		{"a local volume is somewhere", core + "/persistentvolumes",
			`{"metadata":{"name":"v"},"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteOnce"],"local":{"path":"/x"}}}`,
			`PersistentVolume "v" is invalid: spec.nodeAffinity: Required value: Local volume requires node affinity`},
		{"a system class is the system's", group("scheduling.k8s.io") + "/priorityclasses", `{"metadata":{"name":"system-mine"},"value":1}`,
			`PriorityClass.scheduling.k8s.io "system-mine" is invalid: metadata.name: Forbidden: priority class names with 'system-' prefix ` +
				`are reserved for system use only. error: system-mine is not a known system priority class`},
		{"no person's class is above the system's", group("scheduling.k8s.io") + "/priorityclasses", `{"metadata":{"name":"high"},"value":1000000001}`,
			`PriorityClass.scheduling.k8s.io "high" is invalid: value: Forbidden: maximum allowed value of a user defined priority is 1000000000`},
		{"a lease lasts", group("coordination.k8s.io") + "/namespaces/default/leases", `{"metadata":{"name":"l"},"spec":{"leaseDurationSeconds":0}}`,
			`Lease.coordination.k8s.io "l" is invalid: spec.leaseDurationSeconds: Invalid value: 0: must be greater than 0`},
		{"a role in a namespace has no paths", rbac + "/namespaces/default/roles", `{"metadata":{"name":"r"},"rules":[{"verbs":["get"],"nonResourceURLs":["/x"]}]}`,
			`Role.rbac.authorization.k8s.io "r" is invalid: rules[0].nonResourceURLs: Invalid value: ["/x"]: namespaced rules cannot apply to non-resource URLs`},
		{"a binding binds a role", rbac + "/clusterrolebindings",
			`{"metadata":{"name":"b"},"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"Role","name":"r"}}`,
			`ClusterRoleBinding.rbac.authorization.k8s.io "b" is invalid: roleRef.kind: Unsupported value: "Role": supported values: "ClusterRole"`},
		{"a driver's attributes are said", storage + "/volumeattributesclasses", `{"metadata":{"name":"c"},"driverName":"d"}`,
			`VolumeAttributesClass.storage.k8s.io "c" is invalid: parameters: Required value: must contain at least one key/value pair`},
		{"an attachment attaches one volume", storage + "/volumeattachments", `{"metadata":{"name":"a"},"spec":{"attacher":"d","nodeName":"n"}}`,
			`VolumeAttachment.storage.k8s.io "a" is invalid: spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName`},
		{"a request for a certificate is one", group("certificates.k8s.io") + "/certificatesigningrequests",
			`{"metadata":{"name":"c"},"spec":{"request":"","signerName":"example.com/s","usages":["any"]}}`,
			`CertificateSigningRequest.certificates.k8s.io "c" is invalid: spec.request: Invalid value: "": PEM block type must be CERTIFICATE REQUEST`},
		{"a webhook is reached over HTTPS", group("admissionregistration.k8s.io") + "/validatingwebhookconfigurations",
			`{"metadata":{"name":"w"},"webhooks":[{"name":"a.b.c","sideEffects":"None","admissionReviewVersions":["v1"],"clientConfig":{"url":"http://x"}}]}`,
			`ValidatingWebhookConfiguration.admissionregistration.k8s.io "w" is invalid: webhooks[0].clientConfig.url: Invalid value: "http": ` +
				`'https' is the only allowed URL scheme; desired format: https://host[/path]`},
		{"only one level is exempt", flow + "/prioritylevelconfigurations", `{"metadata":{"name":"mine"},"spec":{"type":"Exempt"}}`,
			"PriorityLevelConfiguration.flowcontrol.apiserver.k8s.io \"mine\" is invalid: spec.type: Invalid value: \"Exempt\": must be 'Exempt' if and only if `name` is 'exempt'"},
		{"a schema has a level", flow + "/flowschemas", `{"metadata":{"name":"s"},"spec":{"matchingPrecedence":5}}`,
			`FlowSchema.flowcontrol.apiserver.k8s.io "s" is invalid: spec.priorityLevelConfiguration.name: Required value: must reference a priority level`},
		{"a runtime's handler is a label", group("node.k8s.io") + "/runtimeclasses", `{"metadata":{"name":"r"}}`,
			`RuntimeClass.node.k8s.io "r" is invalid: handler: Required value`},
	} {
		t.Run(row.claim, func(t *testing.T) {
			t.Parallel()
			code, answer := ask(t, http.MethodPost, row.path, row.body)
			if got, _ := answer["message"].(string); code != http.StatusUnprocessableEntity || got != row.message {
				t.Errorf("%d\ngot  %s\nwant %s", code, got, row.message)
			}
		})
	}
}

func TestWhatStaysCannotBeChanged(t *testing.T) {
	t.Parallel()
	storage, rbac := group("storage.k8s.io"), group("rbac.authorization.k8s.io")
	for _, row := range []struct{ claim, path, name, body, change, field string }{
		{"a class's provisioner", storage + "/storageclasses", "stays", `{"provisioner":"a"}`, `{"provisioner":"b"}`, "provisioner"},
		{"an attachment", storage + "/volumeattachments", "stays",
			`{"spec":{"attacher":"d","nodeName":"n","source":{"persistentVolumeName":"v"}}}`, `{"spec":{"nodeName":"m"}}`, "spec"},
		{"a priority", group("scheduling.k8s.io") + "/priorityclasses", "stays", `{"value":1}`, `{"value":2}`, "value"},
		{"the role of a binding", rbac + "/clusterrolebindings", "stays",
			`{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"r"}}`, `{"roleRef":{"name":"s"}}`, "roleRef"},
		{"a runtime's handler", group("node.k8s.io") + "/runtimeclasses", "stays", `{"handler":"a"}`, `{"handler":"b"}`, "handler"},
		{"the scopes of a quota", inDefault + "/resourcequotas", "stays", `{"spec":{"scopes":["Terminating"]}}`, `{"spec":{"scopes":null}}`, "spec.scopes"},
		{"a claim for devices", group("resource.k8s.io") + "/namespaces/default/resourceclaims", "stays",
			`{"spec":{"devices":{"requests":[{"name":"a","exactly":{"deviceClassName":"c"}}]}}}`, `{"spec":{"devices":null}}`, "spec"},
		{"a node's provider id", core + "/nodes", "stays", `{"spec":{"providerID":"x://1"}}`, `{"spec":{"providerID":"x://2"}}`, "spec.providerID"},
	} {
		t.Run(row.claim, func(t *testing.T) {
			t.Parallel()
			made(t, row.path, `{"metadata":{"name":"`+row.name+`"},`+row.body[1:])
			code, answer := ask(t, http.MethodPatch, row.path+"/"+row.name, row.change)
			causes, _ := at(answer, "details", "causes").([]any)
			if code != http.StatusUnprocessableEntity || len(causes) == 0 || causes[0].(map[string]any)["field"] != row.field {
				t.Errorf("%d %v", code, answer)
			}
		})
	}
}
