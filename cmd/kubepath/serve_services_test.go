package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"kubepath/internal/embedetcd"
)

// Two processes on one etcd, 16 clients over HTTP, 200 services: no address or port is given away twice, and when the
// services are gone, the allocators' state in etcd is what it was before.
func TestTwoServersOnOneEtcdShareTheAddresses(t *testing.T) {
	t.Parallel()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{ListenClient: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { etcd.Close() })
	servers := []*process{serve(t, "--etcd-servers", etcd.Endpoint()), serve(t, "--etcd-servers", etcd.Endpoint())}
	const services, clients = 200, 16
	path := func(server int) string { return servers[server%2].url + "/api/v1/namespaces/default/services" }

	owners := map[string]string{}
	var lock sync.Mutex
	crowd(clients, services, func(i int) {
		status, answer := send(t, http.MethodPost, path(i), "application/json", fmt.Appendf(nil,
			`{"metadata":{"name":"s%d"},"spec":{"type":"NodePort","ports":[{"name":"a","port":80},{"name":"b","port":81}]}}`, i))
		var s corev1.Service
		if err := json.Unmarshal(answer, &s); err != nil || status != http.StatusCreated {
			t.Errorf("create: %d %s", status, answer)
			return
		}
		lock.Lock()
		defer lock.Unlock()
		for _, given := range []string{s.Spec.ClusterIP, fmt.Sprint(s.Spec.Ports[0].NodePort), fmt.Sprint(s.Spec.Ports[1].NodePort)} {
			if owners[given] != "" {
				t.Errorf("%s and %s have %s", owners[given], s.Name, given)
			}
			owners[given] = s.Name
		}
	})
	if addresses, ports := allocated(t, etcd.Client()); addresses != services+1 || ports != 2*services { // and the service kubernetes
		t.Errorf("%d addresses and %d ports are taken", addresses, ports)
	}
	crowd(clients, services, func(i int) {
		if status, answer := send(t, http.MethodDelete, fmt.Sprintf("%s/s%d", path(i+1), i), "", nil); status != http.StatusOK {
			t.Errorf("delete: %d %s", status, answer)
		}
	})
	if addresses, ports := allocated(t, etcd.Client()); addresses != 1 || ports != 0 {
		t.Errorf("%d addresses and %d ports are left", addresses, ports)
	}
}

// crowd calls do with 0 to n-1 from a number of goroutines.
func crowd(goroutines, n int, do func(i int)) {
	var running sync.WaitGroup
	next := make(chan int, n)
	for i := range n {
		next <- i
	}
	close(next)
	for range goroutines {
		running.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	running.Wait()
}

// allocated counts what etcd says is taken.
func allocated(t *testing.T, etcd *clientv3.Client) (addresses, ports int) {
	t.Helper()
	found, err := etcd.Get(t.Context(), "/registry/ipaddresses/", clientv3.WithPrefix(), clientv3.WithCountOnly())
	if err != nil {
		t.Fatal(err)
	}
	stored, err := etcd.Get(t.Context(), "/registry/ranges/servicenodeports")
	if err != nil || len(stored.Kvs) != 1 {
		t.Fatalf("%v, %v", stored, err)
	}
	var envelope runtime.Unknown
	var allocation corev1.RangeAllocation
	if err := envelope.Unmarshal(stored.Kvs[0].Value[len("k8s\x00"):]); err != nil {
		t.Fatal(err)
	}
	if err := allocation.Unmarshal(envelope.Raw); err != nil {
		t.Fatal(err)
	}
	for _, b := range allocation.Data {
		for ; b > 0; b &= b - 1 {
			ports++
		}
	}
	return int(found.Count), ports
}
