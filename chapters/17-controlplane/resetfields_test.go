package controlplane

import (
	"math/rand"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	versions "kubepath/chapters/13-versions"
)

// resetFacts are the paths that upstream's endpoints declare, by version and path of the endpoint.
func resetFacts(t *testing.T) map[string][]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "resetfields.txt"))
	if err != nil {
		t.Fatal(err)
	}
	facts := map[string][]string{}
	for line := range strings.Lines(string(text)) {
		if columns := strings.Fields(line); len(columns) > 0 && columns[0] != "#" {
			facts[columns[0]+" "+columns[1]] = slices.Sorted(slices.Values(columns[2:]))
		}
	}
	return facts
}

// declared are the paths of a storage or a strategy, sorted.
func declared(of any) []string {
	resetter, ok := of.(rest.ResetFieldsStrategy)
	if strategy, is := of.(registry.Strategy); is && !ok { // a strategy may wrap the one that declares
		resetter, ok = registry.As[rest.ResetFieldsStrategy](strategy)
	}
	if !ok {
		return nil
	}
	var paths []string
	for _, path := range resetter.GetResetFields() {
		paths = append(paths, strings.Join(path, "."))
	}
	slices.Sort(paths)
	return paths
}

func TestEveryEndpointDeclaresTheFieldsThatUpstreamDeclares(t *testing.T) {
	t.Parallel()
	facts := resetFacts(t)
	_, err := New(Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme()), NewFieldManager: func(e *rest.RequestScope) rest.FieldManager {
			if e.Resource.Empty() {
				return nil // of the server itself
			}
			name := strings.TrimSuffix(e.Resource.GroupVersion().String()+" "+e.Resource.Resource+"/"+e.Subresource, "/")
			if have := declared(e.Storage); !slices.Equal(have, facts[name]) {
				t.Errorf("%s declares %v, upstream %v", name, have, facts[name])
			}
			delete(facts, name)
			return nil
		}},
		Etcd: clientv3.NewCtxClient(t.Context()), // nobody asks it
		Open: func(c etcd3.Config) storage.Interface { return memory.Open(memory.Config{NewFunc: c.NewFunc}) },
	})
	if err != nil {
		t.Fatal(err)
	}
	for name := range facts {
		t.Errorf("%s: no such endpoint", name)
	}
}

// putBack are fields that a strategy puts back without declaring it, as upstream does.
var putBack = []string{
	// Fields that are annotations in v1.
	"daemonsets metadata.annotations", "daemonsets/status metadata.annotations", "deployments/status metadata.annotations",
	// Finalizers are what the subresource finalize changes.
	"namespaces spec",
}

func TestWhatAStrategyPutsBackItDeclares(t *testing.T) {
	t.Parallel()
	codecs := versions.NewCodecs()
	for _, g := range Groups() {
		for _, r := range g.Resources {
			if r.Strategy == nil {
				continue
			}
			kind := g.GroupVersion.WithKind(r.Kind)
			checkReset(t, codecs, kind, r.Name, r.Strategy)
			if r.Status != nil {
				checkReset(t, codecs, kind, r.Name+"/status", r.Status)
			}
		}
	}
}

// checkReset has a strategy prepare an update that changes everything, and compares what comes of it with what the
// strategy declares: each field of metadata, and each field beside metadata.
func checkReset(t *testing.T, codecs *kinds.Codecs, kind schema.GroupVersionKind, endpoint string, strategy registry.Strategy) {
	t.Helper()
	for seed := range int64(2) {
		old, obj := filledObject(t, codecs, kind, 2*seed+1), filledObject(t, codecs, kind, 2*seed+2)
		was, sent := fieldsOf(t, old), fieldsOf(t, obj)
		strategy.PrepareForUpdate(t.Context(), obj, old)
		now := fieldsOf(t, obj)
		for path, value := range was {
			reset := slices.Contains(declared(strategy), path) ||
				slices.Contains(declared(strategy), "metadata") && resetForStatus[path]
			kept := reflect.DeepEqual(now[path], value) && !reflect.DeepEqual(sent[path], value)
			switch {
			case kept && !reset && !slices.Contains(putBack, endpoint+" "+path):
				t.Errorf("%s puts back %s and does not declare it", endpoint, path)
			case reset && !reflect.DeepEqual(now[path], value) && endpoint+" "+path != "services status": // emptied without a load balancer
				t.Errorf("%s declares %s and does not put it back", endpoint, path)
			}
		}
	}
}

// resetForStatus are the fields of metadata that metav1.ResetObjectMetaForStatus puts back.
var resetForStatus = map[string]bool{"metadata.labels": true, "metadata.annotations": true, "metadata.finalizers": true,
	"metadata.ownerReferences": true}

// filledObject is an object of a kind with something in its fields.
func filledObject(t *testing.T, codecs *kinds.Codecs, kind schema.GroupVersionKind, seed int64) runtime.Object {
	t.Helper()
	obj, err := codecs.Scheme.New(kind)
	if err != nil {
		t.Fatal(err)
	}
	mutator{rand.New(rand.NewSource(seed)), seed}.filled(obj)
	return obj
}

// fieldsOf are the values of the fields of metadata that clients write, and of those beside metadata.
func fieldsOf(t *testing.T, obj runtime.Object) map[string]any {
	t.Helper()
	object, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		t.Fatal(err)
	}
	fields := map[string]any{}
	for name, value := range object {
		if name != "metadata" && name != "kind" && name != "apiVersion" {
			fields[name] = value
		}
	}
	for name := range resetForStatus {
		fields[name], _, _ = unstructured.NestedFieldNoCopy(object, strings.Split(name, ".")...)
	}
	return fields
}
