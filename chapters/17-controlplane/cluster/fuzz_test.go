package cluster_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kubepath/chapters/17-controlplane/cluster"
	"kubepath/chapters/17-controlplane/resource"
)

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

// collections are the paths at which objects of this package's rows are created.
func collections() []string {
	var paths []string
	for _, g := range cluster.Groups() {
		for _, r := range g.Resources {
			if r.Storage == nil {
				paths = append(paths, collection(g, r))
			}
		}
	}
	return paths
}

func collection(g resource.Group, r resource.Row) string {
	path := "/api/" + g.Version
	if g.Group != "" {
		path = "/apis/" + g.Group + "/" + g.Version
	}
	if r.Strategy == nil || r.Strategy.NamespaceScoped() { // events.k8s.io borrows
		path += "/namespaces/default"
	}
	return path + "/" + r.Name
}

// shapes are parts of manifests that hit what validations look at; a fuzzer puts others beside them.
var shapes = []string{
	`{}`,
	`{"metadata":{"generateName":"g-"}}`,
	`{"spec":{}}`, `{"spec":null,"status":{}}`,
	`{"data":{"a":"YQ=="},"stringData":{"b":"c"},"type":"kubernetes.io/tls","immutable":true}`,
	`{"spec":{"finalizers":["kubernetes","a/b",""]}}`,
	`{"spec":{"podCIDRs":["10.0.0.0/24","fd00::/64","x"],"taints":[{"key":"a","effect":"NoExecute"},{"key":"","effect":"x"}],"configSource":{}}}`,
	`{"status":{"capacity":{"cpu":"-1","pods":"1500m","x":"1"},"addresses":[{"type":"a","address":"b"},{"type":"a","address":"b"}]}}`,
	`{"involvedObject":{"namespace":"default"},"eventTime":"2020-01-01T00:00:00.000001Z","series":{"count":1}}`,
	`{"regarding":{"namespace":"default"},"eventTime":"2020-01-01T00:00:00.000001Z","reportingController":"a/b","type":"Normal"}`,
	`{"spec":{"limits":[{"type":"Container","max":{"cpu":"1"},"min":{"cpu":"0"},"maxLimitRequestRatio":{"cpu":"2"}},{"type":"Pod","default":{"x":"1"}}]}}`,
	`{"spec":{"hard":{"requests.cpu":"2","limits.cpu":"1","pods":"1"},"scopes":["BestEffort","NotBestEffort","x"],
		"scopeSelector":{"matchExpressions":[{"scopeName":"PriorityClass","operator":"In"},{"scopeName":"x","operator":"y","values":["z"]}]}}}`,
	`{"spec":{"capacity":{"storage":"1Gi","x":"-1"},"accessModes":["ReadWriteOncePod","ReadOnlyMany","x"],"csi":{"driver":"A"},"nfs":{},"local":{"path":"../x"},
		"nodeAffinity":{"required":{"nodeSelectorTerms":[{"matchExpressions":[{"key":"a","operator":"Gt","values":["1","2"]}],"matchFields":[{"key":"x"}]}]}}}}`,
	`{"spec":{"accessModes":["ReadWriteOnce"],"resources":{"requests":{"storage":"1500m"}},"dataSource":{"kind":"PersistentVolumeClaim","name":"x"},
		"dataSourceRef":{"kind":"Y","name":"x","namespace":"other"},"volumeMode":"x","selector":{"matchExpressions":[{"key":"","operator":"x"}]}}}`,
	`{"provisioner":"p","parameters":{"":"x"},"reclaimPolicy":"x","volumeBindingMode":"x"}`,
	`{"driverName":"d","parameters":{"a":"b"}}`,
	`{"spec":{"attacher":"d","nodeName":"n","source":{"inlineVolumeSpec":{}}},"status":{"attached":true,"attachError":{"errorCode":-1}}}`,
	`{"spec":{"drivers":[{"name":"a","nodeID":"","topologyKeys":["a","a",""],"allocatable":{"count":-1}},{"name":"a","nodeID":"x"}]}}`,
	`{"spec":{"tokenRequests":[{"audience":"a","expirationSeconds":1},{"audience":"a"}],"volumeLifecycleModes":["x"],"nodeAllocatableUpdatePeriodSeconds":1}}`,
	`{"storageClassName":"a","capacity":"-1","nodeTopology":{"matchLabels":{"a":"b"}}}`,
	`{"value":2147483647,"preemptionPolicy":"","globalDefault":true}`,
	`{"spec":{"leaseDurationSeconds":-1,"leaseTransitions":-1,"strategy":"x","preferredHolder":"y"}}`,
	`{"handler":"A","overhead":{"podFixed":{"cpu":"-1","x/y/z":"1"}},"scheduling":{"nodeSelector":{"a b":"c"}}}`,
	`{"rules":[{"verbs":[],"nonResourceURLs":["/"],"resources":["x"]},{}],"aggregationRule":{"clusterRoleSelectors":[{"matchExpressions":[{"operator":"x"}]}]}}`,
	`{"roleRef":{"apiGroup":"rbac.authorization.k8s.io","kind":"ClusterRole","name":"a/b"},"subjects":[{"kind":"ServiceAccount","apiGroup":"x"},{"kind":"x"}]}`,
	`{"spec":{"request":"LS0tLS1CRUdJTiBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0KTUE9PQotLS0tLUVORCBDRVJUSUZJQ0FURSBSRVFVRVNULS0tLS0K","usages":["any","any","x"],"signerName":"a/b","expirationSeconds":1}}`,
	`{"webhooks":[{"name":"x","clientConfig":{"service":{"path":"//","port":0}},"rules":[{"operations":["*","x"],"resources":["a/*","a/b","*/b","","*"]}],"timeoutSeconds":99},
		{"name":"x","clientConfig":{"url":"://"},"admissionReviewVersions":["","v9","v9"]}]}`,
	`{"spec":{"matchingPrecedence":1,"priorityLevelConfiguration":{"name":"x"},"distinguisherMethod":{"type":"x"},"rules":[{"subjects":[{"kind":"User"},{"kind":"Group","group":{"name":"*"},"user":{"name":"x"}}],
		"resourceRules":[{"verbs":["x"],"namespaces":["A"]}],"nonResourceRules":[{"verbs":["*","get"],"nonResourceURLs":["*/x","/a/**"]}]}]}}`,
	`{"spec":{"type":"Limited","limited":{"nominalConcurrencyShares":-1,"limitResponse":{"type":"Queue","queuing":{"queues":64,"handSize":64,"queueLengthLimit":0}}}}}`,
	`{"spec":{"driver":"D","pool":{"name":"p","resourceSliceCount":1},"nodeName":"n","devices":[{"name":"d"}]}}`,
	`{"spec":{"policyName":"x","validationActions":["Deny","x"],"paramRef":{"selector":{}}}}`,
}

