package pod

import (
	"encoding/json"
	"testing"

	"sigs.k8s.io/yaml"

	registry "kubepath/chapters/06-registry"
)

// change is the input of a row of changes.txt.
type change struct {
	Op       string
	Old, New json.RawMessage
}

// writers are the strategies by the way that a change comes.
var writers = map[string]registry.Strategy{
	"update": podStrategy{}, "status": podStatusStrategy{}, "ephemeral": ephemeralStrategy{}, "resize": resizeStrategy{},
}

func TestAChangedPodIsAnsweredWithEveryError(t *testing.T) {
	t.Parallel()
	defaults := newDefaults()
	testRows(t, "testdata/changes.txt", func(t *testing.T, r row) []string {
		var c change
		if err := yaml.UnmarshalStrict([]byte(r.input), &c); err != nil {
			t.Fatal(err)
		}
		old, pod := readPod(t, defaults, string(c.Old)), readPod(t, defaults, string(c.New))
		writer := writers[c.Op]
		writer.PrepareForUpdate(t.Context(), pod, old)
		return lines(writer.ValidateUpdate(t.Context(), pod, old), nil)
	})
}
