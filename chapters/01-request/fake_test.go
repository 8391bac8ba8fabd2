package request_test

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	request "kubepath/chapters/01-request"
)

var (
	v1   = schema.GroupVersion{Version: "v1"}
	apps = schema.GroupVersion{Group: "apps", Version: "v1"}
)

// roundTrip stands in for a network and a server.
type roundTrip func(*http.Request) (*http.Response, error)

func (f roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }

// clientOver is a client for v1 without a rate limit, unless config says otherwise.
func clientOver(t testing.TB, transport http.RoundTripper, config request.Config) *request.RESTClient {
	t.Helper()
	config.Transport = transport
	if config.Host == "" {
		config.Host = "http://server"
	}
	if config.GroupVersion.Empty() {
		config.GroupVersion = v1
	}
	if config.QPS == 0 {
		config.QPS = -1
	}
	c, err := request.RESTClientFor(&config)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// offline is a client whose requests are never sent.
func offline(t testing.TB) *request.RESTClient {
	t.Helper()
	return clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		t.Errorf("%s %s was sent", r.Method, r.URL)
		return nil, io.ErrClosedPipe
	}), request.Config{})
}

// answer is a response with headers given as "Name: value".
func answer(code int, body string, headers ...string) *http.Response {
	h := http.Header{"Content-Type": {"application/json"}}
	for _, line := range headers {
		name, value, _ := strings.Cut(line, ": ")
		h.Set(name, value)
	}
	return &http.Response{StatusCode: code, Header: h, Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body))}
}

// script answers the nth request with the nth step, and the last one from then on.
func script(calls *atomic.Int32, steps ...roundTrip) roundTrip {
	return func(r *http.Request) (*http.Response, error) {
		n := int(calls.Add(1))
		return steps[min(n, len(steps))-1](r)
	}
}

// always gives the same answer.
func always(code int, body string, headers ...string) roundTrip {
	return func(*http.Request) (*http.Response, error) { return answer(code, body, headers...), nil }
}

// coreScheme knows the kinds of v1.
func coreScheme(t testing.TB) *runtime.Scheme {
	t.Helper()
	scheme := runtime.NewScheme()
	if err := corev1.AddToScheme(scheme); err != nil {
		t.Fatal(err)
	}
	return scheme
}

func configMap(name string) *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Data:       map[string]string{"colour": "blue"},
	}
}