// FuzzCreate: whatever a client sends, the answer is not the server's fault, and what it stores can be read and changed.
func FuzzCreate(f *testing.F) {
	paths := collections()
	for row := range paths {
		for _, shape := range shapes {
			f.Add(uint8(row), shape)
		}
	}
	f.Fuzz(func(t *testing.T, row uint8, body string) {
		path := paths[int(row)%len(paths)]
		object := map[string]any{}
		if json.Unmarshal([]byte(body), &object) == nil && object["metadata"] == nil {
			body = named(t, "fuzz", body)
		}
		code, answer := send(t, http.MethodPost, path, body)
		if code >= http.StatusInternalServerError && !strings.Contains(answer, "resourceVersion should not be set") {
			t.Fatalf("POST %s %q: %d %s", path, body, code, answer)
		}
		if code != http.StatusCreated {
			return
		}
		made := map[string]any{}
		if err := json.Unmarshal([]byte(answer), &made); err != nil {
			t.Fatal(err)
		}
		item := path + "/" + at(made, "metadata", "name").(string)
		code, stored := send(t, http.MethodGet, item, "")
		if code != http.StatusOK {
			t.Errorf("GET of what was created with %q: %d %s", body, code, stored)
		}
		if code, answer := send(t, http.MethodPut, item, stored); code >= http.StatusInternalServerError {
			t.Errorf("PUT %s of what was read: %d %s", item, code, answer)
		}
		if code, answer := send(t, http.MethodDelete, item, ""); code >= http.StatusInternalServerError {
			t.Errorf("DELETE %s: %d %s", item, code, answer)
		}
		remove(item) // what finalizers hold
	})
}

// send is ask for bodies that may be anything.
func send(t testing.TB, method, path, body string) (int, string) {
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, "/", strings.NewReader(body))
	r.URL.Path = path
	r.RequestURI = r.URL.RequestURI()
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}
