package apitest_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestInvalidObjectsGetUpstreamsCausesInItsOrder replays creations that kube-apiserver v1.36.3 refused. Each file of
// testdata has a group's: a request a line, with the message and the causes of the answer.
func TestInvalidObjectsGetUpstreamsCausesInItsOrder(t *testing.T) {
	t.Parallel()
	made(t, core+"/namespaces", `{"metadata":{"name":"plain"}}`)
	files, err := filepath.Glob("../testdata/refused/*.jsonl")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			f, err := os.Open(file)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			lines := bufio.NewScanner(f)
			lines.Buffer(nil, 1<<20)
			for line := 1; lines.Scan(); line++ {
				testRefusal(t, fmt.Sprintf("%s:%d", file, line), lines.Bytes())
			}
			if err := lines.Err(); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func testRefusal(t *testing.T, at string, line []byte) {
	var row struct {
		Path    string
		Body    json.RawMessage
		Message string
		Causes  []string
	}
	if err := json.Unmarshal(line, &row); err != nil {
		t.Fatalf("%s: %v", at, err)
	}
	code, answer := ask(t, http.MethodPost, row.Path, string(row.Body))
	list := causesOf(answer)
	if diff := cmp.Diff(row.Causes, list); code != http.StatusUnprocessableEntity || diff != "" {
		t.Errorf("%s: %d, causes (-want +got):\n%s", at, code, diff)
	} else if answer["message"] != row.Message {
		t.Errorf("%s: message\ngot  %v\nwant %s", at, answer["message"], row.Message)
	}
}

// causesOf are the causes of an answer, in its order.
func causesOf(answer map[string]any) []string {
	causes, _ := at(answer, "details", "causes").([]any)
	var list []string
	for _, c := range causes {
		cause, _ := c.(map[string]any)
		list = append(list, fmt.Sprintf("%v: %v (%v)", cause["field"], cause["message"], cause["reason"]))
	}
	return list
}
