package rest

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// still is a storage that does nothing: what is measured over it is the handler.
type still struct {
	*configMapStorage
	obj  *corev1.ConfigMap
	list *kinds.List
}

func (s still) Get(context.Context, string, *metav1.GetOptions) (runtime.Object, error) {
	return s.obj, nil
}

func (s still) Create(_ context.Context, obj runtime.Object, _ *CreateOptions) (runtime.Object, error) {
	return obj, nil
}

func (s still) List(context.Context, *metainternalversion.ListOptions) (runtime.Object, error) {
	return s.list, nil
}

func (s still) Update(ctx context.Context, _ string, u *Update) (runtime.Object, bool, error) {
	obj, err := u.Mutate(ctx, s.obj)
	return obj, false, err
}

func newStill(items int) still {
	obj := &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{Name: "base", Namespace: "ns", UID: "5f0c6b2e-8a5e-4a64-9c0c-6f3f0c2f8a11", ResourceVersion: "17", Labels: map[string]string{"app": "web"}},
		Data:       map[string]string{"text": strings.Repeat("x", 1000)},
	}
	list := newConfigMapList()
	for range items {
		list.Items = append(list.Items, obj)
	}
	return still{newConfigMapStorage(), obj, list}
}

// silent is a client that reads nothing.
type silent struct{ header http.Header }

func (s silent) Header() http.Header         { return s.header }
func (s silent) Write(p []byte) (int, error) { return len(p), nil }
func (s silent) WriteHeader(int)             {}

// benchmark runs a handler over and over on one request.
func benchmark(b *testing.B, handle func(*RequestScope) http.Handler, storage Storage, r *http.Request) {
	e := &RequestScope{
		Storage: storage, Codecs: kinds.NewCodecs(kinds.NewScheme()), Namespaced: true,
		Kind:     corev1.SchemeGroupVersion.WithKind("ConfigMap"),
		Resource: schema.GroupVersionResource{Version: "v1", Resource: "configmaps"},
	}
	h := handle(e)
	info, err := NewRequestInfoFactory(Verbs()).NewRequestInfo(r)
	if err != nil {
		b.Fatal(err)
	}
	r = r.WithContext(installer.WithRequestInfo(r.Context(), info))
	var body *strings.Reader
	if text, err := io.ReadAll(r.Body); err == nil && len(text) > 0 {
		body = strings.NewReader(string(text))
	}
	w := silent{http.Header{}}
	b.ReportAllocs()
	for b.Loop() {
		if body != nil {
			body.Seek(0, io.SeekStart)
			r.Body = io.NopCloser(body)
		}
		h.ServeHTTP(w, r)
	}
}

func accepting(r *http.Request, accept string) *http.Request {
	r.Header.Set("Accept", accept)
	return r
}

func BenchmarkGet(b *testing.B) {
	for _, accept := range []string{"application/json", "application/vnd.kubernetes.protobuf", tableV1[8:]} {
		b.Run(accept, func(b *testing.B) {
			benchmark(b, getResource, newStill(0), accepting(httptest.NewRequest("GET", configMapsPath+"/base", nil), accept))
		})
	}
}

// BenchmarkEncode is what of BenchmarkGet is the codec's.
func BenchmarkEncode(b *testing.B) {
	codecs, obj := kinds.NewCodecs(kinds.NewScheme()), newStill(0).obj
	b.ReportAllocs()
	for b.Loop() {
		codecs.Encode(io.Discard, obj, schema.GroupVersion{Version: "v1"}, kinds.MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[0]})
	}
}

func BenchmarkCreate(b *testing.B) {
	body := fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"base"},"data":{"text":"%s"}}`, strings.Repeat("x", 1000))
	for name, query := range map[string]string{"plain": "", "as kubectl does": "?fieldManager=kubectl-create&fieldValidation=Strict"} {
		b.Run(name, func(b *testing.B) {
			benchmark(b, createResource, newStill(0), httptest.NewRequest("POST", configMapsPath+query, strings.NewReader(body)))
		})
	}
}

// BenchmarkDecode is what of BenchmarkCreate is the codec's.
func BenchmarkDecode(b *testing.B) {
	body := fmt.Appendf(nil, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"base"},"data":{"text":"%s"}}`, strings.Repeat("x", 1000))
	codecs := kinds.NewCodecs(kinds.NewScheme())
	b.ReportAllocs()
	for b.Loop() {
		codecs.Decode(&codecs.SupportedMediaTypes[0], body, kinds.DecodeOptions{Default: corev1.SchemeGroupVersion.WithKind("ConfigMap"), Strict: true})
	}
}

func BenchmarkUpdate(b *testing.B) {
	body := fmt.Sprintf(`{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"base"},"data":{"text":"%s"}}`, strings.Repeat("x", 1000))
	benchmark(b, updateResource, newStill(0), httptest.NewRequest("PUT", configMapsPath+"/base", strings.NewReader(body)))
}

func BenchmarkList1000(b *testing.B) {
	for _, accept := range []string{"application/json", "application/vnd.kubernetes.protobuf", tableV1[8:], partialsV1[8:]} {
		b.Run(accept, func(b *testing.B) {
			benchmark(b, listResource, newStill(1000), accepting(httptest.NewRequest("GET", configMapsPath, nil), accept))
		})
	}
}
