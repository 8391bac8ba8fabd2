package atlas_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"kubepath/internal/tools/atlas"
)

func interfaces(t *testing.T) []atlas.Interface {
	t.Helper()
	all, err := atlas.Interfaces()
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// names are those of the interfaces, and of what implements each.
func names(all []atlas.Interface) []string {
	var text []string
	for _, i := range all {
		line := i.Name
		for _, t := range i.By {
			line += " " + t.Name
		}
		text = append(text, line)
	}
	return text
}

func TestANameFindsItsInterfaces(t *testing.T) {
	t.Parallel()
	all := interfaces(t)
	for name, want := range map[string][]string{
		"rest.Getter":                           {"rest.Getter"},
		"StandardStorage":                       {"rest.StandardStorage"},
		"standardstorage":                       {"rest.StandardStorage"},
		"GracefulDeleter":                       {"rest.GracefulDeleter"},
		"k8s.io/apimachinery/pkg/watch.Decoder": {"watch.Decoder"},
		"nothing":                               nil,
	} {
		var got []string
		for _, i := range atlas.FindInterfaces(all, name) {
			got = append(got, i.Name)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}

func TestTheStoreIsPinnedToStandardStorage(t *testing.T) {
	t.Parallel()
	for _, i := range atlas.ImplementedBy(interfaces(t), "*registry.Store") {
		if i.Name != "rest.Getter" {
			continue
		}
		want := atlas.Type{Name: "registry.Store", Pointer: true, Chapter: 6, File: "chapters/06-registry/store.go",
			Pin: &atlas.Pin{Interface: "rest.StandardStorage", File: "chapters/06-registry/store.go"}}
		if diff := cmp.Diff([]atlas.Type{want}, i.By); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		return
	}
	t.Error("registry.Store is said not to be a rest.Getter")
}

func TestWhatEmbedsAllMethodsIsNoImplementation(t *testing.T) {
	t.Parallel()
	for _, i := range interfaces(t) {
		for _, by := range i.By {
			if by.Name == "registry.deleter" || by.Name == "etcd3.pagedList" {
				t.Errorf("%s is said to implement %s, of which it has no method of its own", by.Name, i.Name)
			}
		}
	}
}

func TestCapabilitiesAreThoseOfTheRESTChapter(t *testing.T) {
	t.Parallel()
	can := atlas.Capabilities(interfaces(t), "registry.Store")
	for _, want := range []string{"Getter", "Lister", "Creater", "Updater", "Patcher", "GracefulDeleter", "Watcher", "StandardStorage"} {
		if !slices.Contains(can, want) {
			t.Errorf("registry.Store cannot %s: %v", want, can)
		}
	}
	if slices.Contains(can, "Connecter") || slices.Contains(can, "Storage") {
		t.Errorf("registry.Store can %v", can)
	}
}

func TestNothingIsWiderThanTheScreen(t *testing.T) {
	t.Parallel()
	all, rows := interfaces(t), atlas.Rows()
	for _, width := range []int{60, 80, 120, 200} {
		var out bytes.Buffer
		s := atlas.Screen{Width: width}
		for _, err := range []error{
			atlas.Print(&out, rows, s),
			atlas.PrintFound(&out, atlas.Found{Rows: rows, Mention: rows}, s),
			atlas.PrintInterfaces(&out, all, all, s),
			atlas.PrintInterfaces(&out, atlas.FindInterfaces(all, "rest.Storage"), all, s),
		} {
			if err != nil {
				t.Fatal(err)
			}
		}
		for line := range strings.Lines(out.String()) {
			line = strings.TrimSuffix(line, "\n")
			if n := utf8.RuneCountInString(line); n > width {
				t.Errorf("%d columns on a screen of %d: %s", n, width, line)
			}
			if strings.HasSuffix(line, " ") || strings.Contains(line, "\x1b") {
				t.Errorf("spaces at the end, or codes where there are no colours: %q", line)
			}
		}
	}
}
