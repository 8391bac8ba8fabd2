package registry_test

import (
	"bytes"
	"strings"
	"testing"

	registry "kubepath/chapters/06-registry"
	"kubepath/internal/demo"
)

func TestTheDemoShowsEachStep(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := registry.Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	rest := out.String()
	for _, want := range []string{
		"PrepareForCreate  name settings-", "ValidateName", "Canonicalize", "storage   create            /configmaps/default/settings-",
		"dry run", "-> 409 AlreadyExists",
		"PrepareForUpdate  from version", "-> 409 Conflict", "has been modified; please apply",
		"deleted: false", "object is being deleted: configmaps",
		"storage   delete            /configmaps/default/settings-", "-> 404 NotFound",
	} {
		_, after, ok := strings.Cut(rest, want)
		if !ok {
			t.Fatalf("no %q behind what was shown before it, in\n%s", want, out.String())
		}
		rest = after
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) > 61 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}
