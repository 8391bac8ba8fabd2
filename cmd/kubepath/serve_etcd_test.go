package main

import (
	"bytes"
	"io"
	"net/http"
	"strings"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"

	"kubepath/internal/embedetcd"
)

func TestAnotherEtcdCanKeepEventsWhichEnd(t *testing.T) {
	t.Parallel()
	etcd, err := embedetcd.Start(t.Context(), embedetcd.Options{ListenClient: "127.0.0.1:0"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { etcd.Close() })
	p := serve(t, "--etcd-servers-overrides", "/events#"+etcd.Endpoint()+",/leases#"+etcd.Endpoint(), "--event-ttl", "10m")
	status, body := send(t, http.MethodPost, p.url+"/api/v1/namespaces/default/events", "application/yaml", []byte(
		"apiVersion: v1\nkind: Event\nmetadata: {name: a}\ninvolvedObject: {namespace: default}\n"))
	if status != http.StatusCreated {
		t.Fatalf("create: %d %s", status, body)
	}
	found, err := etcd.Client().Get(t.Context(), "/registry/events/default/a")
	if err != nil || len(found.Kvs) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	left, err := etcd.Client().TimeToLive(t.Context(), clientv3.LeaseID(found.Kvs[0].Lease))
	if err != nil || left.GrantedTTL < 600 || left.GrantedTTL > 660 {
		t.Errorf("it ends in %v, %v", left, err)
	}
	if _, answer := send(t, http.MethodGet, p.url+"/readyz?verbose", "", nil); !bytes.Contains(answer, []byte("[+]etcd-override-0 ok")) || bytes.Contains(answer, []byte("override-1")) {
		t.Errorf("one more etcd, however many resources it keeps:\n%s", answer)
	}
}

func TestFlagsAboutEtcdThatSayNothingAreRefused(t *testing.T) {
	t.Parallel()
	for _, row := range [][2]string{
		{"--etcd-servers-overrides=events#http://127.0.0.1:1", errOverride.Error()},
		{"--etcd-servers-overrides=/events", errOverride.Error()},
		{"--etcd-servers-overrides=/events#", errOverride.Error()},
		{"--etcd-servers-overrides=apps/v1/deployments#http://127.0.0.1:1", errOverride.Error()},
		{"--storage-media-type=text/csv", `--storage-media-type "text/csv" invalid`},
		{"--event-ttl=0s", "--event-ttl 0s is less than a second"},
		{"--service-node-port-range=9-1", "invalid argument"},
		{"--service-cluster-ip-range=10.0.0.0/31", "--service-cluster-ip-range: 10.0.0.0/31 has fewer than 8 addresses"},
		{"--runtime-config=apps/v7=true", "runtime config: there is no apps/v7"},
	} {
		var errs bytes.Buffer
		status := run([]string{"serve", "--secure-port", "0", row[0]}, strings.NewReader(""), io.Discard, &errs)
		if status == 0 || !strings.Contains(errs.String(), row[1]) {
			t.Errorf("%s: status %d: %s", row[0], status, errs.String())
		}
	}
}
