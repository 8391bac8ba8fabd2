package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"kubepath/internal/embedetcd"
)

// process is a kubepath serve of its own.
type process struct {
	*exec.Cmd
	url string
}

var servedAt = regexp.MustCompile(`plain HTTP:  curl (http://[^/]+)/`)

// serve starts a server on free ports and waits until it says where it is.
func serve(t *testing.T, args ...string) *process {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	command := exec.Command(self, append([]string{"serve", "--secure-port", "0", "--insecure-port", "0"}, args...)...)
	command.Env = append(os.Environ(), asCommand+"=1")
	var errs bytes.Buffer
	command.Stderr = &errs
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	p := &process{Cmd: command}
	t.Cleanup(func() { p.kill() })
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		if found := servedAt.FindStringSubmatch(lines.Text()); found != nil {
			p.url = found[1]
			go io.Copy(io.Discard, out)
			return p
		}
	}
	p.Wait()
	t.Fatalf("the server did not start: %s", errs.String())
	return nil
}

func (p *process) kill() {
	p.Process.Kill()
	p.Wait()
}

// send sends a request and returns the status and the answer.
func send(t *testing.T, method, url, mediaType string, body []byte) (int, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	if mediaType != "" {
		r.Header.Set("Content-Type", mediaType)
	}
	response, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	answer, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, answer
}

