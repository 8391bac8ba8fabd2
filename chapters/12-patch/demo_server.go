package patch

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
)

// served is a server with deployments in memory and the verbs of this chapter.
func served() (http.Handler, error) {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), Verbs()...), NewFieldManager: Ownership(codecs)}.New()
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

// answered is what came back: a deployment, or a Status with its message.
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

// start puts the deployment into its first state.
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
	if method == http.MethodDelete { // a Status, whose status is no deployment's
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
