// Package exercisetest gives the tests of exercises what stands above their chapter: a whole server, and a storage in
// etcd, with the learner's piece in its place.
package exercisetest

import (
	"net/http"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/embedetcd"
	"kubepath/internal/tools/exercise"
)

// Server is chapter 17's server over an etcd of its own, with the piece plugged in. Both end with the test.
func Server(t *testing.T, p exercise.Plug) (http.Handler, *clientv3.Client) {
	t.Helper()
	etcd := startEtcd(t)
	config := controlplane.Config{Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: etcd}
	p.Into(&config)
	api, err := controlplane.New(config)
	if err != nil {
		t.Fatal(err)
	}
	return api, etcd
}

// Storage is chapter 7's storage of a resource, over an etcd that ends with the test.
func Storage(t *testing.T, resource string, newObject func() runtime.Object) storage.Interface {
	t.Helper()
	codec, err := kinds.NewCodecs(kinds.NewScheme()).StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	return etcd3.Open(etcd3.Config{Client: startEtcd(t), Prefix: etcd3.DefaultPrefix, Codec: codec, NewFunc: newObject, Resource: resource})
}

func startEtcd(t *testing.T) *clientv3.Client {
	t.Helper()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = etcd.Close() })
	return etcd.Client()
}
