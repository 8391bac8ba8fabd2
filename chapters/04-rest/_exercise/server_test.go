package exercise

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// inert is a storage without any capability.
type inert struct{}

func (inert) New() runtime.Object   { return &corev1.Secret{} }
func (inert) Destroy()              {}
func (inert) NamespaceScoped() bool { return true }

// library can be read, and notes how. It holds one object, and breaks when asked for "broken".
type library struct {
	inert
	namespace, name, version string // of the last call
}

func (*library) New() runtime.Object { return &corev1.ConfigMap{} }

var resource = corev1.Resource("configmaps")

func (l *library) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	l.namespace, l.name, l.version = rest.NamespaceFrom(ctx), name, options.ResourceVersion
	switch name {
	case "greeting":
		return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}, Data: map[string]string{"text": "hello"}}, nil
	case "broken":
		return nil, apierrors.NewConflict(resource, name, fmt.Errorf("it is being written"))
	}
	return nil, apierrors.NewNotFound(resource, name)
}

// rows are what the table of verbs, of your row alone, makes of two storages.
func rows(t *testing.T, l *library) []installer.Resource {
	t.Helper()
	group := rest.APIInstaller{GroupVersion: corev1.SchemeGroupVersion, Codecs: kinds.NewCodecs(kinds.NewScheme()), Verbs: Plug().Verbs}
	rows, err := group.Resources(map[string]rest.Storage{"configmaps": l, "secrets": inert{}})
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// serve installs your row and returns the server: real routes, real handlers around yours.
func serve(t *testing.T, l *library) http.Handler {
	t.Helper()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	version := installer.APIGroupVersion{Root: "/api", GroupVersion: corev1.SchemeGroupVersion, Codecs: codecs, Resources: rows(t, l)}
	container := installer.NewContainer(codecs, nil)
	if _, err := version.InstallREST(container); err != nil {
		t.Fatalf("the installer refuses your row: %v", err)
	}
	infos := rest.NewRequestInfoFactory(Plug().Verbs)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, err := infos.NewRequestInfo(r)
		if err != nil {
			t.Errorf("%s: %v", r.URL, err)
		}
		defer func() {
			if p := recover(); p != nil {
				t.Errorf("your handler panicked at %s %s: %v", r.Method, r.URL, p)
			}
		}()
		container.Dispatch(w, r.WithContext(installer.WithRequestInfo(r.Context(), info)))
	})
}

const path = "/api/v1/namespaces/london/configmaps/"

// ask sends a GET and returns the answer with its Status, where it is one.
func ask(t *testing.T, l *library, url string, headers ...string) (*httptest.ResponseRecorder, metav1.Status) {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, url, nil)
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	w := httptest.NewRecorder()
	serve(t, l).ServeHTTP(w, r)
	var status metav1.Status
	if err := json.Unmarshal(w.Body.Bytes(), &status); err != nil {
		t.Fatalf("GET %s: the answer, %d, is not JSON: %s", url, w.Code, w.Body)
	}
	return w, status
}
