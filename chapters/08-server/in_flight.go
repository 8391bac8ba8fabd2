package server

import (
	"context"
	"net/http"

	installer "kubepath/chapters/03-installer"
)

// limits are the slots for requests in flight: those that read and those that change have their own, so that neither
// can starve the other. Upstream: kube-apiserver replaces the two by API Priority and Fairness, whose sum is the same.
type limits struct {
	readOnly, mutating chan struct{}
}

func newLimits(readOnly, mutating int) limits {
	return limits{readOnly: make(chan struct{}, readOnly), mutating: make(chan struct{}, mutating)}
}

func (l limits) of(info *installer.RequestInfo) chan struct{} {
	if info.ReadOnly {
		return l.readOnly
	}
	return l.mutating
}

// limitInFlight refuses what would be one request too many. A client that is refused comes back after a second; a
// server that takes all falls over. Health is always told: a server that is busy is not to be restarted.
//
// A request holds its slot while the server works for it, but not while it waits for its client; see exchange.
//
// Upstream: filters.WithMaxInFlightLimit, and the flow schemas probes and exempt.
func (s *GenericAPIServer) limitInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, _ := installer.RequestInfoFrom(r.Context())
		if LongRunning(info) || asksForHealth(info.Path) {
			next.ServeHTTP(w, r)
			return
		}
		slot := slot{of: s.limits.of(info)}
		if !slot.tryTake() {
			if exempt := s.config.NeverRefuse; exempt == nil || !exempt(r) {
				w.Header().Set("Retry-After", "1")
				http.Error(w, "Too many requests, please try again later.", http.StatusTooManyRequests)
				return
			}
			slot.of = nil
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

// slot is a place among the requests in flight, which its request can give back and take again.
type slot struct {
	of   chan struct{} // nil: the request is exempt, and holds none
	held bool
}

func (s *slot) tryTake() bool {
	select {
	case s.of <- struct{}{}:
		s.held = true
	default:
	}
	return s.held
}

// take waits for a slot. Those who wait come before new requests, which find no slot free meanwhile and are refused.
func (s *slot) take(ctx context.Context) error {
	if s.of == nil || s.held || s.tryTake() {
		return nil
	}
	select {
	case s.of <- struct{}{}:
		s.held = true
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (s *slot) giveBack() {
	if s.held {
		<-s.of
		s.held = false
	}
}
