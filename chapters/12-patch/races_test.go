package patch_test

import (
	"flag"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	watch "kubepath/chapters/09-watch"
	patch "kubepath/chapters/12-patch"
	"kubepath/chapters/12-patch/fastpath"
	"kubepath/internal/embedetcd"
	"kubepath/internal/tools/racetest"
)

// TestRaces plays the scripts of races over HTTP, on a server of config maps over an etcd of its own, so that revisions begin
// at 2. The field managers are those of package fastpath, as in the finished server.
func TestRaces(t *testing.T) {
	t.Parallel()
	update := flag.Lookup("update").Value.String() == "true" // the flag of this package's other golden files
	racetest.Suite{Name: "http", Scripts: "testdata/races/*.txtar", Update: update, Open: func(t *testing.T) []racetest.Command {
		codecs := kinds.NewCodecs(kinds.NewScheme())
		return openServer(t, codecs, fastpath.NewFieldManagers(codecs).New)
	}}.Run(t)
}

// TestRacesEndTheSameWithoutTheFastPath plays the same scripts with the field managers of this chapter.
func TestRacesEndTheSameWithoutTheFastPath(t *testing.T) {
	t.Parallel()
	racetest.Suite{Name: "plain", Scripts: "testdata/races/*.txtar", Open: func(t *testing.T) []racetest.Command {
		codecs := kinds.NewCodecs(kinds.NewScheme())
		return openServer(t, codecs, patch.NewFieldManagers(codecs).New)
	}}.Run(t)
}

func openServer(t *testing.T, codecs *kinds.Codecs, newFieldManager func(*rest.RequestScope) rest.FieldManager) []racetest.Command {
	t.Helper()
	codec, err := codecs.StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		t.Fatal(err)
	}
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { etcd.Close() })
	client := *etcd.Client()
	client.KV = racetest.KV(client.KV)
	maps := store(corev1.SchemeGroupVersion, "ConfigMap", "configmaps", func() runtime.Object { return &corev1.ConfigMap{} })
	maps.Storage = racetest.Storage(etcd3.Open(etcd3.Config{Client: &client, Codec: codec, NewFunc: maps.NewFunc, Resource: "/configmaps"}))
	s, err := server.Config{
		Codecs: codecs, Verbs: append(append(rest.Verbs(), watch.Config{}.Verbs()...), patch.Verbs()...),
		NewFieldManager: newFieldManager,
	}.New()
	if err != nil {
		t.Fatal(err)
	}
	if err := s.InstallLegacyAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions:          []schema.GroupVersion{corev1.SchemeGroupVersion},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"configmaps": maps}},
	}); err != nil {
		t.Fatal(err)
	}
	return racetest.HTTPCommands(t, s)
}
