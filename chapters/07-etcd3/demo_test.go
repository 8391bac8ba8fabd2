package etcd3

import (
	"strings"
	"testing"
	"unicode/utf8"

	"kubepath/internal/demo"
)

func TestTheDemoShowsWhatItSays(t *testing.T) {
	t.Parallel()
	var out strings.Builder
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{
		"if mod = 0 then put configmaps/default/a -> yes: revision 2",
		"if mod = 0 then put configmaps/default/a -> no",
		"if mod = 2 then put configmaps/default/a else get -> no: mod is 3",
		"if mod = 3 then put configmaps/default/a else get -> yes: revision 4",
		"6b 38 73 00", "|k8s.",
		"ADDED    a, red, at 2", "DELETED  a, red, at 3",
		"2 objects, and 1 to come", "required revision has been compacted", "410 Expired",
		"|k8s:enc:aesgcm:v|",
	} {
		if !strings.Contains(out.String(), key) {
			t.Errorf("%q is missing", key)
		}
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	if len(lines) > 60 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("%d columns: %s", utf8.RuneCountInString(line), line)
		}
	}
	if t.Failed() {
		t.Log(out.String())
	}
}
