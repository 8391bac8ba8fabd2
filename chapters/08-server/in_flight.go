package server

import (
	"net/http"

	installer "kubepath/chapters/03-installer"
)

// limits are the places for requests under way: those that read and those that change have their own, so that neither
// can starve the other. Upstream: kube-apiserver replaces the two by API Priority and Fairness, whose sum is the same.
type limits struct {
	readOnly, mutating chan struct{}
}

func newLimits(readOnly, mutating int) limits {
	return limits{readOnly: make(chan struct{}, readOnly), mutating: make(chan struct{}, mutating)}
}

func (l limits) of(info *installer.RequestInfo) chan struct{} {
	switch info.Verb {
	case "get", "list", "watch":
		return l.readOnly
	}
	return l.mutating
}

// limitInFlight refuses what would be one request too many. A client that is refused comes back after a second; a
// server that takes all falls over. Health is always told: a server that is busy is not to be restarted.
//
// Upstream: filters.WithMaxInFlightLimit, and the flow schemas probes and exempt.
func (s *GenericAPIServer) limitInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, _ := installer.RequestInfoFrom(r.Context())
		if LongRunning(info) || asksForHealth(info.Path) {
			next.ServeHTTP(w, r)
			return
		}
		places := s.limits.of(info)
		select {
		case places <- struct{}{}:
			defer func() { <-places }()
			next.ServeHTTP(w, r)
		default:
			if exempt := s.config.NeverRefuse; exempt != nil && exempt(r) {
				next.ServeHTTP(w, r)
				return
			}
			w.Header().Set("Retry-After", "1")
			http.Error(w, "Too many requests, please try again later.", http.StatusTooManyRequests)
		}
	})
}
