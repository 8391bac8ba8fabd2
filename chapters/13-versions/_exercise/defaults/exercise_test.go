package exercise

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/internal/tools/exercise/exercisetest"
)

// What a manifest says of the spec, and what it means. The template is left out.
var rows = []struct{ claim, said, means, meant string }{
	{"nothing said is everything filled in", `{}`,
		`{replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 25%}}}`,
		`{replicas: 1, revisionHistoryLimit: 2147483647, progressDeadlineSeconds: 2147483647, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 1}}}`},
	{"zero is an answer", `{replicas: 0, revisionHistoryLimit: 0, strategy: {rollingUpdate: {maxSurge: 0}}}`,
		`{replicas: 0, revisionHistoryLimit: 0, progressDeadlineSeconds: 600, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 25%}}}`,
		`{replicas: 0, revisionHistoryLimit: 0, progressDeadlineSeconds: 2147483647, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 0, maxUnavailable: 1}}}`},
	{"half of the parameters is completed", `{strategy: {rollingUpdate: {maxUnavailable: 2}}}`,
		`{replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 25%, maxUnavailable: 2}}}`,
		`{replicas: 1, revisionHistoryLimit: 2147483647, progressDeadlineSeconds: 2147483647, strategy: {type: RollingUpdate, rollingUpdate: {maxSurge: 1, maxUnavailable: 2}}}`},
	{"who recreates has no parameters", `{strategy: {type: Recreate}}`,
		`{replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600, strategy: {type: Recreate}}`,
		`{replicas: 1, revisionHistoryLimit: 2147483647, progressDeadlineSeconds: 2147483647, strategy: {type: Recreate}}`},
}

func TestNothingSaidIsEverythingFilledIn(t *testing.T) { check(t, 0) }
func TestZeroIsAnAnswer(t *testing.T)                  { check(t, 1) }
func TestHalfOfTheParametersIsCompleted(t *testing.T)  { check(t, 2) }
func TestWhoRecreatesHasNoParameters(t *testing.T)     { check(t, 3) }

func check(t *testing.T, n int) {
	t.Parallel()
	row := rows[n]
	now, old := &appsv1.Deployment{}, &extensionsv1beta1.Deployment{}
	read(t, row.said, &now.Spec)
	read(t, row.said, &old.Spec)
	setDeployment(now)
	setOldDeployment(old)
	compare(t, "apps/v1", row.said, row.means, &now.Spec)
	compare(t, "extensions/v1beta1", row.said, row.meant, &old.Spec)
}

func TestTheTemplateIsCompleted(t *testing.T) {
	t.Parallel()
	const template = `{template: {spec: {containers: [{name: c, image: nginx}]}}}`
	now, old := &appsv1.Deployment{}, &extensionsv1beta1.Deployment{}
	read(t, template, &now.Spec)
	read(t, template, &old.Spec)
	setDeployment(now)
	setOldDeployment(old)
	if now.Spec.Template.Spec.RestartPolicy != "Always" || old.Spec.Template.Spec.RestartPolicy != "Always" {
		t.Errorf("restartPolicy %q and %q, want Always in both versions: the template is a pod to be",
			now.Spec.Template.Spec.RestartPolicy, old.Spec.Template.Spec.RestartPolicy)
	}
}

func TestACompleteDeploymentStaysAsItIs(t *testing.T) {
	t.Parallel()
	for _, row := range rows {
		once := &appsv1.Deployment{}
		read(t, row.said, &once.Spec)
		setDeployment(once)
		twice := once.DeepCopy()
		setDeployment(twice)
		if diff := cmp.Diff(once, twice); diff != "" {
			t.Errorf("%s: an object that was complete has changed, and so it would each time that it is read from etcd (-once +twice)\n%s", row.claim, diff)
		}
	}
}

func TestTwoDeploymentsShareNothing(t *testing.T) {
	t.Parallel()
	a, b := &appsv1.Deployment{}, &appsv1.Deployment{}
	setDeployment(a)
	setDeployment(b)
	if a.Spec.Replicas == nil || a.Spec.Replicas == b.Spec.Replicas {
		t.Fatal("spec.replicas: want a number of its own in each object: who scales one would scale the other")
	}
	r := a.Spec.Strategy.RollingUpdate
	if r == nil || r.MaxSurge == r.MaxUnavailable {
		t.Error("maxSurge and maxUnavailable: want two values, not two pointers to one")
	}
}

func TestTheServerCompletesWithYourCode(t *testing.T) {
	t.Parallel()
	plug := Plug()
	yours := plug.Codecs
	plug.Codecs = func(codecs *kinds.Codecs) {
		yours(codecs)
		codecs.Scheme.AddTypeDefaultingFunc(&appsv1.Deployment{}, func(obj any) {
			d := obj.(*appsv1.Deployment)
			setDeployment(d)
			if d.Spec.RevisionHistoryLimit != nil && *d.Spec.RevisionHistoryLimit == 10 {
				*d.Spec.RevisionHistoryLimit = 11 // a mark, by which your function is known from the server's own
			}
		})
	}
	api, _ := exercisetest.Server(t, plug)
	body := `{"metadata":{"name":"web"},"spec":{"selector":{"matchLabels":{"app":"web"}},"template":{"metadata":{"labels":{"app":"web"}},
		"spec":{"containers":[{"name":"c","image":"nginx"}]}}}}`
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/apis/apps/v1/namespaces/default/deployments", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	if w.Code != http.StatusCreated || !strings.Contains(w.Body.String(), `"revisionHistoryLimit":11`) {
		t.Errorf("POST of a short Deployment: %d %s, want 201 and what your function fills in", w.Code, w.Body)
	}
}

func read(t *testing.T, text string, into any) {
	t.Helper()
	if err := yaml.Unmarshal([]byte(text), into); err != nil {
		t.Fatal(err)
	}
}

// compare shows the difference between a spec and what it should be. The template is not compared.
func compare(t *testing.T, version, said, want string, spec any) {
	t.Helper()
	got, expected := map[string]any{}, map[string]any{}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(spec)
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(fields)
	if err != nil {
		t.Fatal(err)
	}
	read(t, string(text), &got)
	read(t, want, &expected)
	delete(got, "template")
	delete(got, "selector")
	if diff := cmp.Diff(expected, got); diff != "" {
		t.Errorf("%s: a spec that says %s means something else (-want +got)\n%s", version, said, diff)
	}
}
