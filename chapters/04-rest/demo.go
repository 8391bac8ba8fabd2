package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"github.com/emicklei/go-restful/v3"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	"kubepath/internal/demo"
)

// Demo shows that a storage's methods decide which verbs exist, and then sends creates to the handlers: one reaches the
// storage, others are refused before.
func Demo(ctx context.Context, s *demo.Stage) error {
	if err := showMatrix(s); err != nil {
		return err
	}
	d := &demonstration{stage: s}
	stop, err := d.start(ctx)
	if err != nil {
		return err
	}
	defer stop()
	if err := d.showCreates(); err != nil {
		return err
	}
	if err := d.showShapes(); err != nil {
		return err
	}
	if s.Serve {
		s.Say("\nConfigMaps in a map, until you press Ctrl-C. Try:")
		s.Show("curl %s%s?pretty=1\ncurl -X DELETE %s%s/greeting", d.url, demoPath, d.url, demoPath)
		<-ctx.Done()
	}
	return nil
}

const demoPath = "/api/v1/namespaces/default/configmaps"

// demonstration is a server whose storage shows its calls.
type demonstration struct {
	stage *demo.Stage
	url   string
}

func (d *demonstration) start(ctx context.Context) (stop func(), err error) {
	container := restful.NewContainer()
	wrap := func(s Storage) Storage { return &shownShelf{s.(*configMapStorage), d.stage} }
	shelf := newConfigMapStorage()
	shelf.now = metav1.Now
	if _, err := installDemo(container, &APIInstaller{Wrap: wrap}, shelf); err != nil {
		return nil, err
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	d.url = "http://" + listener.Addr().String()
	server := &http.Server{Handler: withInfo(container), BaseContext: func(net.Listener) context.Context { return ctx }}
	go server.Serve(listener) //nolint:errcheck // ends with Close
	return func() { server.Close() }, nil
}

// withInfo adds the RequestInfo to the context, as a filter of chapter 8 does.
func withInfo(next http.Handler) http.Handler {
	infos := NewRequestInfoFactory(Verbs())
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, err := infos.NewRequestInfo(r)
		if err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
		next.ServeHTTP(w, r.WithContext(installer.WithRequestInfo(r.Context(), info)))
	})
}

// shownShelf shows the calls of the storage.
type shownShelf struct {
	*configMapStorage
	stage *demo.Stage
}

func (s *shownShelf) Create(ctx context.Context, obj runtime.Object, options *CreateOptions) (runtime.Object, error) {
	object := obj.(metav1.Object)
	s.stage.Show("storage  Create(ctx of %q, a %T called %s/%s)", NamespaceFrom(ctx), obj, object.GetNamespace(), object.GetName())
	return s.configMapStorage.Create(ctx, obj, options)
}

func (d *demonstration) showCreates() error {
	d.stage.Title("One create, from bytes to the storage and back")
	d.stage.Say("The handler decodes YAML into a Go struct, takes the namespace from the path,")
	d.stage.Say("warns of a field that the kind does not have, and writes the result as JSON.")
	err := d.send("POST", demoPath, "metadata: {name: greeting}\ndata: {text: hello}\ncolor: blue", "Content-Type: application/yaml")
	if err != nil {
		return err
	}
	d.stage.Title("Three that never reach the storage")
	d.stage.Say("Each ends in the handler (no storage line); the answer is an object, a Status.")
	for _, c := range []struct{ query, body string }{
		{"?fieldValidation=Strict", `{"metadata":{"name":"b"},"color":"blue"}`},
		{"", `{"kind":"Secret","apiVersion":"v1"}`},
		{"?dryRun=perhaps", `{"metadata":{"name":"b"}}`},
	} {
		if err := d.send("POST", demoPath+c.query, c.body); err != nil {
			return err
		}
	}
	return nil
}

func (d *demonstration) showShapes() error {
	d.stage.Title("The same object in other shapes")
	d.stage.Say("kubectl get asks for a Table; garbage collectors ask for metadata only.")
	for _, as := range []string{"Table", "PartialObjectMetadata"} {
		if err := d.send("GET", demoPath+"/greeting", "", "Accept: application/json;as="+as+";v=v1;g=meta.k8s.io"); err != nil {
			return err
		}
	}
	return nil
}

