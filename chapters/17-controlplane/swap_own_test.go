package controlplane

import (
	"net/netip"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
	"k8s.io/client-go/kubernetes/scheme"

	"kubepath/chapters/17-controlplane/network"
)

// What a server keeps for itself, and the objects with which a cluster begins, are where a kube-apiserver over the same
// etcd looks for them.
func TestWhatAServerKeepsForItselfLiesWhereUpstreamLooksForIt(t *testing.T) {
	t.Parallel()
	etcd := newEtcd(t)
	runWith(t, Config{Etcd: etcd, Settings: []any{network.Settings{Bootstrap: true, Advertise: netip.MustParseAddrPort("192.0.2.1:6443")}}})
	api := swapServer(t, etcd)
	ask(t, api, "POST", "/api/v1/namespaces/default/services", `{"metadata":{"name":"ports"},"spec":{"type":"NodePort","ports":[{"port":80}]}}`)
	upstream := protobuf.NewSerializer(scheme.Scheme, scheme.Scheme)
	for key, want := range map[string]schema.GroupVersionKind{
		"/registry/masterleases/192.0.2.1":                {Version: "v1", Kind: "Endpoints"},
		"/registry/ranges/servicenodeports":               {Version: "v1", Kind: "RangeAllocation"},
		"/registry/services/specs/default/kubernetes":     {Version: "v1", Kind: "Service"},
		"/registry/services/endpoints/default/kubernetes": {Version: "v1", Kind: "Endpoints"},
		"/registry/endpointslices/default/kubernetes":     {Group: "discovery.k8s.io", Version: "v1", Kind: "EndpointSlice"},
		"/registry/ipaddresses/10.0.0.1":                  {Group: "networking.k8s.io", Version: "v1", Kind: "IPAddress"},
		"/registry/servicecidrs/kubernetes":               {Group: "networking.k8s.io", Version: "v1", Kind: "ServiceCIDR"},
		"/registry/namespaces/kube-node-lease":            {Version: "v1", Kind: "Namespace"},
		"/registry/priorityclasses/system-node-critical":  {Group: "scheduling.k8s.io", Version: "v1", Kind: "PriorityClass"},
		"/registry/flowschemas/exempt":                    {Group: "flowcontrol.apiserver.k8s.io", Version: "v1", Kind: "FlowSchema"},
		"/registry/prioritylevelconfigurations/catch-all": {Group: "flowcontrol.apiserver.k8s.io", Version: "v1", Kind: "PriorityLevelConfiguration"},
	} {
		obj, kind, err := upstream.Decode(appears(t, etcd, key), nil, nil)
		if err != nil || *kind != want {
			t.Errorf("%s: %T, %v, %v", key, obj, kind, err)
		}
	}
}

// appears waits for the value of a key.
func appears(t *testing.T, etcd *clientv3.Client, key string) []byte {
	t.Helper()
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		found, err := etcd.Get(t.Context(), key)
		if err != nil {
			t.Fatal(err)
		}
		if len(found.Kvs) == 1 {
			return found.Kvs[0].Value
		}
	}
	t.Fatalf("there is no %s", key)
	return nil
}
