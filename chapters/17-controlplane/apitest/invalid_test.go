package apitest_test

import (
	"bytes"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var (
	update = flag.Bool("update", false, "write the answers in testdata/invalid; read the diff")
	peer   = flag.String("peer", "", "with -update: URL of a kube-apiserver; the files say which answers are its answers too")
	token  = flag.String("peer-token", "admin-token", "bearer token of an administrator for -peer")
)

// invalid is a request that is refused, and the answer to it. In a file of testdata/invalid:
//
//	# what it is about (may be absent)
//	given POST /api/v1/namespaces/NS/pods {"metadata":...}
//	PUT /api/v1/namespaces/NS/pods/x
//	{"metadata":...}
//	= 422 Invalid, as kube-apiserver
//	= Pod "x" is invalid: *
//	- spec.containers: Required value (FieldValueRequired)
//
// given is what is sent before it, and must succeed. NS is a namespace of the file's own, RV the version of the last
// object given. * stands for the causes, of which each has a line. Where kube-apiserver v1.36.3 was asked and answered the
// same, the file says so. Where the causes come of a map, they are in any order, there and here; the file has them sorted,
// and says so too. An empty line separates requests.
type invalid struct {
	claim    string
	given    []sent
	request  sent
	answer   []string
	anyOrder bool
	upstream bool // kube-apiserver answers the same
}

// sent is one request.
type sent struct{ method, path, body string }

// What may stand behind the status of an answer.
const inAnyOrder, asUpstream = ", in any order", ", as kube-apiserver"

func readInvalid(t testing.TB, file string) []invalid {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []invalid
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		var one invalid
		for line := range strings.SplitSeq(block, "\n") {
			kind, rest, _ := strings.Cut(line, " ")
			switch {
			case kind == "#":
				one.claim = rest
			case kind == "given":
				words := strings.SplitN(rest, " ", 3)
				one.given = append(one.given, sent{words[0], words[1], words[2]})
			case kind == "=" || kind == "-":
				status, same := strings.CutSuffix(line, asUpstream)
				status, any := strings.CutSuffix(status, inAnyOrder)
				one.upstream, one.anyOrder = one.upstream || same, one.anyOrder || any
				one.answer = append(one.answer, status)
			case one.request.method == "":
				one.request.method, one.request.path = kind, rest
			default:
				one.request.body = line
			}
		}
		all = append(all, one)
	}
	return all
}

func writeInvalid(t testing.TB, file string, all []invalid) {
	t.Helper()
	var out strings.Builder
	for i, one := range all {
		if i > 0 {
			out.WriteString("\n")
		}
		if one.claim != "" {
			fmt.Fprintln(&out, "#", one.claim)
		}
		for _, g := range one.given {
			fmt.Fprintln(&out, "given", g.method, g.path, g.body)
		}
		fmt.Fprintf(&out, "%s %s\n%s\n", one.request.method, one.request.path, one.request.body)
		for i, line := range one.answer {
			if i == 0 && one.anyOrder {
				line += inAnyOrder
			}
			if i == 0 && one.upstream {
				line += asUpstream
			}
			fmt.Fprintln(&out, line)
		}
	}
	if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// TestEveryInvalidObjectIsRefusedInTheSameWords sends every request of testdata/invalid: the status, the reason, the message
// and the causes in their order are those of the file.
func TestEveryInvalidObjectIsRefusedInTheSameWords(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/invalid/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal(err, files)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txt"), func(t *testing.T) {
			t.Parallel()
			namespace := "invalid-" + strings.ReplaceAll(strings.TrimSuffix(filepath.Base(file), ".txt"), ".", "-")
			made(t, core+"/namespaces", `{"metadata":{"name":"`+namespace+`"}}`)
			all := readInvalid(t, file)
			for i, one := range all {
				got := one.answered(t, api, namespace)
				diff := cmp.Diff(one.answer, got)
				if diff != "" && !*update {
					t.Errorf("%s %s %s\n(- %s, + here):\n%s", one.request.method, one.request.path, one.request.body, file, diff)
				}
				all[i].answer, all[i].upstream = got, one.upstream && diff == ""
			}
			if *update && *peer != "" {
				markUpstream(t, all, namespace)
			}
			if *update {
				writeInvalid(t, file, all)
			}
		})
	}
}

// markUpstream sends all to the kube-apiserver of -peer, and marks what it answers in the same words.
func markUpstream(t *testing.T, all []invalid, namespace string) {
	server := upstream{}
	sent{http.MethodPost, core + "/namespaces", `{"metadata":{"name":"` + namespace + `"}}`}.send(t, server)
	defer sent{http.MethodPut, core + "/namespaces/" + namespace + "/finalize", `{"metadata":{"name":"` + namespace + `"}}`}.send(t, server)
	defer sent{http.MethodDelete, core + "/namespaces/" + namespace, ""}.send(t, server)
	for i, one := range all {
		diff := cmp.Diff(one.answer, one.answered(t, server, namespace))
		if all[i].upstream = diff == ""; diff != "" {
			t.Logf("%s %s %s\n(- here, + kube-apiserver):\n%s", one.request.method, one.request.path, one.request.body, diff)
		}
	}
}