// send sends a request and shows it with its response.
func (d *demonstration) send(method, path, body string, headers ...string) error {
	r, err := http.NewRequest(method, d.url+path, strings.NewReader(body))
	if err != nil {
		return err
	}
	d.stage.Show("%-8s %s", method, path)
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		r.Header.Set(name, value)
		d.stage.Show("         %s", line)
	}
	if body != "" {
		d.stage.Show("         %s", strings.ReplaceAll(body, "\n", "\n         "))
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil {
		return err
	}
	d.show(answer, text)
	return nil
}

func (d *demonstration) show(answer *http.Response, text []byte) {
	d.stage.Show("%-8d %s", answer.StatusCode, answer.Header.Get("Content-Type"))
	for _, warning := range answer.Header.Values("Warning") {
		d.stage.Show("         Warning: %s", warning)
	}
	var said struct {
		Message string
		Rows    []struct{ Cells []any }
	}
	if json.Unmarshal(text, &said) == nil && said.Message != "" {
		text = []byte("Status: " + said.Message)
	}
	if len(said.Rows) > 0 {
		text = fmt.Appendf(nil, "rows: %v", said.Rows[0].Cells)
	}
	for line := range bytes.SplitSeq(bytes.TrimSpace(text), []byte("\n")) {
		d.stage.Show("         %s", wrapped(string(line)))
	}
}

// wrapped breaks a long line for a terminal of 80 columns.
func wrapped(line string) string {
	const width = 66
	var lines []string
	for len(line) > width {
		cut := strings.LastIndexAny(line[:width], " ,") + 1
		if cut == 0 {
			cut = width
		}
		lines, line = append(lines, line[:cut]), line[cut:]
	}
	return strings.Join(append(lines, line), "\n         ")
}

// Storages with one capability each: the interface that they embed.
type (
	ends interface{ Destroy() }
	part struct {
		implements string
		storage    Storage
	}
)

func parts(s *configMapStorage) []part {
	return []part{
		{"Getter", struct {
			Storage
			Scoper
			Getter
		}{s, s, s}},
		{"Lister", struct {
			Storage
			Scoper
			Lister
		}{s, s, s}},
		{"Creater", struct {
			ends
			Scoper
			Creater
		}{s, s, s}},
		{"Updater", struct {
			ends
			Scoper
			Updater
		}{s, s, s}},
		{"GracefulDeleter", struct {
			Storage
			Scoper
			GracefulDeleter
		}{s, s, s}},
		{"CollectionDeleter", struct {
			Storage
			Scoper
			CollectionDeleter
		}{s, s, s}},
		{"all of these", s},
	}
}

func showMatrix(s *demo.Stage) error {
	s.Title("Which verbs does a resource have? Those that its storage implements")
	s.Say("Seven storages: each has the methods of one interface, the last has all. The")
	s.Say("table of verbs makes rows of what it finds, and chapter 3 routes of the rows.")
	s.Show("%-17s %-16s %-6s %s", "implements", "verb", "method", "path below /api/v1")
	for _, p := range parts(newConfigMapStorage()) {
		actions, err := installDemo(restful.NewContainer(), &APIInstaller{}, p.storage)
		if err != nil {
			return err
		}
		if p.implements == "all of these" {
			s.Show("%-17s %s", p.implements, verbNames(actions))
			continue
		}
		for _, a := range actions {
			s.Show("%-17s %-16s %-6s %s", p.implements, a.Name, a.Method, strings.ReplaceAll(a.Path, "{namespace}", "{ns}"))
			p.implements = ""
		}
	}
	return nil
}

func verbNames(actions []installer.Action) string {
	var names []string
	for _, a := range actions {
		if a.Namespaced {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ", ")
}

// installDemo serves a storage as core/v1 configmaps.
func installDemo(c *restful.Container, g *APIInstaller, storage Storage) ([]installer.Action, error) {
	g.GroupVersion = schema.GroupVersion{Version: "v1"}
	g.Codecs = kinds.NewCodecs(kinds.NewScheme())
	rows, err := g.Resources(map[string]Storage{"configmaps": storage})
	if err != nil {
		return nil, err
	}
	version := installer.APIGroupVersion{Root: "/api", GroupVersion: g.GroupVersion, Resources: rows, Codecs: g.Codecs}
	return version.InstallREST(c)
}
