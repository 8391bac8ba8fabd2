package etcd3

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// A lease costs etcd more than its key, and there are thousands of events, so objects that expire at about the same
// time share a lease. An object may live longer than its TTL by up to the window, never shorter.
const (
	leaseWindow        = 60 * time.Second // how long a lease is used for new objects; at most 1/20 of the TTL
	leaseWindowPortion = 20
	leaseMaxObjects    = 1000 // etcd deletes all objects of a lease at once
)

// LeaseManager grants leases for objects with a TTL. Objects that expire at about the same time share a lease.
// Upstream: etcd3.leaseManager.
type LeaseManager struct {
	lease clientv3.Lease
	now   func() time.Time

	mu   sync.Mutex
	open map[int64]*openLease // by the requested TTL, in seconds
}

// openLease is a lease that can be used for more objects.
type openLease struct {
	id      clientv3.LeaseID
	ends    time.Time
	objects int
}

// NewLeaseManager returns a LeaseManager for one etcd.
func NewLeaseManager(lease clientv3.Lease) *LeaseManager {
	return &LeaseManager{lease: lease, now: time.Now, open: map[int64]*openLease{}}
}

// GetLease returns a lease that ends in ttl seconds, or up to a minute later.
func (l *LeaseManager) GetLease(ctx context.Context, ttl int64) (clientv3.LeaseID, error) {
	now := l.now()
	l.mu.Lock()
	defer l.mu.Unlock()
	if o := l.open[ttl]; o != nil && o.objects < leaseMaxObjects && !now.Add(seconds(ttl)).After(o.ends) {
		o.objects++
		return o.id, nil
	}
	for ttl, o := range l.open { // there are few: one for each TTL
		if now.Add(seconds(ttl)).After(o.ends) {
			delete(l.open, ttl)
		}
	}
	longer := ttl + window(ttl)
	granted, err := l.lease.Grant(ctx, longer)
	if err != nil {
		return 0, err
	}
	l.open[ttl] = &openLease{id: granted.ID, ends: now.Add(seconds(longer)), objects: 1}
	return granted.ID, nil
}

func seconds(n int64) time.Duration { return time.Duration(n) * time.Second }

// window returns for how many seconds a lease for a TTL is used for new objects.
func window(ttl int64) int64 { return min(ttl/leaseWindowPortion, int64(leaseWindow/time.Second)) }

// leaseFor returns the option for a new object with a TTL in seconds; none for 0.
func (s *store) leaseFor(ctx context.Context, ttl uint64) ([]clientv3.OpOption, error) {
	if ttl == 0 {
		return nil, nil
	}
	id, err := s.leases.GetLease(ctx, int64(ttl))
	if err != nil {
		return nil, interpretError(err)
	}
	return []clientv3.OpOption{clientv3.WithLease(id)}, nil
}

// leaseAfter returns the option for an object that replaces seen; a nil ttl keeps the lease.
func (s *store) leaseAfter(ctx context.Context, seen *objState, ttl *uint64) ([]clientv3.OpOption, error) {
	switch {
	case ttl != nil:
		return s.leaseFor(ctx, *ttl)
	case seen.hint != nil || seen.lease != clientv3.NoLease:
		return []clientv3.OpOption{clientv3.WithIgnoreLease()}, nil
	}
	return nil, nil
}

// secondsLeft returns the remaining TTL of a lease; 0: no lease. With a lease, it is a round trip.
func (s *store) secondsLeft(ctx context.Context, id clientv3.LeaseID) (int64, error) {
	if id == clientv3.NoLease {
		return 0, nil
	}
	answer, err := s.lease.TimeToLive(ctx, id)
	if errors.Is(err, rpctypes.ErrLeaseNotFound) {
		return 0, nil // the lease has expired meanwhile, with its object: the write will fail
	}
	if err != nil {
		return 0, interpretError(err)
	}
	return max(answer.TTL, 0), nil
}
