package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"
)

// client speaks to the config maps of one run, in the namespace default.
type client struct {
	server, token, run string
	http               *http.Client
}

func newClient(server, token, run string) *client {
	return &client{server, token, run, &http.Client{Transport: &http.Transport{
		TLSClientConfig:     &tls.Config{InsecureSkipVerify: true}, // the server is one's own
		MaxIdleConnsPerHost: 32,
	}}}
}

// configMap is what of one matters here.
type configMap struct {
	APIVersion string `json:"apiVersion,omitempty"`
	Kind       string `json:"kind,omitempty"`
	Metadata   struct {
		Name            string            `json:"name,omitempty"`
		ResourceVersion string            `json:"resourceVersion,omitempty"`
		Labels          map[string]string `json:"labels,omitempty"`
	} `json:"metadata"`
	Data map[string]string `json:"data,omitempty"`
	Code int               `json:"code,omitempty"` // of a Status
}

func (m configMap) version() int64 {
	version, _ := strconv.ParseInt(m.Metadata.ResourceVersion, 10, 64)
	return version
}

func (m configMap) object() Object { return Object{m.Data["value"], m.version()} }

func (c *client) manifest(key, value string, version int64) configMap {
	m := configMap{APIVersion: "v1", Kind: "ConfigMap", Data: map[string]string{"value": value}}
	m.Metadata.Name, m.Metadata.Labels = c.run+"-"+key, map[string]string{"soak": c.run}
	if version > 0 {
		m.Metadata.ResourceVersion = strconv.FormatInt(version, 10)
	}
	return m
}

func (c *client) key(m configMap) string {
	return m.Metadata.Name[min(len(c.run)+1, len(m.Metadata.Name)):]
}

const collection = "/api/v1/namespaces/default/configmaps"

// call sends a request and decodes the answer; status 0: there was none.
func (c *client) call(ctx context.Context, method, path string, body, into any) (status int) {
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	data, err := json.Marshal(body)
	if err != nil {
		return 0
	}
	response, err := c.do(ctx, method, path, data)
	if err != nil {
		return 0
	}
	defer response.Body.Close()
	if json.NewDecoder(response.Body).Decode(into) != nil {
		return 0
	}
	return response.StatusCode
}

func (c *client) do(ctx context.Context, method, path string, body []byte) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, method, c.server+path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/json")
	if c.token != "" {
		r.Header.Set("Authorization", "Bearer "+c.token)
	}
	return c.http.Do(r)
}

// outcome of a write by its status: what the client did wrong was refused; anything else may have happened.
func outcome(status int) Outcome {
	switch {
	case status >= 200 && status < 300:
		return Answered
	case status >= 400 && status < 500 && status != http.StatusRequestTimeout:
		return Refused
	}
	return Unknown
}

// put creates a config map (version 0) or updates one of that version.
func (c *client) put(ctx context.Context, key, value string, version int64) (int64, Outcome) {
	var answer configMap
	method, path := http.MethodPost, collection
	if version > 0 {
		method, path = http.MethodPut, collection+"/"+c.run+"-"+key
	}
	status := c.call(ctx, method, path, c.manifest(key, value, version), &answer)
	return answer.version(), outcome(status)
}

// remove deletes a config map of that version.
func (c *client) remove(ctx context.Context, key string, version int64) Outcome {
	options := map[string]any{"apiVersion": "v1", "kind": "DeleteOptions",
		"preconditions": map[string]string{"resourceVersion": strconv.FormatInt(version, 10)}}
	var answer configMap
	return outcome(c.call(ctx, http.MethodDelete, collection+"/"+c.run+"-"+key, options, &answer))
}

// get reads one; nil: there is none. ok: the server has said so.
func (c *client) get(ctx context.Context, key string) (object *Object, ok bool) {
	var answer configMap
	switch c.call(ctx, http.MethodGet, collection+"/"+c.run+"-"+key, nil, &answer) {
	case http.StatusOK:
		o := answer.object()
		return &o, true
	case http.StatusNotFound:
		return nil, true
	}
	return nil, false
}

func (c *client) list(ctx context.Context) (l List, ok bool) {
	var answer struct {
		Metadata struct{ ResourceVersion string }
		Items    []configMap
	}
	if c.call(ctx, http.MethodGet, collection+"?"+url.Values{"labelSelector": {"soak=" + c.run}}.Encode(), nil, &answer) != http.StatusOK {
		return l, false
	}
	l.Version, _ = strconv.ParseInt(answer.Metadata.ResourceVersion, 10, 64)
	l.Objects = map[string]Object{}
	for _, m := range answer.Items {
		l.Objects[c.key(m)] = m.object()
	}
	return l, true
}

// watch has each event after a version until the stream ends. expired: the version is too old.
func (c *client) watch(ctx context.Context, from int64, each func(Event)) (expired bool) {
	query := url.Values{"watch": {"1"}, "allowWatchBookmarks": {"true"}, "labelSelector": {"soak=" + c.run}, "resourceVersion": {strconv.FormatInt(from, 10)}}
	response, err := c.do(ctx, http.MethodGet, collection+"?"+query.Encode(), nil)
	if err != nil {
		return false
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return response.StatusCode == http.StatusGone
	}
	for stream := json.NewDecoder(response.Body); ; {
		var e struct {
			Type   string
			Object configMap
		}
		if stream.Decode(&e) != nil {
			return false
		}
		switch e.Type {
		case "ERROR":
			return e.Object.Code == http.StatusGone
		case "BOOKMARK":
			each(Event{Type: e.Type, Version: e.Object.version()})
		default:
			each(Event{e.Type, c.key(e.Object), e.Object.Data["value"], e.Object.version()})
		}
	}
}

// ready waits until the server is, for two minutes at most.
func (c *client) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 2*time.Minute)
	defer cancel()
	for {
		if response, err := c.do(ctx, http.MethodGet, "/readyz", nil); err == nil {
			response.Body.Close()
			if response.StatusCode == http.StatusOK {
				return nil
			}
		}
		if err := pause(ctx, 50*time.Millisecond); err != nil {
			return fmt.Errorf("%s is not ready: %w", c.server, err)
		}
	}
}

func pause(ctx context.Context, d time.Duration) error {
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-time.After(d):
		return nil
	}
}

// cleanUp deletes what the run has left.
func (c *client) cleanUp(ctx context.Context) error {
	var answer any
	if status := c.call(ctx, http.MethodDelete, collection+"?"+url.Values{"labelSelector": {"soak=" + c.run}}.Encode(), nil, &answer); status != http.StatusOK {
		return fmt.Errorf("what the run has left was not deleted: status %d", status)
	}
	return nil
}
