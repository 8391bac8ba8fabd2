package patch

import (
	"slices"
	"testing"
)

func TestEveryLanguageIsNamedToClients(t *testing.T) {
	t.Parallel()
	for kind := range languages {
		if !slices.Contains(mediaTypes(), string(kind)) {
			t.Errorf("no route takes %s", kind)
		}
	}
	if len(mediaTypes()) != len(languages) {
		t.Errorf("%v", mediaTypes())
	}
}
