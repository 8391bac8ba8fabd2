package etcd3

import (
	"context"
	"fmt"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// grants is a clientv3.Lease that only grants, and counts.
type grants struct {
	clientv3.Lease
	ttls []int64
}

func (g *grants) Grant(_ context.Context, ttl int64) (*clientv3.LeaseGrantResponse, error) {
	g.ttls = append(g.ttls, ttl)
	return &clientv3.LeaseGrantResponse{ID: clientv3.LeaseID(len(g.ttls)), TTL: ttl}, nil
}

func TestObjectsThatEndAtAboutTheSameTimeShareALease(t *testing.T) {
	t.Parallel()
	g := &grants{}
	leases := NewLeaseManager(g)
	now := time.Unix(0, 0)
	leases.now = func() time.Time { return now }
	for _, row := range []struct {
		what string
		pass time.Duration // since the row before
		ttl  int64
		want clientv3.LeaseID
	}{
		{what: "the first object gets a lease", ttl: 3600, want: 1},
		{what: "one within the window shares it", pass: 60 * time.Second, ttl: 3600, want: 1},
		{what: "one with another TTL does not", ttl: 7200, want: 2},
		{what: "one after the window gets a new lease", pass: time.Second, ttl: 3600, want: 3},
		{what: "a short TTL has a short window", ttl: 20, want: 4},
		{what: "which ends after a twentieth", pass: 2 * time.Second, ttl: 20, want: 5},
		{what: "a very short one has none", ttl: 10, want: 6},
	} {
		now = now.Add(row.pass)
		if got, err := leases.GetLease(t.Context(), row.ttl); err != nil || got != row.want {
			t.Errorf("%s: lease %d, want %d (%v)", row.what, got, row.want, err)
		}
	}
	if want := "[3660 7260 3660 21 21 10]"; fmt.Sprint(g.ttls) != want {
		t.Errorf("the leases live for %v s, want %s", g.ttls, want)
	}
}

func TestALeaseHoldsAThousandObjects(t *testing.T) {
	t.Parallel()
	g := &grants{}
	leases := NewLeaseManager(g)
	for range 2 * leaseMaxObjects {
		if _, err := leases.GetLease(t.Context(), 3600); err != nil {
			t.Fatal(err)
		}
	}
	if len(g.ttls) != 2 {
		t.Errorf("2000 objects took %d leases, want 2", len(g.ttls))
	}
}

func TestForgottenLeasesDoNotPileUp(t *testing.T) {
	t.Parallel()
	leases := NewLeaseManager(&grants{})
	now := time.Unix(0, 0)
	leases.now = func() time.Time { now = now.Add(time.Hour); return now }
	for ttl := range int64(100) {
		if _, err := leases.GetLease(t.Context(), 1000+ttl); err != nil {
			t.Fatal(err)
		}
	}
	if len(leases.open) > 1 {
		t.Errorf("%d leases are remembered", len(leases.open))
	}
}

func TestEventsOfAMinuteHangOnOneLeaseInEtcd(t *testing.T) {
	t.Parallel()
	client := sharedClient(t)
	config := podConfig(t, client)
	config.LeaseManager = NewLeaseManager(client.Lease)
	first, second := Open(config), Open(config)
	for name, s := range map[string]interface {
		create(context.Context, string, creation) error
	}{"a": first.(*store), "b": second.(*store)} {
		if err := s.create(t.Context(), config.Prefix+"/pods/default/"+name, creation{obj: newPod(name), ttl: 3600}); err != nil {
			t.Fatal(err)
		}
	}
	answer, err := client.Get(t.Context(), config.Prefix, clientv3.WithPrefix())
	if err != nil || len(answer.Kvs) != 2 {
		t.Fatalf("%v, %v", answer, err)
	}
	if a, b := answer.Kvs[0].Lease, answer.Kvs[1].Lease; a == 0 || a != b {
		t.Errorf("the leases are %d and %d", a, b)
	}
}
