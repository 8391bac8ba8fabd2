package controlplane

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	"kubepath/internal/embedetcd"
)

// With -record, the requests go to a kube-apiserver (with the token of an administrator), and what it answers is written down.
var (
	record      = flag.String("record", "", "URL of a kube-apiserver whose answers are to be written into testdata/recorded")
	recordToken = flag.String("record-token", "admin-token", "bearer token for -record")
)

// exchange is a request of a file in testdata/recorded, and the answer of kube-apiserver v1.36.3. In the file:
//
//	# what it is about
//	PUT /api/v1/namespaces/NS/pods/p
//	Content-Type: application/json     (the default; any other header too)
//	{"metadata":{"name":"p"}}
//	= 200
//	= Warning: ...
//	= {"metadata":...}
//
// An empty line separates exchanges. One whose title is "setup" has no answer. NS is a namespace of the file's own.
type exchange struct {
	head, body []string // lines of the request; body may be empty
	answer     []string
}

func (e exchange) title() string { return strings.TrimPrefix(e.head[0], "# ") }
func (e exchange) setup() bool   { return e.title() == "setup" }

func readExchanges(t *testing.T, file string) []exchange {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	var all []exchange
	for block := range strings.SplitSeq(strings.TrimSpace(string(text)), "\n\n") {
		var e exchange
		for line := range strings.SplitSeq(block, "\n") {
			switch {
			case strings.HasPrefix(line, "= "):
				e.answer = append(e.answer, line[2:])
			case len(e.body) > 0 || len(e.head) > 1 && strings.ContainsAny(line[:1], "{["):
				e.body = append(e.body, line)
			default:
				e.head = append(e.head, line)
			}
		}
		all = append(all, e)
	}
	return all
}

func writeExchanges(t *testing.T, file string, all []exchange) {
	t.Helper()
	var out strings.Builder
	for i, e := range all {
		if i > 0 {
			out.WriteString("\n")
		}
		for _, line := range append(slices.Clone(e.head), e.body...) {
			fmt.Fprintln(&out, line)
		}
		for _, line := range e.answer {
			fmt.Fprintln(&out, "=", line)
		}
	}
	if err := os.WriteFile(file, []byte(out.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// request makes the request of an exchange for a namespace below a server's URL.
func (e exchange) request(t *testing.T, url, namespace string) *http.Request {
	t.Helper()
	method, path, _ := strings.Cut(strings.ReplaceAll(e.head[1], "NS", namespace), " ")
	body := strings.ReplaceAll(strings.Join(e.body, "\n"), "NS", namespace)
	r, err := http.NewRequestWithContext(context.WithoutCancel(t.Context()), method, url+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("User-Agent", "recorded")
	for _, line := range e.head[2:] {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
	}
	return r
}

// What differs from server to server and from run to run.
var varying = []struct {
	what *regexp.Regexp
	with string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "<time>"},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "<uid>"},
	{regexp.MustCompile(`(resourceVersion\\*":\\*")\d+`), "$1<rv>"},
	{regexp.MustCompile(`(in record \()\d+`), "$1<rv>"},
}

// lines is an answer as a file has it.
func lines(t *testing.T, answer *http.Response, namespace string) []string {
	t.Helper()
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		t.Fatal(err)
	}
	all := []string{fmt.Sprint(answer.StatusCode)}
	for _, warning := range answer.Header["Warning"] {
		all = append(all, "Warning: "+warning)
	}
	var document any
	if json.Unmarshal(body, &document) == nil {
		var out bytes.Buffer
		encoder := json.NewEncoder(&out)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(document); err != nil {
			t.Fatal(err)
		}
		body = out.Bytes()
	}
	for _, v := range varying {
		body = v.what.ReplaceAll(body, []byte(v.with))
	}
	text := strings.ReplaceAll(strings.TrimSpace(string(body)), namespace, "NS")
	return append(all, strings.Split(text, "\n")...)
}

// TestAnswersAreThoseOfKubeAPIServer sends recorded requests in their order and compares each answer.
func TestAnswersAreThoseOfKubeAPIServer(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("testdata/recorded/*.txt")
	if err != nil || len(files) == 0 {
		t.Fatal("nothing is recorded", err)
	}
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { etcd.Close() })
	api, err := New(Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme()), ErrorLog: slog.New(slog.DiscardHandler)}, Etcd: etcd.Client(),
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		namespace := "recorded-" + strings.TrimSuffix(filepath.Base(file), ".txt")
		t.Run(namespace, func(t *testing.T) {
			send := func(e exchange) *http.Response {
				w := httptest.NewRecorder()
				api.ServeHTTP(w, e.request(t, "", namespace))
				return w.Result()
			}
			if *record != "" {
				send = recorder(t, namespace)
			}
			send(exchange{head: []string{"# setup", "POST /api/v1/namespaces"}, body: []string{`{"metadata":{"name":"NS"}}`}})
			all := readExchanges(t, file)
			for i, e := range all {
				got := lines(t, send(e), namespace)
				switch {
				case e.setup():
				case *record != "":
					all[i].answer = got
				default:
					if diff := cmp.Diff(e.answer, got); diff != "" {
						t.Errorf("%s (- kube-apiserver, + here):\n%s", e.title(), diff)
					}
				}
			}
			if *record != "" {
				writeExchanges(t, file, all)
			}
		})
	}
}

// recorder sends exchanges to the server of -record, and removes their namespace at the end.
func recorder(t *testing.T, namespace string) func(exchange) *http.Response {
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true}}
	send := func(e exchange) *http.Response {
		r := e.request(t, *record, namespace)
		r.Header.Set("Authorization", "Bearer "+*recordToken)
		answer, err := client.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		return answer
	}
	t.Cleanup(client.CloseIdleConnections)
	t.Cleanup(func() { send(exchange{head: []string{"# setup", "DELETE /api/v1/namespaces/NS"}}).Body.Close() })
	return send
}
