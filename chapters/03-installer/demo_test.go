package installer

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"kubepath/internal/demo"
)

func TestDemo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"watch            GET    watch/namespaces/{namespace}/pods/{name} serveWatch",
		"met its function at chapters/03-installer/installer.go:",
		"listCoreV1PodForAllNamespaces (watch)",
		"405 MethodNotAllowed",
		"get pods/status a in ns",
		"pods/exec    create get",
		`{"kind":"APIGroupDiscoveryList"`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no line has %q", want)
		}
	}
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	for _, line := range lines {
		if utf8.RuneCountInString(line) > 80 {
			t.Errorf("longer than 80: %s", line)
		}
	}
	if len(lines) > 60 {
		t.Errorf("%d lines", len(lines))
	}
}

func TestDemoServesUntilItIsStopped(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(t.Context())
	read, write := io.Pipe()
	ended := make(chan error)
	go func() {
		ended <- Demo(ctx, &demo.Stage{Out: write, Serve: true})
		write.Close()
	}()
	printed := make(chan string, 1)
	go func() {
		var all strings.Builder
		buffer := make([]byte, 4096)
		address := regexp.MustCompile(`curl '(http://[^/]+)/api/v1/nosuch'`)
		for {
			n, err := read.Read(buffer)
			all.Write(buffer[:n])
			if found := address.FindStringSubmatch(all.String()); found != nil {
				printed <- found[1]
				io.Copy(io.Discard, read)
				return
			}
			if err != nil {
				printed <- ""
				return
			}
		}
	}()
	response, err := http.Get(<-printed + "/api/v1/pods?watch=1")
	if err != nil {
		t.Fatal(err)
	}
	body, _ := io.ReadAll(response.Body)
	response.Body.Close()
	if string(body) != "serveWatch serves GET /api/v1/pods" {
		t.Errorf("served %s", body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Error(err)
	}
}
