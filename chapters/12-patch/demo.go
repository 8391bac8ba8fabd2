package patch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	"kubepath/internal/demo"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {tier: front}}
spec:
  replicas: 1
  template: {spec: {containers: [{name: app, image: "a:1"}, {name: proxy, image: "p:1"}]}}
`

// Demo makes the same change with three types of patches, and shows what each does to a list. Then two managers apply, and
// the managed fields show which fields each of them has.
func Demo(ctx context.Context, s *demo.Stage) error {
	api, err := served()
	if err != nil {
		return err
	}
	d := &show{Stage: s, api: api}
	d.patches(ctx)
	d.serverSideApply(ctx)
	return d.err
}

// show is the state of the demo. After an error it prints nothing more.
type show struct {
	*demo.Stage
	api http.Handler
	err error
}

const path = "/apis/apps/v1/namespaces/default/deployments/web"

func (d *show) patches(ctx context.Context) {
	for _, step := range []struct{ title, mediaType, patch, says string }{
		{"JSON patch: a list of operations", "application/json-patch+json",
			`[{"op":"replace",` + "\n" + `  "path":"/spec/template/spec/containers/0/image","value":"a:2"}]`,
			"It counts list elements: containers/0 is the first one."},
		{"Merge patch: fields replace, nulls remove", "application/merge-patch+json",
			`{"metadata":{"labels":{"tier":null}},` + "\n" + ` "spec":{"template":{"spec":{"containers":[{"name":"app","image":"a:3"}]}}}}`,
			"It replaces a list as a whole: the proxy is removed, and so is the label."},
		{"Strategic merge patch: lists have keys", "application/strategic-merge-patch+json",
			`{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"a:4"}]}}}}`,
			"The key of the list of containers is their name: one of them changes."},
	} {
		d.start(ctx)
		d.Title("%s", step.title)
		d.Show("%s", step.patch)
		if answer := d.send(ctx, http.MethodPatch, path, step.mediaType, step.patch); d.err == nil {
			d.Show("%d  labels %v  containers %s", answer.code, answer.Labels, answer.containers())
		}
		d.Say("%s", step.says)
	}
}

// serverSideApply has a release tool and a mesh apply to one deployment.
func (d *show) serverSideApply(ctx context.Context) {
	d.send(ctx, http.MethodDelete, path, "", "")
	d.Title("Server-side apply: each manager sends all fields that it wants")
	d.apply(ctx, "release", "", `{name: app, image: "a:1"}`)
	d.apply(ctx, "mesh", "", `{name: proxy, image: "p:1"}`)
	d.Say("Each owns its container. The mesh wants another image for the app:")
	d.apply(ctx, "mesh", "", `{name: app, image: "a:0"}, {name: proxy, image: "p:1"}`)
	d.Say("A conflict: 409 names the manager and the field. With force it takes the field:")
	d.apply(ctx, "mesh", "&force=true", `{name: app, image: "a:0"}, {name: proxy, image: "p:1"}`)
	d.Say("It gives up the fields that it omits the next time: its proxy is removed:")
	d.apply(ctx, "mesh", "", `{name: app, image: "a:0"}`)
}

// apply sends an applied configuration, and prints the containers and the managers of each, or the conflict.
func (d *show) apply(ctx context.Context, manager, force, containers string) {
	const configuration = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [%s]}}}}"
	answer := d.send(ctx, http.MethodPatch, path+"?fieldManager="+manager+force, "application/apply-patch+yaml", fmt.Sprintf(configuration, containers))
	if d.err != nil {
		return
	}
	mark := ""
	if force != "" {
		mark = ", force"
	}
	d.Show("%s applies [%s]%s", manager, containers, mark)
	if answer.code >= http.StatusBadRequest {
		d.Show("%d  %s", answer.code, strings.Replace(answer.Message, ": .", ":\n     .", 1))
		return
	}
	d.Show("%d  %s", answer.code, answer.containers())
	slices.SortFunc(answer.ManagedFields, func(a, b metav1.ManagedFieldsEntry) int { return strings.Compare(a.Manager, b.Manager) })
	for _, entry := range answer.ManagedFields {
		d.Show("     %s owns %s", entry.Manager, owned(entry.FieldsV1.GetRawBytes()))
	}
}

// owned returns the fields of the containers in a set: app.image.
func owned(fields []byte) string {
	var tree map[string]any
	if json.Unmarshal(fields, &tree) != nil {
		return string(fields)
	}
	for _, name := range []string{"f:spec", "f:template", "f:spec", "f:containers"} {
		tree, _ = tree[name].(map[string]any)
	}
	var leaves []string
	for _, container := range []string{"app", "proxy"} {
		below, _ := tree[fmt.Sprintf(`k:{"name":%q}`, container)].(map[string]any)
		for _, field := range []string{"image", "name"} {
			if _, ok := below["f:"+field]; ok {
				leaves = append(leaves, container+"."+field)
			}
		}
	}
	return strings.Join(leaves, " ")
}

// served returns a server with deployments in memory and the verbs of this chapter.
func served() (http.Handler, error) {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), Verbs()...), NewFieldManager: NewFieldManagers(codecs).New}.New()
	if err != nil {
		return nil, err
	}
	newObject := func() runtime.Object { return &appsv1.Deployment{} }
	return s, s.InstallAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions: []schema.GroupVersion{appsv1.SchemeGroupVersion},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"deployments": &registry.Store{
			Kind: appsv1.SchemeGroupVersion.WithKind("Deployment"), NewFunc: newObject, Singular: "deployment",
			Resource: schema.GroupResource{Group: "apps", Resource: "deployments"},
			Strategy: registry.Namespaced{}, Storage: memory.Open(memory.Config{NewFunc: newObject}),
		}}},
	})
}

// answered is a response: a deployment, or a Status with its message.
type answered struct {
	code int
	appsv1.Deployment
	Message string
}

func (a *answered) containers() string {
	var names []string
	for _, c := range a.Spec.Template.Spec.Containers {
		names = append(names, c.Name+"="+c.Image)
	}
	return strings.Join(names, " ")
}

// start deletes the deployment and creates it again.
func (d *show) start(ctx context.Context) {
	d.send(ctx, http.MethodDelete, path, "", "")
	answer := d.send(ctx, http.MethodPost, path[:strings.LastIndex(path, "/")], "application/yaml", deployment)
	if d.err == nil && answer.code != http.StatusCreated {
		d.err = fmt.Errorf("create: status %d: %s", answer.code, answer.Message)
	}
}

func (d *show) send(ctx context.Context, method, path, mediaType, body string) *answered {
	answer := &answered{}
	if d.err != nil {
		return answer
	}
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	w := httptest.NewRecorder()
	d.api.ServeHTTP(w, r)
	answer.code = w.Code
	content := w.Body.Bytes()
	if method == http.MethodDelete { // the body is a Status
		return answer
	}
	if w.Code >= http.StatusBadRequest {
		var status struct{ Message string }
		d.err = json.NewDecoder(bytes.NewReader(content)).Decode(&status)
		answer.Message = status.Message
		return answer
	}
	d.err = json.Unmarshal(content, &answer.Deployment)
	return answer
}
