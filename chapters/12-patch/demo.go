package patch

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

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

// Demo says the same wish in three languages, and shows what each makes of a list.
func Demo(ctx context.Context, s *demo.Stage) error {
	api, err := served()
	if err != nil {
		return err
	}
	const path = "/apis/apps/v1/namespaces/default/deployments/web"
	for _, step := range []struct{ title, mediaType, patch, says string }{
		{"JSON patch: a list of operations", "application/json-patch+json",
			`[{"op":"replace","path":"/spec/template/spec/containers/0/image","value":"a:2"}]`,
			"It counts: containers/0 is whatever stands first."},
		{"Merge patch: fields replace, nulls remove", "application/merge-patch+json",
			`{"metadata":{"labels":{"tier":null}},"spec":{"template":{"spec":{"containers":[{"name":"app","image":"a:3"}]}}}}`,
			"A list is one value to it: the other container is gone, and so is the label."},
		{"Strategic merge patch: lists have keys", "application/strategic-merge-patch+json",
			`{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"a:4"}]}}}}`,
			"The type says that containers are known by their name: one of them changes."},
	} {
		if err := start(ctx, api, path); err != nil {
			return err
		}
		s.Title("%s", step.title)
		s.Show("PATCH %s\n%s", step.mediaType, step.patch)
		status, obj, err := send(ctx, api, http.MethodPatch, path, step.mediaType, step.patch)
		if err != nil {
			return err
		}
		s.Show("%d  labels %v  containers %s", status, obj.Labels, containers(obj))
		s.Say("%s", step.says)
	}
	s.Title("A test that does not hold")
	status, _, err := send(ctx, api, http.MethodPatch, path, "application/json-patch+json",
		`[{"op":"test","path":"/spec/replicas","value":7},{"op":"replace","path":"/spec/replicas","value":8}]`)
	if err != nil {
		return err
	}
	s.Show("%d  nothing of the patch is done", status)
	return nil
}

// start puts the deployment into its first state.
func start(ctx context.Context, api http.Handler, path string) error {
	collection := path[:strings.LastIndex(path, "/")]
	if _, _, err := send(ctx, api, http.MethodDelete, path, "", ""); err != nil {
		return err
	}
	status, _, err := send(ctx, api, http.MethodPost, collection, "application/yaml", deployment)
	if err == nil && status != http.StatusCreated {
		err = fmt.Errorf("create: status %d", status)
	}
	return err
}

func containers(d *appsv1.Deployment) string {
	var names []string
	for _, c := range d.Spec.Template.Spec.Containers {
		names = append(names, c.Name+"="+c.Image)
	}
	return strings.Join(names, " ")
}

// served is a server with deployments in memory and the verbs of this chapter.
func served() (http.Handler, error) {
	s, err := server.Config{Verbs: append(rest.Verbs(), Verbs()...)}.New()
	if err != nil {
		return nil, err
	}
	newObject := func() runtime.Object { return &appsv1.Deployment{} }
	return s, s.InstallAPIGroup(&server.APIGroupInfo{
		Versions: []schema.GroupVersion{appsv1.SchemeGroupVersion},
		Storages: map[string]map[string]rest.Storage{"v1": {"deployments": &registry.Store{
			Kind: appsv1.SchemeGroupVersion.WithKind("Deployment"), NewFunc: newObject, Singular: "deployment",
			Resource: schema.GroupResource{Group: "apps", Resource: "deployments"},
			Strategy: registry.Namespaced{}, Storage: memory.Open(memory.Config{NewFunc: newObject}),
		}}},
	})
}

// send returns the status and, where the answer is one, the deployment.
func send(ctx context.Context, api http.Handler, method, path, mediaType, body string) (int, *appsv1.Deployment, error) {
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Accept", runtime.ContentTypeProtobuf)
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	w := httptest.NewRecorder()
	api.ServeHTTP(w, r)
	message, ok := bytes.CutPrefix(w.Body.Bytes(), []byte("k8s\x00"))
	var envelope runtime.Unknown
	obj := &appsv1.Deployment{}
	if !ok || envelope.Unmarshal(message) != nil || envelope.Kind != "Deployment" {
		return w.Code, obj, nil
	}
	return w.Code, obj, obj.Unmarshal(envelope.Raw)
}
