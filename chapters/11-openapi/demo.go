package openapi

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"slices"
	"strings"
	"time"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/kube-openapi/pkg/validation/spec"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	"kubepath/internal/demo"
)

// Demo shows the schema of a Go type, the operation of a row of the table of verbs, and the cost of a request.
func Demo(_ context.Context, s *demo.Stage) error {
	for _, step := range []func(*demo.Stage) error{demoType, demoOperation, demoCost} {
		if err := step(s); err != nil {
			return err
		}
	}
	return nil
}

// demoType prints fields of the Go type Container, and what their tags and comments add to the schema.
func demoType(s *demo.Stage) error {
	s.Title("A Go field: what its type says, and what is added")
	container := reflect.TypeFor[corev1.Container]()
	said, err := SchemaOf(container, func(t reflect.Type) spec.Schema { return *spec.RefSchema("#/" + modelName(t)) })
	if err != nil {
		return err
	}
	d := (&Builder{Scheme: kinds.NewScheme()}).newDefinitions(v3)
	all := d.byName[d.add(container)].Schema
	for _, name := range []string{"Name", "Ports", "ImagePullPolicy"} {
		structField, _ := container.FieldByName(name)
		f := fieldOf(structField)
		s.Show("%s %s", f.Name, f.Type)
		property, annotated := said.Properties[f.json], all.Properties[f.json]
		demoWrapped(s, "type", property)
		demoWrapped(s, "added", demoAdded(property, annotated))
		if slices.Contains(said.Required, f.json) {
			s.Show("  required  there is no omitempty")
		}
	}
	s.Say("Sentences, enums and list types are in comments, which no compiled program has:\nmarkers.txt keeps what matters.")
	return nil
}

// demoAdded returns the part of a schema that another schema does not have.
func demoAdded(before, after spec.Schema) spec.Schema {
	for name := range before.Extensions {
		delete(after.Extensions, name)
	}
	if before.Type.Contains("array") {
		after.Items = nil
	}
	after.Type = nil
	after.Description, _, _ = strings.Cut(after.Description, ".")
	return after
}

// demoWrapped prints a schema as JSON in short lines.
func demoWrapped(s *demo.Stage, who string, schema spec.Schema) {
	text, err := json.Marshal(schema)
	if err != nil {
		text = []byte(err.Error())
	}
	rest := string(text)
	for len(rest) > 64 {
		cut := strings.LastIndexAny(rest[:64], ", ") + 1
		s.Show("  %-9s %s", who, rest[:cut])
		who, rest = "", rest[cut:]
	}
	s.Show("  %-9s %s", who, rest)
}

// demoAPI is one group version with one row.
func demoAPI() (*Builder, error) {
	scheme := kinds.NewScheme()
	codecs := kinds.NewCodecs(scheme)
	container := installer.NewContainer(codecs, nil)
	pod := corev1.SchemeGroupVersion.WithKind("Pod")
	group := installer.APIGroupVersion{Root: "/api", GroupVersion: corev1.SchemeGroupVersion, Codecs: codecs,
		Resources: []installer.Resource{{Name: "pods", Kind: pod, Namespaced: true, Verbs: []installer.VerbHandler{{
			Verb: installer.Verb{Name: "create", Methods: []string{http.MethodPost}, Doc: "create a Pod", OpenAPIAction: "post",
				Codes: []int{200, 201, 202}}, Handler: http.NotFoundHandler(),
			Reads: &corev1.Pod{}, Writes: &corev1.Pod{},
		}}}},
	}
	_, err := group.InstallREST(container)
	return &Builder{Title: "demo", Version: "1.36", Scheme: scheme, WebServices: container.RegisteredWebServices()}, err
}

// demoOperation prints the operation of a row of chapter 3.
func demoOperation(s *demo.Stage) error {
	s.Title("A row of the table of verbs, and its operation")
	api, err := demoAPI()
	if err != nil {
		return err
	}
	s.Show(`{Name: "create", Methods: {"POST"}, On: Collection, Reads: Pod{}}`)
	document, err := api.v3(api.WebServices[0])
	if err != nil {
		return err
	}
	post := document.Paths.Paths["/api/v1/namespaces/{namespace}/pods"].Post
	s.Show("    operationId %s, tags %v", post.OperationId, post.Tags)
	s.Show("    body        %s", post.RequestBody.Content["*/*"].Schema.Ref.String())
	for _, code := range []int{200, 201, 202, 401} {
		s.Show("    answer %d  %s", code, post.Responses.StatusCodeResponses[code].Description)
	}
	return nil
}

// demoCost sends three requests to a service.
func demoCost(s *demo.Stage) error {
	s.Title("Made when it is first asked for, then kept compressed")
	api, err := demoAPI()
	if err != nil {
		return err
	}
	service := NewService(func() *Builder { return api })
	ask := func(headers ...string) (*httptest.ResponseRecorder, time.Duration) {
		r := httptest.NewRequest(http.MethodGet, rootV3+"/api/v1", nil)
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w, start := httptest.NewRecorder(), time.Now()
		service.HandleGroupVersion(w, r)
		return w, time.Since(start)
	}
	first, made := ask("Accept-Encoding", "gzip")
	gzipped := first.Body.Len()
	second, kept := ask("Accept-Encoding", "gzip")
	plain, _ := ask()
	etag := plain.Header().Get("Etag")
	again, _ := ask("If-None-Match", etag)
	s.Show("first request   %6d bytes of gzip after %s", gzipped, made.Round(time.Millisecond))
	s.Show("second request  %6d bytes of gzip after %s", second.Body.Len(), kept.Round(time.Microsecond))
	s.Show("plain JSON      %6d bytes", plain.Body.Len())
	s.Show("with its ETag   %6d bytes, status %d", again.Body.Len(), again.Code)
	if !bytes.Contains(plain.Body.Bytes(), []byte("io.k8s.api.core.v1.PodSpec")) {
		s.Show("the document has no PodSpec")
	}
	return nil
}
