package pod

import (
	"flag"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"sigs.k8s.io/yaml"

	kinds "kubepath/chapters/02-kinds"
	versions "kubepath/chapters/13-versions"
	"kubepath/chapters/17-controlplane/resource"
)

var update = flag.Bool("update", false, "write the answers in testdata anew")

// row is a sentence, the objects that it is about, and what is answered: "- " an error, "! " a warning.
type row struct {
	claim string
	input string
	want  []string
}

// readRows reads a file of rows, which an empty line separates.
func readRows(t testing.TB, file string) []row {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var rows []row
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		var r row
		for line := range strings.SplitSeq(block, "\n") {
			switch {
			case strings.HasPrefix(line, "# "):
				r.claim = line[2:]
			case strings.HasPrefix(line, "- "), strings.HasPrefix(line, "! "):
				r.want = append(r.want, line)
			default:
				r.input += line + "\n"
			}
		}
		rows = append(rows, r)
	}
	return rows
}

func writeRows(t testing.TB, file string, rows []row) {
	t.Helper()
	var b strings.Builder
	for _, r := range rows {
		b.WriteString("# " + r.claim + "\n" + r.input)
		for _, line := range r.want {
			b.WriteString(line + "\n")
		}
		b.WriteString("\n")
	}
	if err := os.WriteFile(file, []byte(strings.TrimSuffix(b.String(), "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

// newDefaults returns what sets the defaults of an object, as the codecs do when they decode one.
func newDefaults() func(runtime.Object) {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	versions.Install(codecs)
	return codecs.Scheme.Default
}

// readPod makes a pod of YAML, with the names that the store would have put there and the defaults.
func readPod(t testing.TB, defaults func(runtime.Object), text string) *corev1.Pod {
	t.Helper()
	pod := &corev1.Pod{}
	if err := yaml.UnmarshalStrict([]byte(text), pod); err != nil {
		t.Fatalf("%v in\n%s", err, text)
	}
	pod.Namespace = "default"
	if pod.Name == "" {
		pod.Name = "p"
	}
	defaults(pod)
	return pod
}

// lines are the answers as testdata has them. The newlines of a difference are written \n.
func lines(found field.ErrorList, warnings []string) []string {
	var list []string
	for _, err := range resource.RenderErrors(found) {
		list = append(list, "- "+strings.ReplaceAll(err.Error(), "\n", `\n`))
	}
	slices.Sort(list)
	slices.Sort(warnings)
	for _, warning := range warnings {
		list = append(list, "! "+warning)
	}
	return list
}

// testRows runs each row, and compares or writes what is answered.
func testRows(t *testing.T, file string, answer func(t *testing.T, r row) []string) {
	rows := readRows(t, file)
	for i := range rows {
		t.Run(rows[i].claim, func(t *testing.T) {
			got := answer(t, rows[i])
			if *update {
				rows[i].want = got
			} else if diff := cmp.Diff(rows[i].want, got); diff != "" {
				t.Errorf("answers (-want +got):\n%s", diff)
			}
		})
	}
	if *update {
		writeRows(t, file, rows)
	}
}

func TestANewPodIsAnsweredWithEveryError(t *testing.T) {
	t.Parallel()
	defaults := newDefaults()
	testRows(t, "testdata/errors.txt", func(t *testing.T, r row) []string {
		pod := readPod(t, defaults, r.input)
		podStrategy{}.PrepareForCreate(t.Context(), pod)
		if found := (podStrategy{}).Validate(t.Context(), pod); len(found) > 0 {
			return lines(found, nil)
		}
		return lines(nil, podStrategy{}.WarningsOnCreate(t.Context(), pod))
	})
}
