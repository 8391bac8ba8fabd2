package controlplane

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	kinds "kubepath/chapters/02-kinds"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
)

// BenchmarkNew is what it costs to make all of the table into a server, without etcd.
func BenchmarkNew(b *testing.B) {
	etcd := newEtcd(b)
	for b.Loop() {
		if _, err := New(Config{Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: etcd}); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkCreate compares resources by what their rows do around a write: nothing, the rules of a pod, an address, an
// address and a port. It also counts what is asked of etcd.
func BenchmarkCreate(b *testing.B) {
	etcd := newEtcd(b)
	var asked atomic.Int64
	etcd.KV = etcd3.WrapKV(etcd.KV, func(etcd3.Request) { asked.Add(1) })
	api, err := New(Config{Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: etcd})
	if err != nil {
		b.Fatal(err)
	}
	serial := 0
	for _, row := range []struct{ what, path, body string }{
		{"configmap", "/api/v1/namespaces/default/configmaps", `{"metadata":{"name":%q}}`},
		{"pod", "/api/v1/namespaces/default/pods", `{"metadata":{"name":%q},"spec":{"containers":[{"name":"c","image":"nginx"}]}}`},
		{"service", "/api/v1/namespaces/default/services", `{"metadata":{"name":%q},"spec":{"ports":[{"port":80}]}}`},
		{"nodeport", "/api/v1/namespaces/default/services", `{"metadata":{"name":%q},"spec":{"type":"NodePort","ports":[{"port":80}]}}`},
	} {
		b.Run(row.what, func(b *testing.B) {
			requests := int64(0)
			for b.Loop() {
				before := asked.Load()
				serial++
				name := fmt.Sprintf("%s-%d", row.what, serial)
				send(b, api, "POST", row.path, fmt.Sprintf(row.body, name), 201)
				requests += asked.Load() - before
				b.StopTimer() // a range has few addresses
				send(b, api, "DELETE", row.path+"/"+name, "", 200)
				b.StartTimer()
			}
			b.ReportMetric(float64(requests)/float64(b.N), "etcd-requests/op")
		})
	}
}

func send(b *testing.B, api *server.GenericAPIServer, method, path, body string, want int) {
	b.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(context.Background(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	if w.Code != want {
		b.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
}
