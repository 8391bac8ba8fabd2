package server

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	apierrors "k8s.io/apimachinery/pkg/api/errors"

	installer "kubepath/chapters/03-installer"
)

// limitTime gives each request that is not long-running a deadline: Config.RequestTimeout, or less if the client's
// timeout parameter says so. Handlers and storage see the deadline in the context and end by themselves. Where one does
// not, the client has its 504 all the same: see timedWriter. The handler stays on its goroutine; an ordinary request
// costs no other.
//
// Upstream: filters.WithRequestDeadline and filters.WithTimeoutForNonLongRunningRequests, which serves each request on
// a goroutine of its own.
func (s *GenericAPIServer) limitTime(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info, _ := installer.RequestInfoFrom(r.Context())
		if IsLongRunning(info) {
			next.ServeHTTP(w, r)
			return
		}
		limit, err := timeLimit(r, s.config.RequestTimeout)
		if err != nil {
			s.writeError(w, r, apierrors.NewBadRequest(err.Error()))
			return
		}
		ctx, cancel := context.WithTimeout(r.Context(), limit)
		defer cancel()
		answer := &timedWriter{w: w, header: make(http.Header), hasBody: r.ContentLength != 0}
		timer := time.AfterFunc(limit, answer.expire) // cheaper than context.AfterFunc
		returned := false
		defer func() {
			timer.Stop()
			if returned {
				answer.end(ctx.Err())
			} else {
				answer.abandon()
			}
		}()
		next.ServeHTTP(answer, r.WithContext(ctx))
		returned = true
	})
}

// timeLimit reads the timeout parameter: a duration, of which at most limit counts; 0 and none mean limit.
func timeLimit(r *http.Request, limit time.Duration) (time.Duration, error) {
	if !strings.Contains(r.URL.RawQuery, "timeout=") {
		return limit, nil
	}
	value := r.URL.Query().Get("timeout")
	if value == "" {
		return limit, nil
	}
	wanted, err := time.ParseDuration(value)
	if err != nil {
		return 0, fmt.Errorf("invalid timeout specified in the request URL - %w", err)
	}
	if wanted > 0 && wanted < limit {
		return wanted, nil
	}
	return limit, nil
}
