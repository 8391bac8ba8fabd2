package server

import (
	"context"
	"net/http"
	"runtime"

	installer "kubepath/chapters/03-installer"
)

// limits has the slots for requests in flight. Reading and mutating requests have separate slots, so that neither can
// starve the other. Upstream: kube-apiserver uses API Priority and Fairness instead, with the same total.
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

// of returns the slot for a request, without taking it.
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

// enter takes a free slot; false: there is none. A list first waits in the queue for lists.
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

// listQueue limits how many lists are processed at once; the others wait in order. A list takes a thousand times the
// work and memory of a get: without the limit, lists would take all slots, and each would hold its objects in memory
// until it is done. While a list waits for its client, it has no slot of the queue. Upstream: a list counts as several
// seats, and flows have queues.
type listQueue struct {
	slots   chan struct{} // taken by lists that are processed
	waiting chan struct{} // taken by lists that wait for a slot
}

const (
	listSlots    = 8 // per processor, because some lists wait for etcd or the cache
	listsWaiting = 1000
)

// enter waits for a slot; false if too many lists are waiting, or if ctx ends.
func (q listQueue) enter(ctx context.Context) bool {
	select {
	case q.waiting <- struct{}{}:
		defer func() { <-q.waiting }()
	default:
		return false
	}
	return acquire(ctx, q.slots) == nil
}

// withMaxInFlight refuses a request (429, retry after a second) if no slot is free, so that overload does not crash the
// server. It never refuses health checks, because a busy server must not be restarted.
//
// A request has a slot while the server works on it, but not while it waits for its client; see exchange.
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

// slot is the slot of a request in flight, which can release it and take it again.
type slot struct {
	of   chan struct{} // nil: the request is exempt from limits
	list chan struct{} // the slots of the list queue; nil: the request is not queued
	held bool
}

// take waits for a slot. Requests that wait here have priority over new ones, which are refused while no slot is free.
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

// acquire waits for a free place in slots. If there is one, it succeeds even after ctx has ended.
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
