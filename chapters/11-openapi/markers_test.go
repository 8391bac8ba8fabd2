package openapi

import (
	"encoding/json"
	"strings"
	"testing"
)

func TestMarkersCanBeRead(t *testing.T) {
	t.Parallel()
	all := parseMarkersFile(markersText)
	if len(all) < 500 {
		t.Fatalf("%d types", len(all))
	}
	for name, lines := range all {
		var n typeMarkers
		for line := range strings.Lines(lines) {
			n.add(strings.TrimSpace(line))
		}
		for field, f := range n.fields {
			if text, ok := f.value("default"); ok {
				var value any
				if err := json.Unmarshal([]byte(text), &value); err != nil {
					t.Errorf("%s.%s: default %s: %v", name, field, text, err)
				}
			}
		}
		for _, v := range n.enumValues {
			if strings.Contains(v.value, `"`) {
				t.Errorf("%s: value %s", name, v.value)
			}
		}
	}
}
