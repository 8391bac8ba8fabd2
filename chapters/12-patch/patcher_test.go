package patch

import (
	"context"
	"errors"
	"reflect"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
)

func TestEachPatchTypeHasAMechanism(t *testing.T) {
	t.Parallel()
	mechanisms := map[types.PatchType]patchMechanism{
		types.JSONPatchType: &jsonPatcher{}, types.MergePatchType: &jsonPatcher{},
		types.StrategicMergePatchType: &smpPatcher{}, types.ApplyYAMLPatchType: &applyPatcher{},
	}
	for _, name := range patchTypes {
		patchType := types.PatchType(name)
		if got := (patchRequest{patchType: patchType}).mechanism(); reflect.TypeOf(got) != reflect.TypeOf(mechanisms[patchType]) {
			t.Errorf("%s is applied by a %T", name, got)
		}
	}
	if len(patchTypes) != len(mechanisms) {
		t.Errorf("the route takes %v", patchTypes)
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
