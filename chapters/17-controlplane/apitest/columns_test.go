package apitest_test

import (
	"encoding/json"
	"testing"
)

func TestColumnsShowWhatKubectlPrints(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		claim, path, name, body string
		cells                   map[string]string
	}{
		{"a node that says nothing", core + "/nodes", "shown", `{"metadata":{"labels":{"node-role.kubernetes.io/worker":"","kubernetes.io/role":"old"}},"spec":{"unschedulable":true}}`,
			map[string]string{"Status": "Unknown,SchedulingDisabled", "Roles": "old,worker", "Internal-IP": "<none>", "OS-Image": "<unknown>"}},
		{"a claim that waits", inDefault + "/persistentvolumeclaims", "shown",
			`{"spec":{"accessModes":["ReadWriteOnce"],"storageClassName":"fast","resources":{"requests":{"storage":"1Gi"}}}}`,
			map[string]string{"Status": "Pending", "Volume": "", "Capacity": "", "StorageClass": "fast", "VolumeAttributesClass": "<unset>", "VolumeMode": "Filesystem"}},
		{"a volume", core + "/persistentvolumes", "shown",
			`{"spec":{"capacity":{"storage":"1Gi"},"accessModes":["ReadWriteMany","ReadWriteOnce"],"hostPath":{"path":"/x"},"claimRef":{"namespace":"a","name":"b"}}}`,
			map[string]string{"Capacity": "1Gi", "Access Modes": "RWO,RWX", "Reclaim Policy": "Retain", "Claim": "a/b"}},
		{"the default class", group("storage.k8s.io") + "/storageclasses", "shown",
			`{"metadata":{"annotations":{"storageclass.kubernetes.io/is-default-class":"true"}},"provisioner":"p"}`,
			map[string]string{"Name": "shown (default)", "ReclaimPolicy": "Delete", "VolumeBindingMode": "Immediate", "AllowVolumeExpansion": "false"}},
		{"a driver", group("storage.k8s.io") + "/csidrivers", "shown", `{"spec":{"tokenRequests":[{"audience":"a"},{"audience":"b"}]}}`,
			map[string]string{"AttachRequired": "true", "TokenRequests": "a,b", "Modes": "Persistent"}},
		{"an event of the old kind", inDefault + "/events", "shown",
			`{"involvedObject":{"kind":"Pod","name":"p","namespace":"default"},"reason":"R","source":{"component":"c","host":"h"},"count":3}`,
			map[string]string{"Object": "pod/p", "Source": "c, h", "Count": "3", "Last Seen": "<unknown>"}},
		{"who is bound", group("rbac.authorization.k8s.io") + "/clusterrolebindings", "shown",
			`{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"r"},"subjects":[{"kind":"User","name":"u"},
			{"kind":"Group","name":"g"},{"kind":"ServiceAccount","name":"a","namespace":"n"}]}`,
			map[string]string{"Role": "ClusterRole/r", "Users": "u", "Groups": "g", "ServiceAccounts": "n/a"}},
		{"a level", group("flowcontrol.apiserver.k8s.io") + "/prioritylevelconfigurations", "shown",
			`{"spec":{"type":"Limited","limited":{"limitResponse":{"type":"Reject"}}}}`,
			map[string]string{"Type": "Limited", "NominalConcurrencyShares": "30", "Queues": "<none>"}},
		{"a claim for devices", group("resource.k8s.io") + "/namespaces/default/resourceclaims", "shown", `{"spec":{}}`,
			map[string]string{"State": "pending"}},
		{"a policy", group("admissionregistration.k8s.io") + "/validatingadmissionpolicies", "shown",
			`{"spec":{"paramKind":{"apiVersion":"v1","kind":"ConfigMap"},"matchConstraints":{"resourceRules":[{"apiGroups":[""],"apiVersions":["v1"],"operations":["*"],"resources":["pods"]}]},"validations":[{"expression":"true"}]}}`,
			map[string]string{"Validations": "1", "ParamKind": "v1/ConfigMap"}},
	} {
		t.Run(row.claim, func(t *testing.T) {
			t.Parallel()
			made(t, row.path, named(t, row.name, row.body))
			shown := table(t, row.path+"/"+row.name)
			if len(shown) != 1 {
				t.Fatalf("%d rows", len(shown))
			}
			for column, want := range row.cells {
				if got, ok := shown[0][column]; got != want || !ok {
					t.Errorf("%s is %q, want %q", column, got, want)
				}
			}
		})
	}
}

// named is a manifest with a name.
func named(t testing.TB, name, body string) string {
	t.Helper()
	object := map[string]any{}
	if err := json.Unmarshal([]byte(body), &object); err != nil {
		t.Fatal(err)
	}
	metadata, _ := object["metadata"].(map[string]any)
	if metadata == nil {
		metadata = map[string]any{}
		object["metadata"] = metadata
	}
	metadata["name"] = name
	text, err := json.Marshal(object)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
