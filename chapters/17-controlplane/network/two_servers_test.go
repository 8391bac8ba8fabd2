package network_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/chapters/17-controlplane/network"
)

// Sixteen clients, two servers, one etcd: no two services have one address or port, and after all are deleted nothing
// stays allocated.
func TestTwoServersNeverGiveTheSameAddressOrPortTwiceAndLoseNone(t *testing.T) {
	t.Parallel()
	second, err := etcd3.Dial(t.Context(), etcd3.TransportConfig{ServerList: []string{etcd.Endpoint()}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { second.Close() })
	servers := []api{serve(t, network.Settings{}), serveFrom(t, second, network.Settings{})}

	const services, clients = 200, 16
	var mu sync.Mutex
	addresses, ports := map[string]string{}, map[int32]string{}
	inParallel(clients, services, func(i int) {
		name := fmt.Sprintf("s%03d", i)
		kind := []string{"NodePort", "ClusterIP", "LoadBalancer, externalTrafficPolicy: Local"}[i%3]
		code, s := servers[i%2].do(t, "POST", servicesPath, manifest(name, "{type: "+kind+", ports: [{name: a, port: 80}, {name: b, port: 81}]}"))
		if code != 201 {
			t.Errorf("%s: %d %s", name, code, s.text("message"))
			return
		}
		mu.Lock()
		defer mu.Unlock()
		if other, taken := addresses[s.text("spec", "clusterIP")]; taken {
			t.Errorf("%s and %s have address %s", name, other, s.text("spec", "clusterIP"))
		}
		addresses[s.text("spec", "clusterIP")] = name
		own := s.nodePorts()
		if check, ok := s.at("spec", "healthCheckNodePort").(float64); ok {
			own = append(own, int32(check))
		}
		for _, port := range own {
			if other, taken := ports[port]; taken {
				t.Errorf("%s and %s have port %d", name, other, port)
			}
			ports[port] = name
		}
	})
	if want := 67*2 + 66*3; len(addresses) != services || len(ports) != want {
		t.Errorf("%d addresses and %d ports, want %d and %d", len(addresses), len(ports), services, want)
	}
	if got := servers[0].takenPorts(t); got != len(ports) {
		t.Errorf("the map of ports has %d, the services have %d", got, len(ports))
	}

	inParallel(clients, services, func(i int) {
		if code, s := servers[(i+1)%2].do(t, "DELETE", fmt.Sprintf("%s/s%03d", servicesPath, i), "{}"); code != 200 {
			t.Errorf("delete: %d %s", code, s.text("message"))
		}
	})
	if left := servers[0].names(t, "/apis/networking.k8s.io/v1/ipaddresses"); len(left) > 0 {
		t.Errorf("addresses left: %v", left)
	}
	if got := servers[1].takenPorts(t); got != 0 {
		t.Errorf("%d ports left", got)
	}
}

// inParallel calls do with 0 to n-1, from several goroutines.
func inParallel(goroutines, n int, do func(i int)) {
	var running sync.WaitGroup
	next := make(chan int)
	for range goroutines {
		running.Go(func() {
			for i := range next {
				do(i)
			}
		})
	}
	for i := range n {
		next <- i
	}
	close(next)
	running.Wait()
}

// takenPorts counts the ports in the map that etcd holds.
func (a api) takenPorts(t testing.TB) int {
	t.Helper()
	n := 0
	for _, b := range a.rangeAllocation(t).Data {
		for ; b > 0; b &= b - 1 {
			n++
		}
	}
	return n
}

// rangeAllocation returns the object with the bitmap of ports, read directly from etcd.
func (a api) rangeAllocation(t testing.TB) *corev1.RangeAllocation {
	t.Helper()
	found, err := a.etcd.Get(t.Context(), a.prefix+"/ranges/servicenodeports")
	if err != nil || len(found.Kvs) != 1 {
		t.Fatalf("%d keys, %v", len(found.Kvs), err)
	}
	codec, err := kinds.NewCodecs(kinds.NewScheme()).StorageCodec("application/vnd.kubernetes.protobuf")
	if err != nil {
		t.Fatal(err)
	}
	obj, _, err := codec.Decode(found.Kvs[0].Value, nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return obj.(*corev1.RangeAllocation)
}

func TestTheMapOfPortsLiesInEtcdAsUpstreamKeepsIt(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	a.service(t, "a",
		"{type: NodePort, ports: [{name: a, port: 80, nodePort: 30000}, {name: b, port: 81, nodePort: 30009}]}")
	got := a.rangeAllocation(t)
	// bit 0 and bit 9, as one big-endian number
	if got.Range != "30000-32767" || !slices.Equal(got.Data, []byte{0b10, 0b1}) {
		t.Errorf("range %q, data %b", got.Range, got.Data)
	}
}
