package etcd3

import (
	"context"
	"errors"
	"sync"
	"time"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// A lease costs etcd more than the key that hangs on it, and events come by the thousand; so objects that end at about
// the same time share one. An object may live longer by the window, never shorter.
const (
	leaseWindow        = 60 * time.Second // how long a lease is given out; at most 1/20 of the TTL
	leaseWindowPortion = 20
	leaseMaxObjects    = 1000 // etcd deletes what hangs on a lease in one go
)

// LeaseManager hands out leases for objects with a TTL, one for many objects that end at about the same time.
// Upstream: etcd3.leaseManager.
type LeaseManager struct {
	lease clientv3.Lease
	now   func() time.Time

	mu   sync.Mutex
	open map[int64]*openLease // by the TTL asked for, in seconds
}

// openLease is a lease that more objects may join.
type openLease struct {
	id      clientv3.LeaseID
	ends    time.Time
	objects int
}

// NewLeaseManager returns leases of one etcd.
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
	for ttl, o := range l.open { // few: as many as TTLs were asked for lately
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

// window is for how many seconds a lease for a TTL is given out.
func window(ttl int64) int64 { return min(ttl/leaseWindowPortion, int64(leaseWindow/time.Second)) }

// leaseFor is the option that ends a new object after ttl seconds; none where it lives forever.
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

// leaseAfter is the option for an object that replaces seen: a nil ttl keeps what it hangs on.
func (s *store) leaseAfter(ctx context.Context, seen *objState, ttl *uint64) ([]clientv3.OpOption, error) {
	switch {
	case ttl != nil:
		return s.leaseFor(ctx, *ttl)
	case seen.hint != nil || seen.lease != clientv3.NoLease:
		return []clientv3.OpOption{clientv3.WithIgnoreLease()}, nil
	}
	return nil, nil
}

// secondsLeft is how long the objects on a lease have; 0: forever. It is a round trip for objects with a lease.
func (s *store) secondsLeft(ctx context.Context, id clientv3.LeaseID) (int64, error) {
	if id == clientv3.NoLease {
		return 0, nil
	}
	answer, err := s.lease.TimeToLive(ctx, id)
	if errors.Is(err, rpctypes.ErrLeaseNotFound) {
		return 0, nil // it ended since; so did the object, and the write will find that
	}
	if err != nil {
		return 0, interpretError(err)
	}
	return max(answer.TTL, 0), nil
}
