package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/embedetcd"
)

// listed is how many objects a list returns.
const listed = 1000

// subject is all layers over one embedded etcd.
type subject struct {
	etcd    *embedetcd.Server
	client  *clientv3.Client
	codecs  *kinds.Codecs
	storage storage.Interface
	store   *registry.Store
	api     *server.GenericAPIServer
	web     *httptest.Server
	names   atomic.Int64
	value   string // of a stored ConfigMap
}

func newSubject(ctx context.Context) (*subject, error) {
	folder, err := embedetcd.Start(ctx, embedetcd.Options{})
	if err != nil {
		return nil, err
	}
	s := &subject{etcd: folder, client: folder.Client(), codecs: kinds.NewCodecs(kinds.NewScheme())}
	codec, err := s.codecs.StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		return nil, err
	}
	newObject := func() runtime.Object { return &corev1.ConfigMap{} }
	s.storage = etcd3.Open(etcd3.Config{Client: s.client, Codec: codec, NewFunc: newObject, Resource: "/configmaps"})
	s.store = &registry.Store{
		Kind: corev1.SchemeGroupVersion.WithKind("ConfigMap"), Resource: schema.GroupResource{Resource: "configmaps"},
		NewFunc: newObject, Storage: s.storage, Strategy: registry.Namespaced{}, KeyRoot: "/configmaps",
	}
	s.api, err = controlplane.New(controlplane.Config{Server: server.Config{Codecs: s.codecs}, Etcd: s.client})
	if err != nil {
		return nil, err
	}
	s.web = httptest.NewServer(s.beside(s.api))
	return s, s.fill(ctx, codec)
}

// fill stores what is read: one object, and a namespace full of them.
func (s *subject) fill(ctx context.Context, codec runtime.Codec) error {
	var value bytes.Buffer
	if err := codec.Encode(configMap("one", "read"), &value); err != nil {
		return err
	}
	s.value = value.String()
	if err := s.create(ctx, "one", "read"); err != nil {
		return err
	}
	for i := range listed {
		if err := s.create(ctx, fmt.Sprintf("c-%04d", i), "full"); err != nil {
			return err
		}
	}
	return nil
}

func (s *subject) create(ctx context.Context, name, namespace string) error {
	return s.storage.Create(ctx, "/configmaps/"+namespace+"/"+name, configMap(name, namespace), nil, 0)
}

func (s *subject) close() error {
	s.web.Close()
	return errors.Join(s.etcd.Close())
}

// configMap has about as much in it as those that people have.
func configMap(name, namespace string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: namespace, Labels: map[string]string{"app": "web"}},
		Data:       map[string]string{"settings": string(bytes.Repeat([]byte("key = value\n"), 80))},
	}
}

// fresh is a name that nothing has yet.
func (s *subject) fresh() string { return fmt.Sprintf("n-%09d", s.names.Add(1)) }

// works is the table: each operation at each layer, the lowest first.
func (s *subject) works() []work {
	item := "/api/v1/namespaces/read/configmaps/one"
	return []work{
		{"get one ConfigMap of 1 KB", 2000, []layer{
			{name: "clientv3", run: s.each(func(ctx context.Context) error {
				_, err := s.client.Get(ctx, "/registry/configmaps/read/one")
				return err
			})},
			{name: "etcd3", run: s.each(func(ctx context.Context) error {
				return s.storage.Get(ctx, "/configmaps/read/one", storage.GetOptions{}, &corev1.ConfigMap{})
			})},
			{name: "registry", run: s.each(func(ctx context.Context) error {
				_, err := s.store.Get(rest.WithNamespace(ctx, "read"), "one", &metav1.GetOptions{})
				return err
			})},
			{name: "server", run: s.each(func(ctx context.Context) error { return s.serve(ctx, http.MethodGet, item, nil, 200) })},
			{name: "HTTP", run: s.remote(http.MethodGet, item)},
			{name: "bare HTTP", run: s.remote(http.MethodGet, bareGet), beside: true},
		}},
		{"create a ConfigMap of 1 KB", 1000, []layer{
			{name: "clientv3", run: s.each(func(ctx context.Context) error {
				key := "/registry/configmaps/bare/" + s.fresh()
				_, err := s.client.Txn(ctx).If(clientv3.Compare(clientv3.ModRevision(key), "=", 0)).Then(clientv3.OpPut(key, s.value)).Commit()
				return err
			})},
			{name: "etcd3", run: s.each(func(ctx context.Context) error { return s.create(ctx, s.fresh(), "etcd3") })},
			{name: "registry", run: s.each(func(ctx context.Context) error {
				_, err := s.store.Create(rest.WithNamespace(ctx, "registry"), configMap(s.fresh(), "registry"), &rest.CreateOptions{})
				return err
			})},
			{name: "server", run: s.each(func(ctx context.Context) error {
				return s.serve(ctx, http.MethodPost, "/api/v1/namespaces/server/configmaps", body(s.fresh()), 201)
			})},
			{name: "HTTP", run: s.remote(http.MethodPost, "/api/v1/namespaces/http/configmaps")},
			{name: "bare HTTP", run: s.remote(http.MethodPost, bareCreate), beside: true},
		}},
		{fmt.Sprintf("list %d ConfigMaps of 1 KB", listed), 20, []layer{
			{name: "clientv3", run: s.each(func(ctx context.Context) error {
				_, err := s.client.Get(ctx, "/registry/configmaps/full/", clientv3.WithPrefix())
				return err
			})},
			{name: "etcd3", run: s.each(func(ctx context.Context) error {
				return s.storage.GetList(ctx, "/configmaps/full/", storage.ListOptions{Recursive: true}, &kinds.List{})
			})},
			{name: "registry", run: s.each(func(ctx context.Context) error {
				_, err := s.store.List(rest.WithNamespace(ctx, "full"), &internalversion.ListOptions{})
				return err
			})},
			{name: "server", run: s.each(func(ctx context.Context) error {
				return s.serve(ctx, http.MethodGet, "/api/v1/namespaces/full/configmaps", nil, 200)
			})},
			{name: "HTTP", run: s.remote(http.MethodGet, "/api/v1/namespaces/full/configmaps")},
			{name: "bare HTTP", run: s.remote(http.MethodGet, bareList), beside: true},
		}},
	}
}

// each repeats one operation.
func (s *subject) each(op func(context.Context) error) func(context.Context, int) error {
	return func(ctx context.Context, count int) error {
		for range count {
			if err := op(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

// serve hands a request to the whole server, without sockets.
func (s *subject) serve(ctx context.Context, method, path string, body []byte, want int) error {
	r, err := http.NewRequestWithContext(ctx, method, path, bytes.NewReader(body))
	if err != nil {
		return err
	}
	r.RequestURI = path
	r.Header.Set("Accept", "application/json")
	if body != nil {
		r.Header.Set("Content-Type", "application/json")
	}
	w := &discard{header: http.Header{}}
	s.api.ServeHTTP(w, r)
	if w.status != want {
		return fmt.Errorf("%s %s: status %d", method, path, w.status)
	}
	return nil
}

// discard is an answer that nobody reads.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) WriteHeader(status int)      { d.status = status }
func (d *discard) Write(p []byte) (int, error) { return io.Discard.Write(p) }

// settings is as JSON writes it, made once: what a client does to make a body is not the server's cost.
var settings = strings.Repeat(`key = value\n`, 80)

func body(name string) []byte {
	return []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"` + name + `","labels":{"app":"web"}},"data":{"settings":"` + settings + `"}}`)
}
