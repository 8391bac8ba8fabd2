package racetest

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"
)

// HTTPCommands are requests to a server, which ends with the test. A request's User-Agent is its actor; so the server's
// seams (KV, Storage) know whose request they see, and the actor is the manager of the fields that it sets.
func HTTPCommands(t testing.TB, server http.Handler) []Command {
	c := &httpClient{}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if a, ok := c.actors.Load(r.UserAgent()); ok {
			r = r.WithContext(withActor(r.Context(), a.(*Actor)))
		}
		server.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	c.url = s.URL
	return []Command{
		{Name: "given", NoActor: true, Fields: true, Run: c.given},
		{Name: "get", Options: []string{"rv"}, Run: c.get},
		{Name: "create", Fields: true, Run: c.create},
		{Name: "update", Fields: true, Options: []string{"rv"}, Run: c.update},
		{Name: "patch", Fields: true, Options: []string{"rv"}, Run: c.patch},
		{Name: "apply", Fields: true, Options: []string{"force"}, Run: c.apply},
		{Name: "delete", Options: []string{"rv", "uid", "grace", "propagation"}, Run: c.delete},
		{Name: "list", Options: []string{"rv", "match", "limit", "continue"}, Run: c.list},
		{Name: "watch", Options: []string{"rv", "initial-events"}, Run: c.watch},
		{Name: "next", Options: []string{"events"}, Run: next},
		{Name: "stop", Run: stop},
	}
}

// httpClient is what all actors share.
type httpClient struct {
	url    string
	actors sync.Map // User-Agent -> *Actor
}

// request is what an actor sends.
type request struct {
	method, target string
	query          url.Values
	mediaType      string
	body           any // nil: none
}

// path is that of a target in the namespace default: /api/v1/namespaces/default/pods/a for pods/a. What follows the name is
// a subresource: pods/a/status.
func (r request) path() string {
	resource, name, named := strings.Cut(r.target, "/")
	path := resources[resource].root
	if resource != "namespaces" {
		path += "/namespaces/default"
	}
	path += "/" + resource
	if named {
		path += "/" + name
	}
	if len(r.query) > 0 {
		path += "?" + r.query.Encode()
	}
	return path
}

// send makes the request of the actor that ctx holds; "" as User-Agent is nobody's.
func (c *httpClient) send(ctx context.Context, agent string, r request) (*http.Response, error) {
	if _, ok := resources[strings.Split(r.target, "/")[0]]; !ok {
		return nil, fmt.Errorf("%q is no resource that scripts know", r.target)
	}
	var body io.Reader
	if r.body != nil {
		data, err := json.Marshal(r.body)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(data)
	}
	made, err := http.NewRequestWithContext(ctx, r.method, c.url+r.path(), body)
	if err != nil {
		return nil, err
	}
	made.Header.Set("User-Agent", agent)
	if r.mediaType == "" {
		r.mediaType = runtime.ContentTypeJSON
	}
	made.Header.Set("Content-Type", r.mediaType)
	return http.DefaultClient.Do(made)
}

