package server

import (
	"context"
	"net/http"
	"runtime"

	installer "kubepath/chapters/03-installer"
)

// limits are the slots for requests in flight: those that read and those that change have their own, so that neither
// can starve the other. Upstream: kube-apiserver replaces the two by API Priority and Fairness, whose sum is the same.
type limits struct {
	readOnly, mutating chan struct{}
	lists              listQueue
}

func newLimits(readOnly, mutating int) limits {
	return limits{
		readOnly: make(chan struct{}, readOnly), mutating: make(chan struct{}, mutating),
		lists: listQueue{slots: make(chan struct{}, listSlots*runtime.GOMAXPROCS(0)), waiting: make(chan struct{}, listsWaiting)},
	}
}

// of is the slot that a request needs; it is not held yet.
func (l limits) of(info *installer.RequestInfo) slot {
	s := slot{of: l.mutating}
	if info.ReadOnly {
		s.of = l.readOnly
	}
	if info.Queued {
		s.list = l.lists.slots
	}
	return s
}

// enter takes a free slot. A list waits in the queue of lists first.
func (l limits) enter(ctx context.Context, s *slot) bool {
	if s.list != nil && !l.lists.enter(ctx) {
		return false
	}
	select {
	case s.of <- struct{}{}:
		s.held = true
	default:
		s.leaveListQueue()
	}
	return s.held
}

// listQueue has the lists of all clients made a few at a time, in the order in which they came. A list takes a thousand
// times the work and memory of a get: if all that come were made at once, they would hold every slot together, and each
// would hold its objects until the last is done. A list leaves the queue, and gives its slot back, while it waits for its client.
// Upstream: a list counts as several seats, and flows have queues.
type listQueue struct {
	slots   chan struct{} // taken by lists that are made
	waiting chan struct{} // taken by lists that wait for a slot
}

const (
	listSlots    = 8 // for each processor: some wait for etcd or the cache
	listsWaiting = 1000
)

// enter waits for a slot; false where too many wait already, or ctx ends.
func (q listQueue) enter(ctx context.Context) bool {
	select {
	case q.waiting <- struct{}{}:
		defer func() { <-q.waiting }()
	default:
		return false
	}
	return acquire(ctx, q.slots) == nil
}

// withMaxInFlight refuses what would be one request too many. A client that is refused comes back after a second; a
// server that takes all falls over. Health is always told: a server that is busy is not to be restarted.
//
// A request holds its slot while the server works for it, but not while it waits for its client; see exchange.
//
// Upstream: filters.WithMaxInFlightLimit, and the flow schemas probes and exempt.
func (s *GenericAPIServer) withMaxInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, _ := installer.RequestInfoFrom(r.Context())
		if IsLongRunning(info) || isHealthPath(info.Path) {
			next.ServeHTTP(w, r)
			return
		}
		slot := s.limits.of(info)
		switch exempt := s.config.ExemptFromMaxInFlight; {
		case exempt != nil && exempt(r):
			slot.of = nil
		case !s.limits.enter(r.Context(), &slot):
			w.Header().Set("Retry-After", "1")
			http.Error(w, "Too many requests, please try again later.", http.StatusTooManyRequests)
			return
		}
		e := &exchange{ResponseWriter: w, ctx: r.Context(), slot: slot, clients: s.clients}
		defer e.slot.giveBack()
		if r.Body != nil && r.Body != http.NoBody {
			e.body = r.Body
			r = r.WithContext(r.Context()) // a copy
			r.Body = e
		}
		next.ServeHTTP(e, r)
	})
}

// slot is what a request in flight holds; its request can give it back and take it again.
type slot struct {
	of   chan struct{} // nil: the request is exempt, and holds none
	list chan struct{} // of the lists that are made; nil: the request is not queued
	held bool
}

// take waits for a slot. Those who wait come before new requests, which find no slot free meanwhile and are refused.
func (s *slot) take(ctx context.Context) error {
	if s.of == nil || s.held {
		return nil
	}
	if s.list != nil {
		if err := acquire(ctx, s.list); err != nil {
			return err
		}
	}
	if err := acquire(ctx, s.of); err != nil {
		s.leaveListQueue()
		return err
	}
	s.held = true
	return nil
}

// acquire waits for room in slots. Where there is room at once, it does not matter whether ctx has ended.
func acquire(ctx context.Context, slots chan struct{}) error {
	select {
	case slots <- struct{}{}:
		return nil
	default:
	}
	select {
	case slots <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slot) giveBack() {
	if s.held {
		<-s.of
		s.leaveListQueue()
		s.held = false
	}
}

func (s *slot) leaveListQueue() {
	if s.list != nil {
		<-s.list
	}
}
