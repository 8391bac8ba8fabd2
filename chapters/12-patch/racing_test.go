package patch_test

import (
	"context"
	"strconv"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	server "kubepath/chapters/08-server"
	patch "kubepath/chapters/12-patch"
	"kubepath/chapters/12-patch/fastpath"
)

// hasty is a storage in which somebody else is faster, as often as there are races to lose.
type hasty struct {
	storage.Interface
	races, attempts int
}

func (h *hasty) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	mutate := u.Mutate
	u.Mutate = func(old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
		h.attempts++
		mutated, err := mutate(old, m)
		if err == nil && h.races > 0 {
			err = h.write(ctx, key, strconv.Itoa(h.races))
			h.races--
		}
		return mutated, err
	}
	return h.Interface.GuaranteedUpdate(ctx, key, out, u)
}

func (h *hasty) write(ctx context.Context, key, value string) error {
	var out kinds.ResultPointer
	return h.Interface.GuaranteedUpdate(ctx, key, &out, storage.Update{
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			old.(*corev1.ConfigMap).Data["rival"] = value
			return storage.MutateResult{Object: old}, nil
		},
	})
}

// newRacing is a server with config maps in a hasty storage.
func newRacing(t *testing.T, plugins ...rest.AdmissionPlugin) (*api, *hasty) {
	t.Helper()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), patch.Verbs()...), NewFieldManager: fastpath.NewFieldManagers(codecs).New, Admission: plugins}.New()
	if err != nil {
		t.Fatal(err)
	}
	newFunc := func() runtime.Object { return &corev1.ConfigMap{} }
	maps, below := store(corev1.SchemeGroupVersion, "ConfigMap", "configmaps", newFunc), &hasty{Interface: memory.Open(memory.Config{NewFunc: newFunc})}
	maps.Storage = below
	err = s.InstallLegacyAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions: []schema.GroupVersion{corev1.SchemeGroupVersion}, VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"configmaps": maps}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return &api{t, s}, below
}
