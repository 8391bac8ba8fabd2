package server

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// healthPaths are the health endpoints: /healthz (deprecated, for old clients), /livez (if it fails, the server should
// be restarted) and /readyz (if it fails, the server should not get requests).
var healthPaths = []string{"/healthz", "/livez", "/readyz"}

// isHealthPath reports whether a path is a health endpoint, or one of its checks.
func isHealthPath(path string) bool {
	for _, endpoint := range healthPaths {
		if rest, ok := strings.CutPrefix(path, endpoint); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// HealthCheck is a named check. Upstream: healthz.HealthChecker.
type HealthCheck struct {
	Name      string
	Check     func(ctx context.Context) error
	ReadyOnly bool // not part of livez and healthz
}

// health serves the health endpoints. Upstream: package healthz.
type health struct {
	log *slog.Logger

	mu     sync.RWMutex
	checks []HealthCheck
}

func newHealth(log *slog.Logger) *health {
	return &health{log: log, checks: []HealthCheck{{Name: "ping", Check: well}, {Name: "log", Check: well}}}
}

// well is the check of ping and log, which never fail. Upstream, log fails if the log buffer is not flushed; here the
// log has no buffer.
func well(context.Context) error { return nil }

// AddHealthCheck adds a named check to /healthz, /livez and /readyz, or to some of them. A name can be used once.
func (s *GenericAPIServer) AddHealthCheck(c HealthCheck) error { return s.health.add(c) }

func (h *health) add(c HealthCheck) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	same := func(other HealthCheck) bool { return other.Name == c.Name }
	if slices.ContainsFunc(h.checks, same) {
		return fmt.Errorf("there is a health check %q already", c.Name)
	}
	at := len(h.checks)
	if at > 1 && h.checks[at-1].Name == "shutdown" {
		at-- // shutdown stays last, as upstream
	}
	h.checks = slices.Insert(slices.Clone(h.checks), at, c)
	return nil
}

// of returns the checks of a health endpoint.
func (h *health) of(path string) []HealthCheck {
	h.mu.RLock()
	defer h.mu.RUnlock()
	if path == "/readyz" {
		return h.checks
	}
	return slices.DeleteFunc(slices.Clone(h.checks), func(c HealthCheck) bool { return c.ReadyOnly })
}

// paths returns the paths for the index: each endpoint, and each of its checks.
func (h *health) paths() []string {
	var paths []string
	for _, path := range healthPaths {
		paths = append(paths, path)
		for _, c := range h.of(path) {
			paths = append(paths, path+"/"+c.Name)
		}
	}
	return paths
}

// serveAll serves an endpoint: it runs all checks but those of the exclude parameter. The response has a line for each
// check if the verbose parameter is set or if one fails. The reasons of failures are only logged, because every client
// can read the endpoint.
func (h *health) serveAll(path string) http.HandlerFunc {
	name := strings.TrimPrefix(path, "/")
	return func(w http.ResponseWriter, r *http.Request) {
		report := h.run(r.Context(), h.of(path), r.URL.Query()["exclude"])
		if len(report.failed) > 0 {
			h.log.Info(name+" check failed", "failed", report.failed)
			http.Error(w, report.lines.String()+name+" check failed", http.StatusInternalServerError)
			return
		}
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		if !r.URL.Query().Has("verbose") {
			fmt.Fprint(w, "ok")
			return
		}
		fmt.Fprintf(w, "%s%s check passed\n", report.lines.String(), name)
	}
}

// serveOne serves path/NAME: a single check, with the reason if it fails.
func (h *health) serveOne(path string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		name := strings.TrimPrefix(r.URL.Path, path+"/")
		checks := h.of(path)
		i := slices.IndexFunc(checks, func(c HealthCheck) bool { return c.Name == name })
		if i < 0 {
			http.NotFound(w, r)
			return
		}
		if err := checks[i].Check(r.Context()); err != nil {
			http.Error(w, fmt.Sprintf("internal server error: %v", err), http.StatusInternalServerError)
			return
		}
		fmt.Fprint(w, "ok")
	}
}

// healthReport is the result of several checks.
type healthReport struct {
	lines  strings.Builder   // for clients
	failed map[string]string // for the log: check to reason
}

func (h *health) run(ctx context.Context, checks []HealthCheck, exclude []string) *healthReport {
	report := &healthReport{failed: map[string]string{}}
	unknown := slices.Clone(exclude)
	for _, c := range checks {
		if slices.Contains(exclude, c.Name) {
			unknown = slices.DeleteFunc(unknown, func(name string) bool { return name == c.Name })
			fmt.Fprintf(&report.lines, "[+]%s excluded: ok\n", c.Name)
		} else if err := c.Check(ctx); err != nil {
			fmt.Fprintf(&report.lines, "[-]%s failed: reason withheld\n", c.Name)
			report.failed[c.Name] = err.Error()
		} else {
			fmt.Fprintf(&report.lines, "[+]%s ok\n", c.Name)
		}
	}
	if len(unknown) > 0 {
		slices.Sort(unknown)
		quoted := fmt.Sprintf("%q", slices.Compact(unknown))
		fmt.Fprintf(&report.lines, "warn: some health checks cannot be excluded: no matches for %s\n",
			strings.ReplaceAll(strings.Trim(quoted, "[]"), `" "`, `","`))
	}
	return report
}
