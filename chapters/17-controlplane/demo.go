package controlplane

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	"kubepath/internal/demo"
	"kubepath/internal/embedetcd"
)

// Demo shows the table, a pod with its writers, the allocations of two servers, and the keys in etcd.
func Demo(ctx context.Context, s *demo.Stage) (err error) {
	etcd, err := embedetcd.Start(ctx, embedetcd.Options{})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, etcd.Close()) }()
	d := &demonstration{Stage: s, etcd: etcd.Client()}
	for i := range d.servers {
		d.servers[i], err = New(Config{Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: d.etcd})
		if err != nil {
			return err
		}
	}
	for _, scene := range []func(context.Context) error{d.table, d.pod, d.budget, d.services, d.keys} {
		if err := scene(ctx); err != nil {
			return err
		}
	}
	return nil
}

// demonstration has two servers over one etcd.
type demonstration struct {
	*demo.Stage
	etcd    *clientv3.Client
	servers [2]http.Handler
}

// demoObject is decoded JSON.
type demoObject map[string]any

// text returns the value at a path as text; "": there is none.
func (o demoObject) text(path ...string) string {
	var value any = map[string]any(o)
	for _, name := range path {
		if list, ok := value.([]any); ok && len(list) > 0 {
			value = list[0]
		}
		inside, _ := value.(map[string]any)
		value = inside[name]
	}
	if value == nil {
		return ""
	}
	return fmt.Sprint(value)
}

// ask sends a request to the first server.
func (d *demonstration) ask(ctx context.Context, method, path, body string) (int, demoObject) {
	return d.askServer(ctx, 0, method+" "+path, body)
}

// askServer sends a request (GET /path) to one of the servers.
func (d *demonstration) askServer(ctx context.Context, i int, request, body string) (int, demoObject) {
	method, path, _ := strings.Cut(request, " ")
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(ctx, method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	if method == http.MethodPatch {
		r.Header.Set("Content-Type", "application/merge-patch+json")
	}
	d.servers[i].ServeHTTP(w, r)
	answer := demoObject{}
	_ = json.Unmarshal(w.Body.Bytes(), &answer) // no JSON: an empty object
	return w.Code, answer
}

// wordsOf returns the last part of an error message, after the last colon.
func wordsOf(answer demoObject) string {
	parts := strings.Split(answer.text("message"), ": ")
	return parts[len(parts)-1]
}
