package request_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"
	upstream "k8s.io/client-go/rest"

	request "kubepath/chapters/01-request"
)

// benchServer answers over HTTP/2 with one ConfigMap of about 1.4 KB.
func benchServer(b *testing.B) (server *httptest.Server, body string) {
	b.Helper()
	body = strings.Replace(blue, `"blue"`, `"`+strings.Repeat("blue", 330)+`"`, 1)
	server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_, _ = io.WriteString(w, body)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	b.Cleanup(server.Close)
	return server, body
}

func BenchmarkURL(b *testing.B) {
	c := clientOver(b, http.DefaultTransport, request.Config{})
	b.ReportAllocs()
	for b.Loop() {
		_ = c.Get().Namespace("default").Resource("pods").Name("web").URL()
	}
}

// The layer below: net/http alone, over the same HTTP/2 connection.
func BenchmarkGetBareHTTP(b *testing.B) {
	server, _ := benchServer(b)
	client := server.Client()
	b.ReportAllocs()
	for b.Loop() {
		resp, err := client.Get(server.URL + "/api/v1/namespaces/default/configmaps/x")
		if err != nil {
			b.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, resp.Body)
		_ = resp.Body.Close()
	}
}

func BenchmarkGet(b *testing.B) {
	server, _ := benchServer(b)
	c, err := request.RESTClientFor(&request.Config{
		Host: server.URL, GroupVersion: v1, QPS: -1, TLSClientConfig: request.TLSClientConfig{CAData: caOf(server)}, Codec: request.JSON(coreScheme(b)),
	})
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var got corev1.ConfigMap
		if err := c.Get().Namespace("default").Resource("configmaps").Name("x").Do(b.Context()).Into(&got); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkGetClientGo(b *testing.B) {
	server, _ := benchServer(b)
	config := &upstream.Config{Host: server.URL, APIPath: "/api", QPS: -1}
	config.GroupVersion = &v1
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	config.CAData = []byte(caOf(server))
	c, err := upstream.RESTClientFor(config)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		var got corev1.ConfigMap
		if err := c.Get().Namespace("default").Resource("configmaps").Name("x").Do(b.Context()).Into(&got); err != nil {
			b.Fatal(err)
		}
	}
}

// One event from frame to channel.
func BenchmarkWatchEvent(b *testing.B) {
	transport, stream := piped("application/json")
	c := clientOver(b, transport, request.Config{Codec: request.JSON(coreScheme(b))})
	w, err := c.Get().Watch(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	defer stream.Close()
	b.ReportAllocs()
	for b.Loop() {
		if _, err := io.WriteString(stream, added); err != nil {
			b.Fatal(err)
		}
		<-w.ResultChan()
	}
}

// What is left of a Get without the network: from the body to the object.
func BenchmarkDecode(b *testing.B) {
	_, body := benchServer(b)
	codec := request.JSON(coreScheme(b))
	b.ReportAllocs()
	for b.Loop() {
		if _, err := codec.Decode([]byte(body), "application/json", &corev1.ConfigMap{}); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkDecodeClientGo(b *testing.B) {
	_, body := benchServer(b)
	info, _ := runtime.SerializerInfoForMediaType(scheme.Codecs.SupportedMediaTypes(), "application/json")
	decoder := scheme.Codecs.WithoutConversion().DecoderToVersion(info.Serializer, v1)
	b.ReportAllocs()
	for b.Loop() {
		if _, _, err := decoder.Decode([]byte(body), nil, &corev1.ConfigMap{}); err != nil {
			b.Fatal(err)
		}
	}
}
