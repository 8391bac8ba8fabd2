package controlplane

import (
	"context"
	"errors"
	"net"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	"kubepath/chapters/17-controlplane/network"
	"kubepath/chapters/17-controlplane/resource"
)

// run has a server run until the test ends, and waits until it is ready.
func run(t *testing.T, etcd *clientv3.Client) http.Handler {
	t.Helper()
	return runWith(t, Config{Etcd: etcd, Settings: []any{network.Settings{Bootstrap: true}}})
}

func runWith(t *testing.T, c Config) http.Handler {
	t.Helper()
	if c.Server.Codecs == nil {
		c.Server = server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}
	}
	api, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	ready := make(chan struct{})
	if err := api.AddPostStartHook("test", func(context.Context) error { close(ready); return nil }); err != nil {
		t.Fatal(err)
	}
	go func() { ended <- api.Run(ctx, listener) }()
	t.Cleanup(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
	<-ready
	return api
}

// names lists the objects at path.
func names(t *testing.T, api http.Handler, path string) []string {
	t.Helper()
	_, list := ask(t, api, http.MethodGet, path, "")
	var found []string
	items, _ := list["items"].([]any)
	for _, item := range items {
		found = append(found, item.(map[string]any)["metadata"].(map[string]any)["name"].(string))
	}
	return found
}

// eventually waits until the objects at path are those.
func eventually(t *testing.T, api http.Handler, path string, want ...string) {
	t.Helper()
	var got []string
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if got = names(t, api, path); slices.Equal(got, want) {
			return
		}
	}
	t.Errorf("%s has %q, want %q", path, got, want)
}

func TestAClusterBeginsWithItsNamespacesAndClasses(t *testing.T) {
	t.Parallel()
	etcd := newEtcd(t)
	var both sync.WaitGroup
	servers := make([]http.Handler, 2)
	for i := range servers {
		both.Go(func() { servers[i] = run(t, etcd) })
	}
	both.Wait()
	for _, api := range servers {
		eventually(t, api, "/api/v1/namespaces", "default", "kube-node-lease", "kube-public", "kube-system")
		eventually(t, api, "/apis/scheduling.k8s.io/v1/priorityclasses", "system-cluster-critical", "system-node-critical")
		eventually(t, api, "/apis/flowcontrol.apiserver.k8s.io/v1/prioritylevelconfigurations", "catch-all", "exempt", "global-default",
			"leader-election", "node-high", "system", "workload-high", "workload-low")
		eventually(t, api, "/apis/flowcontrol.apiserver.k8s.io/v1/flowschemas", "catch-all", "exempt", "global-default", "kube-controller-manager",
			"kube-scheduler", "kube-system-service-accounts", "probes", "service-accounts", "system-leader-election", "system-node-high", "system-nodes")
	}
	_, namespace := ask(t, servers[0], http.MethodGet, "/api/v1/namespaces/kube-system", "")
	metadata := namespace["metadata"].(map[string]any)
	if got := metadata["labels"].(map[string]any)["kubernetes.io/metadata.name"]; got != "kube-system" {
		t.Errorf("a namespace made at the start lacks what defaults give to others: label %v", got)
	}
}

// failing is a storage below which nothing answers.
type failing struct{ storage.Interface }

func (failing) Get(ctx context.Context, _ string, _ storage.GetOptions, _ runtime.Object) error {
	<-ctx.Done()
	return ctx.Err()
}

func TestReadinessDoesNotWaitForTheBootstrap(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		store := &registry.Store{Storage: failing{}, Strategy: registry.ClusterScoped{}, NewFunc: func() runtime.Object { return &corev1.Namespace{} }}
		b := bootstrap{deps: &resource.Dependencies{}, wanted: systemNamespaces, store: func(schema.GroupResource) *registry.Store { return store }}
		began := time.Now()
		if err := b.task().Start(t.Context()); err != nil {
			t.Errorf("a server without etcd must be able to become one with it: %v", err)
		}
		if took := time.Since(began); took >= 400*time.Millisecond {
			t.Errorf("took %s", took)
		}
	})
}

// late is a storage that is not there for the first few calls.
type late struct {
	storage.Interface
	calls int
	done  func()
}

func (l *late) Get(context.Context, string, storage.GetOptions, runtime.Object) error {
	if l.calls++; l.calls <= 10 {
		return errors.New("no etcd")
	}
	if l.calls == 10+len(systemNamespaces()) {
		l.done()
	}
	return nil
}

func TestTheBootstrapGoesOnUntilEtcdAnswers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		store := &registry.Store{Storage: &late{done: cancel}, Strategy: registry.ClusterScoped{},
			NewFunc: func() runtime.Object { return &corev1.Namespace{} }}
		b := bootstrap{deps: &resource.Dependencies{}, wanted: systemNamespaces, store: func(schema.GroupResource) *registry.Store { return store }}
		b.task().Run(ctx) // returns because the last namespace was found
	})
}

func TestAResourceThatIsSwitchedOffIsNotBootstrapped(t *testing.T) {
	t.Parallel()
	b := bootstrap{deps: &resource.Dependencies{}, wanted: systemClasses, store: func(schema.GroupResource) *registry.Store { return nil }}
	if err := b.ensure(t.Context()); err != nil {
		t.Error(err)
	}
}
