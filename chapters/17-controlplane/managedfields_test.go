package controlplane

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
)

// The answers in this file are kube-apiserver's v1.36.3.

// fieldsTest is a server for one test, with a namespace ns.
type fieldsTest struct {
	*testing.T
	http.Handler
}

func newFieldsTest(t *testing.T) fieldsTest {
	t.Helper()
	api, err := New(Config{Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: newEtcd(t)})
	if err != nil {
		t.Fatal(err)
	}
	return fieldsTest{t, api}
}

const (
	fieldsMerge     = "application/merge-patch+json"
	fieldsStrategic = "application/strategic-merge-patch+json"
	fieldsApply     = "application/apply-patch+yaml"
)

// do sends a request and checks its code.
func (f fieldsTest) do(want int, method, path, media, body string, header ...string) *metav1.PartialObjectMetadata {
	f.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(f.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", media)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	f.ServeHTTP(w, r)
	if w.Code != want {
		f.Fatalf("%s %s: %d, want %d: %s", method, path, w.Code, want, w.Body)
	}
	object := &metav1.PartialObjectMetadata{}
	if err := json.Unmarshal(w.Body.Bytes(), object); err != nil {
		f.Fatalf("%s %s: %s", method, path, w.Body)
	}
	return object
}

func (f fieldsTest) post(path, body string) *metav1.PartialObjectMetadata {
	f.Helper()
	return f.do(http.StatusCreated, http.MethodPost, path, "application/json", body)
}

func (f fieldsTest) patch(path, media, body string) *metav1.PartialObjectMetadata {
	f.Helper()
	return f.do(http.StatusOK, http.MethodPatch, path, media, body)
}

// owned are the fields below path that each manager has: manager, subresource, operation, fields.
func owned(t *testing.T, of metav1.Object, below string) []string {
	t.Helper()
	var all []string
	for _, e := range of.GetManagedFields() {
		set := fieldpath.NewSet()
		if err := set.FromJSON(strings.NewReader(string(e.FieldsV1.Raw))); err != nil {
			t.Fatal(err)
		}
		var paths []string
		set.Iterate(func(p fieldpath.Path) {
			if strings.HasPrefix(p.String(), below) {
				paths = append(paths, p.String())
			}
		})
		slices.Sort(paths)
		if len(paths) > 0 {
			all = append(all, strings.TrimSpace(e.Manager+" "+e.Subresource)+" "+string(e.Operation)+": "+strings.Join(paths, " "))
		}
	}
	slices.Sort(all)
	return all
}

// owners checks who has the fields below path.
func (f fieldsTest) owners(of metav1.Object, below string, want ...string) {
	f.Helper()
	if got := owned(f.T, of, below); !slices.Equal(got, want) {
		f.Errorf("below %s:\n%s\nwant:\n%s", below, strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

func TestWhoWritesPlainTextIntoASecretOwnsItsData(t *testing.T) {
	t.Parallel()
	f := newFieldsTest(t)
	const secrets, s = "/api/v1/namespaces/ns/secrets", "/api/v1/namespaces/ns/secrets/s"
	made := f.post(secrets+"?fieldManager=creator", `{"metadata":{"name":"s"},"stringData":{"k":"a"}}`)
	f.owners(made, "", "creator Update: .data .data.k .type")

	applied := f.patch(s+"?fieldManager=gitops", fieldsApply, `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"k":"a"}}`)
	f.owners(applied, "", "creator Update: .data .data.k .type", "gitops Apply: .stringData.k")
	again := f.patch(s+"?fieldManager=gitops", fieldsApply, `{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"stringData":{"k":"a"}}`)
	if again.ResourceVersion != applied.ResourceVersion {
		t.Error("applying the same plain text again writes something")
	}

	refused := f.do(http.StatusConflict, http.MethodPatch, s+"?fieldManager=other", fieldsApply,
		`{"apiVersion":"v1","kind":"Secret","metadata":{"name":"s"},"data":{"k":"Yg=="}}`)
	if refused.Kind != "Status" {
		t.Errorf("%+v", refused)
	}
	for _, media := range []string{fieldsMerge, fieldsStrategic} {
		key := strings.Split(media, "-")[0][len("application/"):]
		patched := f.patch(s+"?fieldManager="+key, media, `{"stringData":{"`+key+`":"b"}}`)
		f.owners(patched, ".data."+key, key+" Update: .data."+key)
		f.owners(patched, ".stringData", "gitops Apply: .stringData.k")
	}
}

const podsOfA = `"selector":{"matchLabels":{"a":"b"}},"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}`

func TestTheTemplateGenerationIsAFieldThatLooksLikeAnAnnotation(t *testing.T) {
	t.Parallel()
	f := newFieldsTest(t)
	const sets, d, annotation = "/apis/apps/v1/namespaces/ns/daemonsets", "/apis/apps/v1/namespaces/ns/daemonsets/d", "deprecated.daemonset.template.generation"
	made := f.post(sets+"?fieldManager=creator", `{"metadata":{"name":"d"},"spec":{`+podsOfA+`}}`)
	f.owners(made, ".metadata", "creator Update: .metadata.annotations .metadata.annotations."+annotation)

	partial := f.do(http.StatusOK, http.MethodGet, d, "", "", "Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
	if len(partial.Annotations) > 0 || len(partial.ManagedFields) == 0 {
		t.Errorf("metadata alone shows %v", partial.Annotations)
	}
	_, table := askAs(t, f, d, "application/json;as=Table;v=v1;g=meta.k8s.io")
	if strings.Contains(fmt.Sprint(table["rows"]), "map[annotations:") {
		t.Errorf("the table shows it: %v", table["rows"])
	}

	wrong := `{"metadata":{"annotations":{"` + annotation + `":"x"}}}`
	f.do(http.StatusUnprocessableEntity, http.MethodPatch, d, fieldsMerge, wrong)
	f.do(http.StatusInternalServerError, http.MethodPatch, d, fieldsStrategic, wrong)
	f.do(http.StatusInternalServerError, http.MethodPatch, d+"?fieldManager=x&force=true", fieldsApply,
		`{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{"name":"d","annotations":{"`+annotation+`":"x"}}}`)
	f.do(http.StatusBadRequest, http.MethodPost, sets, "application/json", `{"metadata":{"name":"e","annotations":{"`+annotation+`":"x"}},"spec":{`+podsOfA+`}}`)

	kept := f.patch(d+"?fieldManager=other", fieldsMerge, `{"metadata":{"annotations":{"`+annotation+`":"7"}}}`)
	f.owners(kept, ".metadata", "creator Update: .metadata.annotations", "other Update: .metadata.annotations."+annotation)
	if kept.Annotations[annotation] != "1" || kept.Generation != 1 {
		t.Errorf("a client sets it: %v, generation %d", kept.Annotations, kept.Generation)
	}
	changed := f.patch(d+"?fieldManager=other", fieldsStrategic, `{"spec":{"template":{"spec":{"containers":[{"name":"c","image":"j"}]}}}}`)
	if changed.Annotations[annotation] != "2" || changed.Generation != 2 {
		t.Errorf("a new template: %v, generation %d", changed.Annotations, changed.Generation)
	}
}

func TestTheRevisionToGoBackToIsAFieldThatLooksLikeAnAnnotation(t *testing.T) {
	t.Parallel()
	f := newFieldsTest(t)
	const all, d, annotation = "/apis/apps/v1/namespaces/ns/deployments", "/apis/apps/v1/namespaces/ns/deployments/d", "deprecated.deployment.rollback.to"
	with := func(value string) string {
		return `{"metadata":{"annotations":{"` + annotation + `":"` + value + `"}}}`
	}
	f.post(all, `{"metadata":{"name":"d"},"spec":{`+podsOfA+`}}`)
	f.do(http.StatusBadRequest, http.MethodPost, all, "application/json", `{"metadata":{"name":"e","annotations":{"`+annotation+`":"x"}},"spec":{`+podsOfA+`}}`)
	f.do(http.StatusUnprocessableEntity, http.MethodPatch, d, fieldsMerge, with("x"))
	f.do(http.StatusUnprocessableEntity, http.MethodPatch, d, fieldsMerge, with("-1"))

	asked := f.patch(d, fieldsMerge, with("+3"))
	if asked.Annotations[annotation] != "3" || asked.Generation != 2 {
		t.Errorf("%v, generation %d", asked.Annotations, asked.Generation)
	}
	partial := f.do(http.StatusOK, http.MethodGet, d, "", "", "Accept", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io")
	if len(partial.Annotations) > 0 {
		t.Errorf("metadata alone shows %v", partial.Annotations)
	}
	status := f.patch(d+"/status", fieldsMerge, with("4"))
	if status.Annotations[annotation] != "3" {
		t.Errorf("through the status: %v", status.Annotations)
	}
	none := f.patch(d, fieldsMerge, with(""))
	if len(none.Annotations) > 0 || none.Generation != 3 {
		t.Errorf("%v, generation %d", none.Annotations, none.Generation)
	}
}

// askAs gets path in another form.
func askAs(t *testing.T, api http.Handler, path, accept string) (int, map[string]any) {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, path, http.NoBody)
	r.Header.Set("Accept", accept)
	api.ServeHTTP(w, r)
	fields := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &fields); err != nil {
		t.Fatalf("%s: %s", path, w.Body)
	}
	return w.Code, fields
}

func TestAServiceThatBecomesAMereNameHidesItsPolicy(t *testing.T) {
	t.Parallel()
	f := newFieldsTest(t)
	const s = "/api/v1/namespaces/ns/services/s"
	f.post("/api/v1/namespaces/ns/services?fieldManager=c", `{"metadata":{"name":"s"},"spec":{"ports":[{"port":80}]}}`)
	policy := func(want any) {
		t.Helper()
		_, service := ask(t, f, http.MethodGet, s, "")
		if got := service["spec"].(map[string]any)["internalTrafficPolicy"]; got != want {
			t.Errorf("the policy is %v, want %v", got, want)
		}
	}
	policy("Cluster")
	name := f.patch(s+"?fieldManager=m", fieldsMerge, `{"spec":{"type":"ExternalName","externalName":"a.example.org"}}`)
	f.owners(name, ".spec.internal", "c Update: .spec.internalTrafficPolicy")
	policy(nil)
	back := f.patch(s+"?fieldManager=n", fieldsMerge, `{"spec":{"type":"ClusterIP","externalName":null}}`)
	f.owners(back, ".spec.internal", "c Update: .spec.internalTrafficPolicy")
	f.owners(back, ".spec.type", "n Update: .spec.type")
	policy("Cluster")
}

func TestNilAndEmptyCountAsAChangeWhereGoComparesThem(t *testing.T) {
	t.Parallel()
	f := newFieldsTest(t)
	hook := func(more string) string {
		return `{"metadata":{"name":"x"},"webhooks":[{"name":"a.example.io","clientConfig":{"url":"https://127.0.0.1:9/"` + more + `},"sideEffects":"None",` +
			`"admissionReviewVersions":["v1"],"rules":[{"operations":["CREATE"],"apiGroups":["a.b"],"apiVersions":["v1"],"resources":["x"]}]}]}`
	}
	for name, test := range map[string]struct {
		path, body string
		want       int64
	}{
		"a webhook with an empty bundle":         {"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", hook(`,"caBundle":""`), 2},
		"a webhook without a bundle":             {"/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations", hook(""), 1},
		"a mutating webhook with a bundle":       {"/apis/admissionregistration.k8s.io/v1/mutatingwebhookconfigurations", hook(`,"caBundle":""`), 2},
		"a policy with an empty rule":            {"/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies", `{"metadata":{"name":"x"},"spec":{"ingress":[{"from":[]}]}}`, 1},
		"a policy with an empty list of rules":   {"/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies", `{"metadata":{"name":"y"},"spec":{"podSelector":{"matchLabels":{}}}}`, 1},
		"an ingress with an empty list of hosts": {"/apis/networking.k8s.io/v1/namespaces/ns/ingresses", `{"metadata":{"name":"x"},"spec":{"tls":[{"hosts":[]}],"defaultBackend":{"service":{"name":"s","port":{"number":1}}}}}`, 1},
	} {
		made := f.post(test.path, test.body)
		item := test.path + "/" + made.Name
		_, read := ask(t, f, http.MethodGet, item, "")
		if put := f.do(http.StatusOK, http.MethodPut, item, "application/json", text(read)); put.Generation != test.want {
			t.Errorf("%s: generation %d after a PUT of what was read, want %d", name, put.Generation, test.want)
		}
		f.do(http.StatusOK, http.MethodDelete, item, "", "")
	}
}

func TestTheServerManagesWhatItWritesItself(t *testing.T) {
	t.Parallel()
	api := run(t, newEtcd(t))
	const producer = "api-priority-and-fairness-config-producer-v1 Update"
	for path, managers := range map[string][]string{
		"/api/v1/namespaces":                                                {"kube-apiserver Update"},
		"/api/v1/services":                                                  {"kube-apiserver Update"},
		"/apis/networking.k8s.io/v1/servicecidrs":                           {"kubernetes-service-cidr-controller Apply", "kube-apiserver Update"},
		"/apis/networking.k8s.io/v1/ipaddresses":                            {"kube-apiserver Update"},
		"/apis/scheduling.k8s.io/v1/priorityclasses":                        {"kube-apiserver Update"},
		"/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas":                 {producer},
		"/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations": {producer},
	} {
		found := map[string]bool{}
		for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
			found = managersAt(t, api, path)
			if len(found) == 1 && found[strings.Join(managers, ", ")] {
				break
			}
		}
		if len(found) != 1 || !found[strings.Join(managers, ", ")] {
			t.Errorf("%s: managed by %v, want %q", path, found, managers)
		}
	}
	f := fieldsTest{t, api}
	const ready = `.status.conditions[type="Ready"]`
	f.owners(f.do(http.StatusOK, http.MethodGet, "/apis/networking.k8s.io/v1/servicecidrs/kubernetes", "", ""), ".status",
		"kubernetes-service-cidr-controller status Apply: "+strings.Join([]string{
			ready, ready + ".lastTransitionTime", ready + ".message", ready + ".status", ready + ".type"}, " "))
	f.owners(f.do(http.StatusOK, http.MethodGet, "/api/v1/namespaces/default/services/kubernetes", "", ""), "",
		"kube-apiserver Update: "+strings.Join([]string{
			".metadata.labels", ".metadata.labels.component", ".metadata.labels.provider", ".spec.clusterIP", ".spec.internalTrafficPolicy",
			".spec.ipFamilyPolicy", ".spec.ports", `.spec.ports[port=443,protocol="TCP"]`, `.spec.ports[port=443,protocol="TCP"].name`,
			`.spec.ports[port=443,protocol="TCP"].port`, `.spec.ports[port=443,protocol="TCP"].protocol`,
			`.spec.ports[port=443,protocol="TCP"].targetPort`, ".spec.sessionAffinity", ".spec.type"}, " "))
}

// managersAt are the managers of the objects at path, with their operations: which there are of any object.
func managersAt(t *testing.T, api http.Handler, path string) map[string]bool {
	t.Helper()
	_, list := ask(t, api, http.MethodGet, path, "")
	items, _ := list["items"].([]any)
	found := map[string]bool{}
	for _, item := range items {
		entries, _ := item.(map[string]any)["metadata"].(map[string]any)["managedFields"].([]any)
		var owners []string
		for _, e := range entries {
			owners = append(owners, fmt.Sprint(e.(map[string]any)["manager"], " ", e.(map[string]any)["operation"]))
		}
		found[strings.Join(owners, ", ")] = true
	}
	return found
}