// do makes the actor's request: a row for it and one for its answer, which the actor remembers.
func (c *httpClient) do(ctx context.Context, a *Actor, line Line, r request) error {
	r.target = line.Target
	c.actors.Store(a.Name, a)
	a.Row("http", "%s %s", r.method, line.What())
	answer, err := c.send(ctx, a.Name, r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	obj := &unstructured.Unstructured{}
	if err := json.NewDecoder(answer.Body).Decode(&obj.Object); err != nil {
		return err
	}
	a.Row("http", "-> %s", strings.TrimSuffix(answer.Status+": "+a.answer(obj), ": "))
	return nil
}

// reasonOf are reasons that the status line says already.
var reasonOf = map[string]string{"404": "NotFound", "409": "Conflict"}

// answer is the object, list or Status in a few words. The actor remembers it.
func (a *Actor) answer(obj *unstructured.Unstructured) string {
	if token, ok := field(obj.Object, []string{"metadata", "continue"}); ok {
		a.token = token
	}
	switch {
	case obj.GetKind() == "Status":
		text, _ := field(obj.Object, []string{"message"})
		code, _ := field(obj.Object, []string{"code"})
		if reason, ok := field(obj.Object, []string{"reason"}); ok && reason != reasonOf[code] {
			text = reason + ": " + text
		}
		if token := obj.GetContinue(); token != "" {
			text += " (" + showToken(token) + ")"
		}
		return strings.TrimSuffix(Steady(text), ": ")
	case obj.IsList():
		a.version = obj.GetResourceVersion()
		return a.showList(obj, obj)
	}
	a.remember(obj, nil)
	return a.Show(obj)
}

func (c *httpClient) given(ctx context.Context, a *Actor, line Line) error {
	obj, err := newObject(line.Target)
	if err == nil {
		err = setFields(obj, line.Fields)
	}
	if err != nil {
		return err
	}
	resource, _, _ := strings.Cut(line.Target, "/")
	answer, err := c.send(ctx, "given", request{method: http.MethodPost, target: resource, body: obj.Object})
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	created := &unstructured.Unstructured{}
	if err := json.NewDecoder(answer.Body).Decode(&created.Object); err != nil {
		return err
	}
	if answer.StatusCode != http.StatusCreated {
		return fmt.Errorf("%s: %s", answer.Status, a.answer(created))
	}
	a.Row("http", "%s", a.Show(created))
	return nil
}

func (c *httpClient) get(ctx context.Context, a *Actor, line Line) error {
	return c.do(ctx, a, line, request{method: http.MethodGet, query: a.query(line)})
}

func (c *httpClient) create(ctx context.Context, a *Actor, line Line) error {
	obj, err := newObject(line.Target)
	if err == nil {
		err = setFields(obj, line.Fields)
	}
	if err != nil {
		return err
	}
	what := line
	what.Target, _, _ = strings.Cut(line.Target, "/")
	return c.do(ctx, a, what, request{method: http.MethodPost, body: obj.Object})
}

// update sends the object that the actor has read last, with the line's fields: a stale writer sends a stale version. An
// actor that has read nothing sends what the line says and no version, or that of rv.
func (c *httpClient) update(ctx context.Context, a *Actor, line Line) error {
	obj, err := newObject(line.Target)
	if err != nil {
		return err
	}
	name := strings.Split(line.Target, "/")[1]
	if read, ok := a.read.(*unstructured.Unstructured); ok && read.GetName() == name && read.GetKind() == obj.GetKind() {
		obj = read.DeepCopy()
	} else {
		obj.SetName(name)
	}
	if version, ok := a.versionOf(line); ok {
		obj.SetResourceVersion(version)
	} else if version := obj.GetResourceVersion(); version != "" {
		line.Options = append(line.Options, Argument{"rv", version})
	}
	if err := setFields(obj, line.Fields); err != nil {
		return err
	}
	return c.do(ctx, a, line, request{method: http.MethodPut, body: obj.Object})
}

// patch is a merge patch; an empty value removes a field.
func (c *httpClient) patch(ctx context.Context, a *Actor, line Line) error {
	body, err := mergePatch(line.Fields)
	if err != nil {
		return err
	}
	if version, ok := a.versionOf(line); ok {
		body, _ = setField(body, []string{"metadata", "resourceVersion"}, version)
	}
	return c.do(ctx, a, line, request{method: http.MethodPatch, mediaType: string(types.MergePatchType), body: body})
}

// mergePatch sets fields, and removes those without a value.
func mergePatch(fields []Argument) (any, error) {
	var patch any = map[string]any{}
	for _, f := range fields {
		value := fieldValue(f)
		if value == nil {
			value = json.RawMessage("null")
		}
		var err error
		if patch, err = setField(patch, fieldPath(f.Name), value); err != nil {
			return nil, err
		}
	}
	return patch, nil
}

// apply sends the line's fields as the configuration of the manager who is the actor.
func (c *httpClient) apply(ctx context.Context, a *Actor, line Line) error {
	obj, err := newObject(line.Target)
	if err == nil {
		err = setFields(obj, line.Fields)
	}
	if err != nil {
		return err
	}
	query := url.Values{"fieldManager": {a.Name}}
	if _, force := line.Option("force"); force {
		query.Set("force", "true")
	}
	return c.do(ctx, a, line, request{method: http.MethodPatch, query: query, mediaType: string(types.ApplyPatchType), body: obj.Object})
}

func (c *httpClient) delete(ctx context.Context, a *Actor, line Line) error {
	options := map[string]any{"apiVersion": "v1", "kind": "DeleteOptions"}
	if p := a.preconditions(line); p != nil {
		options["preconditions"] = p
	}
	if grace, ok := line.Option("grace"); ok {
		options["gracePeriodSeconds"] = json.RawMessage(grace)
	}
	if propagation, ok := line.Option("propagation"); ok {
		options["propagationPolicy"] = propagation
	}
	return c.do(ctx, a, line, request{method: http.MethodDelete, body: options})
}

func (c *httpClient) list(ctx context.Context, a *Actor, line Line) error {
	query := a.query(line)
	if _, ok := line.Option("continue"); ok {
		if a.token == "" {
			return fmt.Errorf("%s has no token to continue with", a.Name)
		}
		query.Set("continue", a.token)
	}
	a.token = ""
	return c.do(ctx, a, line, request{method: http.MethodGet, query: query})
}

// query is what a read's options are called in a URL.
func (a *Actor) query(line Line) url.Values {
	query := url.Values{}
	if version, ok := a.versionOf(line); ok {
		query.Set("resourceVersion", version)
	}
	for option, parameter := range map[string]string{"match": "resourceVersionMatch", "limit": "limit", "initial-events": "sendInitialEvents"} {
		if value, ok := line.Option(option); ok {
			query.Set(parameter, value)
		}
	}
	if query.Has("sendInitialEvents") {
		query.Set("resourceVersionMatch", string(metav1.ResourceVersionMatchNotOlderThan))
		query.Set("allowWatchBookmarks", "true")
	}
	return query
}

// watch lives as long as the story, or until stop.
func (c *httpClient) watch(ctx context.Context, a *Actor, line Line) error {
	ctx, cancel := context.WithCancel(ctx)
	query := a.query(line)
	query.Set("watch", "true")
	c.actors.Store(a.Name, a)
	a.Row("http", "WATCH %s", line.What())
	answer, err := c.send(ctx, a.Name, request{method: http.MethodGet, target: line.Target, query: query})
	if err != nil {
		cancel()
		return err
	}
	decoder := json.NewDecoder(answer.Body)
	if answer.StatusCode != http.StatusOK {
		defer cancel()
		obj := &unstructured.Unstructured{}
		if err := decoder.Decode(&obj.Object); err != nil {
			return err
		}
		a.Row("http", "-> %s", strings.TrimSuffix(answer.Status+": "+a.answer(obj), ": "))
		return nil
	}
	a.Row("http", "-> %s", answer.Status)
	a.watch = &openWatch{
		stop: func() { cancel(); answer.Body.Close() },
		next: func() (watch.Event, bool) {
			var e struct {
				Type   watch.EventType
				Object map[string]any
			}
			if decoder.Decode(&e) != nil {
				return watch.Event{}, false
			}
			return watch.Event{Type: e.Type, Object: &unstructured.Unstructured{Object: e.Object}}, true
		},
	}
	return nil
}
