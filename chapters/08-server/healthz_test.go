package server

import (
	"context"
	"errors"
	"testing"
)

func TestHealthAnswersAsKubeAPIServerDoes(t *testing.T) {
	t.Parallel()
	broken := func(name string) HealthCheck {
		return HealthCheck{Name: name, Check: func(context.Context) error { return errors.New("no leader") }}
	}
	well, ill := newServer(t, Config{}), newServer(t, Config{})
	if err := ill.AddHealthCheck(broken("etcd")); err != nil {
		t.Fatal(err)
	}
	notReady := newServer(t, Config{})
	lagging := broken("lag")
	lagging.ReadyOnly = true
	if err := notReady.AddHealthCheck(lagging); err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		name   string
		server *GenericAPIServer
		path   string
		status int
		body   string
	}{
		{"well", well, "/healthz", 200, "ok"},
		{"alive", well, "/livez", 200, "ok"},
		{"ready", well, "/readyz", 200, "ok"},
		{"in words", well, "/livez?verbose", 200, "[+]ping ok\n[+]log ok\nlivez check passed\n"},
		{"shutdown is a question of readiness", well, "/readyz?verbose", 200, "[+]ping ok\n[+]log ok\n[+]shutdown ok\nreadyz check passed\n"},
		{"one check", well, "/readyz/ping", 200, "ok"},
		{"an unknown check", well, "/livez/nosuchcheck", 404, "404 page not found\n"},
		{"a check of another question", well, "/livez/shutdown", 404, "404 page not found\n"},
		{"an unknown exclusion", well, "/livez?verbose&exclude=b&exclude=a", 200,
			"[+]ping ok\n[+]log ok\nwarn: some health checks cannot be excluded: no matches for \"a\",\"b\"\nlivez check passed\n"},
		{"a failure tells all but the reason", ill, "/healthz", 500, "[+]ping ok\n[+]log ok\n[-]etcd failed: reason withheld\nhealthz check failed\n"},
		{"a failed check by itself tells the reason", ill, "/healthz/etcd", 500, "internal server error: no leader\n"},
		{"what is excluded cannot fail", ill, "/readyz?exclude=etcd", 200, "ok"},
		{"nor is it hidden", ill, "/readyz?exclude=etcd&verbose", 200, "[+]ping ok\n[+]log ok\n[+]etcd excluded: ok\n[+]shutdown ok\nreadyz check passed\n"},
		{"not ready, but alive", notReady, "/livez", 200, "ok"},
		{"alive, but not ready", notReady, "/readyz", 500,
			"[+]ping ok\n[+]log ok\n[-]lag failed: reason withheld\n[+]shutdown ok\nreadyz check failed\n"},
	} {
		answer := ask(row.server, "GET", row.path)
		if got := body(answer); answer.StatusCode != row.status || got != row.body {
			t.Errorf("%s: %s: %d %q, want %d %q", row.name, row.path, answer.StatusCode, got, row.status, row.body)
		}
		if got := answer.Header.Get("Content-Type"); got != "text/plain; charset=utf-8" {
			t.Errorf("%s: Content-Type %q", row.name, got)
		}
	}
}

func TestAHealthCheckHasItsNameToItself(t *testing.T) {
	t.Parallel()
	if err := newServer(t, Config{}).AddHealthCheck(HealthCheck{Name: "ping"}); err == nil {
		t.Error("a second ping was taken")
	}
}
