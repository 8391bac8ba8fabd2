package patch

import (
	"context"
	"errors"
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"

	kinds "kubepath/chapters/02-kinds"
)

func TestEachPatchTypeHasAMechanism(t *testing.T) {
	t.Parallel()
	mechanisms := map[types.PatchType]patchMechanism{
		types.JSONPatchType: &jsonPatcher{}, types.MergePatchType: &jsonPatcher{}, types.StrategicMergePatchType: &smpPatcher{},
		types.ApplyYAMLPatchType: &applyPatcher{}, types.ApplyCBORPatchType: &applyPatcher{},
	}
	codecs := kinds.NewCodecs(kinds.NewScheme(), kinds.CBORServingAndStorage)
	for _, name := range patchTypes(codecs) {
		patchType := types.PatchType(name)
		r := patchRequest{patchType: patchType, applied: applyFormat(codecs, patchType)}
		if got := r.mechanism(); reflect.TypeOf(got) != reflect.TypeOf(mechanisms[patchType]) {
			t.Errorf("%s is applied by a %T", name, got)
		}
	}
	if len(patchTypes(codecs)) != len(mechanisms) {
		t.Errorf("the route takes %v", patchTypes(codecs))
	}
}

func TestAppliedConfigurationsInCBORAreBehindAFeatureGate(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	if types := patchTypes(codecs); len(types) != 4 {
		t.Errorf("the route takes %v", types)
	}
	if applyFormat(codecs, types.ApplyCBORPatchType) != nil {
		t.Error("read without the gate")
	}
}

func TestNoAttemptIsMadeForARequestThatHasEnded(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p := &patcher{} // without a mechanism: an attempt would panic
	if _, err := p.applyPatch(ctx, &corev1.Pod{}); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}