// upstream passes requests on to the kube-apiserver of -peer.
type upstream struct{}

func (upstream) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	target, err := url.Parse(*peer)
	if err != nil {
		panic(err)
	}
	r.Header.Set("Authorization", "Bearer "+*token)
	proxy := httputil.NewSingleHostReverseProxy(target)
	proxy.Transport = &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true}
	proxy.ErrorHandler = func(w http.ResponseWriter, _ *http.Request, err error) { // it panicked: some objects do that to it
		w.WriteHeader(http.StatusBadGateway)
		fmt.Fprintf(w, `{"reason": "none", "message": %q}`, err)
	}
	proxy.ServeHTTP(w, r)
}

// answered sends what is given, then the request, and returns the answer as a file has it. What is given goes afterwards.
func (i invalid) answered(t testing.TB, server http.Handler, namespace string) []string {
	t.Helper()
	var version string
	for _, g := range i.given {
		g = g.in(namespace, version)
		code, answer := g.send(t, server)
		if code >= http.StatusBadRequest {
			t.Errorf("given %s %s %s: %d %v", g.method, g.path, g.body, code, answer["message"])
			return []string{"= 0"}
		}
		version, _ = at(answer, "metadata", "resourceVersion").(string)
		if name, _ := at(answer, "metadata", "name").(string); g.method == http.MethodPost {
			item := g.path + "/" + name
			defer sent{http.MethodPut, item + "/finalize", `{"metadata":{"name":"` + name + `"}}`}.send(t, server) // of a namespace
			defer sent{http.MethodDelete, item + "?gracePeriodSeconds=0&propagationPolicy=Background", ""}.send(t, server)
			defer sent{"MERGEPATCH", item, `{"metadata":{"finalizers":null}}`}.send(t, server)
		}
	}
	code, answer := i.request.in(namespace, version).send(t, server)
	if code < http.StatusBadRequest {
		t.Errorf("%s %s %s is not refused: %d", i.request.method, i.request.path, i.request.body, code)
	}
	message, _ := answer["message"].(string)
	lines := []string{fmt.Sprintf("= %d %v", code, answer["reason"]), "= " + strings.Replace(message, aggregate(answer), "*", 1)}
	for _, cause := range causesOf(answer) {
		lines = append(lines, "- "+cause)
	}
	if i.anyOrder {
		slices.Sort(lines[2:])
	}
	for i, line := range lines {
		lines[i] = strings.ReplaceAll(strings.ReplaceAll(line, namespace, "NS"), "\n", `\n`)
		for _, v := range varying {
			lines[i] = v.what.ReplaceAllString(lines[i], v.with)
		}
	}
	return lines
}

// in puts a namespace and the version of an object into a request.
func (s sent) in(namespace, version string) sent {
	s.path = strings.ReplaceAll(s.path, "NS", namespace)
	s.body = strings.ReplaceAll(strings.ReplaceAll(s.body, `"NS"`, `"`+namespace+`"`), `"RV"`, `"`+version+`"`)
	return s
}

// varying is what differs from run to run.
var varying = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`20[23]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "<time>"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "<uid>"},
	{regexp.MustCompile(`(resourceVersion\\*":\\*")\d+`), "$1<rv>"},
}

// patches are the media types of patches, by the words that stand for their methods.
var patches = map[string]string{
	"MERGEPATCH": "application/merge-patch+json", "STRATEGIC": "application/strategic-merge-patch+json",
	"JSONPATCH": "application/json-patch+json", "APPLY": "application/apply-patch+yaml",
}

// send sends a request to a server and returns the code and the answer.
func (s sent) send(t testing.TB, server http.Handler) (int, map[string]any) {
	t.Helper()
	method, media := s.method, "application/json"
	if patch, ok := patches[method]; ok {
		method, media = http.MethodPatch, patch
	}
	r := httptest.NewRequestWithContext(t.Context(), method, s.path, bytes.NewReader([]byte(s.body)))
	r.Header.Set("Content-Type", media)
	w := httptest.NewRecorder()
	server.ServeHTTP(w, r)
	answer := map[string]any{}
	if err := json.Unmarshal(w.Body.Bytes(), &answer); err != nil {
		t.Fatalf("%s %s: %s", method, s.path, w.Body)
	}
	return w.Code, answer
}

// aggregate is how a message has the causes: each once, in brackets where there are several; what no message has, where
// there are none.
func aggregate(answer map[string]any) string {
	causes, _ := at(answer, "details", "causes").([]any)
	var list []string
	for _, c := range causes {
		cause, _ := c.(map[string]any)
		if line := fmt.Sprintf("%v: %v", cause["field"], cause["message"]); !slices.Contains(list, line) {
			list = append(list, line)
		}
	}
	switch len(list) {
	case 0:
		return "\x00"
	case 1:
		return list[0]
	}
	return "[" + strings.Join(list, ", ") + "]"
}