func manifestOf(name string) []byte {
	return fmt.Appendf(nil, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":%q},"data":{"name":%q}}`, name, name)
}

func TestEveryAnsweredCreateSurvivesAKill(t *testing.T) {
	t.Parallel()
	const writers, each, killAfter = 8, 125, 300
	folder := filepath.Join(t.TempDir(), "data")
	p := serve(t, "--data-dir", folder)

	var lock sync.Mutex
	answered := map[string]bool{}
	var all sync.WaitGroup
	for w := range writers {
		all.Go(func() {
			for i := range each {
				name := fmt.Sprintf("c-%d-%d", w, i)
				response, err := http.Post(p.url+"/api/v1/namespaces/default/configmaps", "application/json", bytes.NewReader(manifestOf(name)))
				if err != nil {
					return // killed
				}
				_, err = io.Copy(io.Discard, response.Body)
				response.Body.Close()
				lock.Lock()
				if err == nil && response.StatusCode == http.StatusCreated {
					answered[name] = true
				}
				if len(answered) == killAfter {
					p.Process.Kill()
				}
				lock.Unlock()
			}
		})
	}
	all.Wait()
	p.Wait()
	if len(answered) < killAfter || len(answered) == writers*each {
		t.Fatalf("%d creates were answered: the kill did not come in the middle", len(answered))
	}

	again := serve(t, "--data-dir", folder)
	status, body := send(t, http.MethodGet, again.url+"/api/v1/namespaces/default/configmaps", "", nil)
	if status != http.StatusOK {
		t.Fatalf("list: %d %s", status, body)
	}
	var list corev1.ConfigMapList
	if err := json.Unmarshal(body, &list); err != nil {
		t.Fatal(err)
	}
	for _, c := range list.Items {
		if c.Data["name"] != c.Name || c.UID == "" {
			t.Errorf("half an object: %v", c)
		}
		delete(answered, c.Name)
	}
	if len(answered) > 0 {
		t.Errorf("%d answered creates are lost: %v", len(answered), answered)
	}
}

func TestObjectsLieInEtcdAsKubeAPIServerWritesThem(t *testing.T) {
	t.Parallel()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{ListenClient: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { etcd.Close() })
	p := serve(t, "--etcd-servers", etcd.Endpoint())
	status, body := send(t, http.MethodPost, p.url+"/api/v1/namespaces/default/pods", "application/yaml", []byte(
		"apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: c, image: i}]}\n"))
	if status != http.StatusCreated {
		t.Fatalf("create: %d %s", status, body)
	}

	bare, err := clientv3.New(clientv3.Config{Endpoints: []string{etcd.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	defer bare.Close()
	found, err := bare.Get(context.Background(), "/registry/pods/default/a")
	if err != nil || len(found.Kvs) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	value, ok := bytes.CutPrefix(found.Kvs[0].Value, []byte("k8s\x00"))
	if !ok {
		t.Fatalf("the value begins with %q", found.Kvs[0].Value[:4])
	}
	var envelope runtime.Unknown
	if err := envelope.Unmarshal(value); err != nil {
		t.Fatal(err)
	}
	if envelope.APIVersion != "v1" || envelope.Kind != "Pod" {
		t.Errorf("the envelope says %v", envelope.TypeMeta)
	}
	var pod corev1.Pod
	if err := pod.Unmarshal(envelope.Raw); err != nil {
		t.Fatal(err)
	}
	if pod.Name != "a" || pod.UID == "" || pod.ResourceVersion != "" || pod.Spec.Containers[0].Image != "i" {
		t.Errorf("stored: %v", pod)
	}
}

func TestADataDirectoryBelongsToOneProcess(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "data")
	serve(t, "--data-dir", folder)
	var errs bytes.Buffer
	status := run([]string{"serve", "--secure-port", "0", "--data-dir", folder}, strings.NewReader(""), io.Discard, &errs)
	if status != 1 || !strings.Contains(errs.String(), "in use by another process") || strings.Count(errs.String(), "\n") > 2 {
		t.Errorf("status %d: %s", status, errs.String())
	}
}

func TestAPortInUseIsSaidInOneLine(t *testing.T) {
	t.Parallel()
	p := serve(t)
	port := p.url[strings.LastIndex(p.url, ":")+1:]
	var errs bytes.Buffer
	status := run([]string{"serve", "--secure-port", port}, strings.NewReader(""), io.Discard, &errs)
	if status != 1 || !strings.Contains(errs.String(), "address already in use") || strings.Count(errs.String(), "\n") != 2 {
		t.Errorf("status %d: %s", status, errs.String())
	}
}

func TestAServerEndsCleanlyOnSIGTERM(t *testing.T) {
	t.Parallel()
	p := serve(t)
	if err := p.Process.Signal(os.Interrupt); err != nil {
		t.Fatal(err)
	}
	if err := p.Wait(); err != nil {
		t.Errorf("the server ended with %v", err)
	}
}

func TestBadInputIsRefusedAndNothingIsStored(t *testing.T) {
	t.Parallel()
	p := serve(t)
	const collection = "/api/v1/namespaces/default/configmaps"
	big := fmt.Appendf(nil, `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"big"},"data":{"a":%q}}`, strings.Repeat("x", 4<<20))
	for _, row := range []struct {
		claim, method, path, mediaType string
		body                           []byte
		status                         int
		reason                         metav1.StatusReason
	}{
		{"malformed JSON", "POST", collection, "application/json", []byte(`{"apiVersion":`), 400, metav1.StatusReasonBadRequest},
		{"malformed YAML", "POST", collection, "application/yaml", []byte("a: [\n"), 400, metav1.StatusReasonBadRequest},
		{"an unknown media type", "POST", collection, "text/csv", []byte("a,b"), 415, metav1.StatusReasonUnsupportedMediaType},
		{"a body of 4 MiB", "POST", collection, "application/json", big, 413, metav1.StatusReasonRequestEntityTooLarge},
		{"a name with a slash", "POST", collection, "application/json", manifestOf("a/b"), 422, metav1.StatusReasonInvalid},
		{"the name ..", "POST", collection, "application/json", manifestOf(".."), 422, metav1.StatusReasonInvalid},
		{"a name with NUL", "POST", collection, "application/json", []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a\u0000b"}}`), 422, metav1.StatusReasonInvalid},
		{"another kind", "POST", collection, "application/json", []byte(`{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a"}}`), 400, metav1.StatusReasonBadRequest},
		{"another namespace", "POST", collection, "application/json", []byte(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a","namespace":"other"}}`), 400, metav1.StatusReasonBadRequest},
		{"another name", "PUT", collection + "/b", "application/json", manifestOf("a"), 400, metav1.StatusReasonBadRequest},
		{"an encoded .. in the path", "GET", collection + "/%2e%2e", "", nil, 0, ""},
		{"an encoded slash in the path", "GET", collection + "/a%2Fb", "", nil, 0, ""},
		{"an encoded NUL in the path", "GET", collection + "/a%00b", "", nil, 0, ""},
	} {
		t.Run(row.claim, func(t *testing.T) {
			status, answer := send(t, row.method, p.url+row.path, row.mediaType, row.body)
			if row.status == 0 {
				if status < 400 || status >= 500 {
					t.Errorf("%d %s", status, answer)
				}
				return
			}
			var got metav1.Status
			if err := json.Unmarshal(answer, &got); err != nil {
				t.Fatalf("%d %q: %v", status, answer, err)
			}
			if status != row.status || got.Reason != row.reason || got.Message == "" {
				t.Errorf("%d %s: %s", status, got.Reason, got.Message)
			}
		})
	}
	_, answer := send(t, http.MethodGet, p.url+collection, "", nil)
	var list corev1.ConfigMapList
	if err := json.Unmarshal(answer, &list); err != nil || len(list.Items) > 0 {
		t.Errorf("stored all the same: %s (%v)", answer, err)
	}
}
