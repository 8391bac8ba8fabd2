package server

import (
	"bytes"
	"net/http"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/common/expfmt"
	"k8s.io/apimachinery/pkg/runtime/schema"

	installer "kubepath/chapters/03-installer"
)

// metric is the value of a series as /metrics would show it; "": there is none.
func metric(t *testing.T, s *GenericAPIServer, series string) string {
	t.Helper()
	families, err := s.config.Metrics.Gather()
	if err != nil {
		t.Fatal(err)
	}
	var text bytes.Buffer
	for _, family := range families {
		if _, err := expfmt.MetricFamilyToText(&text, family); err != nil {
			t.Fatal(err)
		}
	}
	for line := range strings.Lines(text.String()) {
		if value, ok := strings.CutPrefix(line, series+" "); ok {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

func TestEachRequestIsCountedByWhatItMeans(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	web := serve(t, s)
	path := web.URL + "/api/v1/namespaces/default/configmaps"
	for _, r := range []struct{ method, url, body string }{
		{"POST", path, `{"metadata":{"name":"a"}}`},
		{"POST", path + "?dryRun=All", `{"metadata":{"name":"b"}}`},
		{"GET", path + "/a", ""},
		{"GET", path + "/none", ""},
		{"GET", path, ""},
		{"GET", web.URL + "/api/v1/configmaps", ""},
		{"GET", web.URL + "/healthz", ""},
	} {
		request, err := http.NewRequestWithContext(t.Context(), r.method, r.url, strings.NewReader(r.body))
		if err != nil {
			t.Fatal(err)
		}
		request.Header.Set("Content-Type", "application/json")
		answer, err := http.DefaultClient.Do(request)
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	labels := func(code, dryRun, resource, scope, sub, verb, version string) string {
		component := "apiserver"
		if resource == "" {
			component = ""
		}
		return `apiserver_request_total{code="` + code + `",component="` + component + `",dry_run="` + dryRun + `",group="",resource="` +
			resource + `",scope="` + scope + `",subresource="` + sub + `",verb="` + verb + `",version="` + version + `"}`
	}
	for _, want := range []string{
		labels("201", "", "configmaps", "resource", "", "POST", "v1"),
		labels("201", "All", "configmaps", "resource", "", "POST", "v1"),
		labels("200", "", "configmaps", "resource", "", "GET", "v1"),
		labels("404", "", "configmaps", "resource", "", "GET", "v1"),
		labels("200", "", "configmaps", "namespace", "", "LIST", "v1"),
		labels("200", "", "configmaps", "cluster", "", "LIST", "v1"),
		labels("200", "", "", "", "/healthz", "GET", ""),
		`apiserver_response_sizes_count{component="apiserver",group="",resource="configmaps",scope="namespace",subresource="",verb="LIST",version="v1"}`,
		`etcd_requests_total{operation="create",type="configmaps"}`,
	} {
		if got := metric(t, s, want); got != "1" {
			t.Errorf("%s is %q, want 1", want, got)
		}
	}
	if got := metric(t, s, `etcd_request_duration_seconds_count{operation="list",type="configmaps"}`); got != "2" {
		t.Errorf("two lists reached the storage, the metric says %q", got)
	}
}

func TestMetricsAreServedAsText(t *testing.T) {
	t.Parallel()
	answer := ask(newServer(t, Config{}), "GET", "/metrics")
	text := body(answer)
	for _, want := range []string{"go_goroutines", "process_start_time_seconds", "apiserver_current_inflight_requests"} {
		if !strings.Contains(text, "\n"+want) {
			t.Errorf("/metrics lacks %s", want)
		}
	}
	if got := answer.Header.Get("Content-Type"); !strings.HasPrefix(got, "text/plain; version=0.0.4") {
		t.Errorf("Content-Type %q", got)
	}
}

func TestTwoServersCannotShareARegistry(t *testing.T) {
	t.Parallel()
	registry := prometheus.NewRegistry()
	newServer(t, Config{Metrics: registry})
	if _, err := (Config{Metrics: registry}).New(); err == nil {
		t.Error("the second server would count into the first one's metrics")
	}
}

func BenchmarkRouteMetrics(b *testing.B) {
	m, err := newMetrics(prometheus.NewRegistry())
	if err != nil {
		b.Fatal(err)
	}
	pods := &installer.Resource{Name: "pods", Kind: schema.GroupVersionKind{Version: "v1", Kind: "Pod"}}
	action := &installer.Action{VerbHandler: installer.VerbHandler{Verb: installer.Verb{Name: "get", On: installer.Item}}, Resource: pods, Method: "GET", Namespaced: true}
	handler := m.route(action, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(200) }))
	w, r := &nullWriter{header: http.Header{}}, &http.Request{Method: "GET", URL: podURL}
	b.ReportAllocs()
	for b.Loop() {
		handler.ServeHTTP(w, r)
	}
}
