package watch

import (
	"context"
	"io"
	"net/http/httptest"
	"testing"
	"time"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"

	server "kubepath/chapters/08-server"
)

func TestAWatchLastsAsLongAsItsClientSays(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	a.send("POST", pods, pod("a"))
	began := time.Now()
	s := a.watch(pods + "?watch=true&timeoutSeconds=1")
	s.sees("ADDED a")
	s.ends()
	if took := time.Since(began); took < time.Second || took > 5*time.Second {
		t.Errorf("it lasted %v, want 1 s", took)
	}
}

func TestAWatchWhoseTimeIsOverBeforeItBeginsIsEmpty(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	a.send("POST", pods, pod("a"))
	for _, seconds := range []string{"-1", "-9000000000", "9223372036854775807"} { // the last one overflows
		for _, from := range []string{"", "&resourceVersion=1", "&sendInitialEvents=true&resourceVersionMatch=NotOlderThan"} {
			answer := a.open(pods + "?watch=true&timeoutSeconds=" + seconds + from)
			body, err := io.ReadAll(answer.Body)
			if err != nil || answer.StatusCode != 200 || len(body) != 0 {
				t.Errorf("%s%s: %s %q %v, want 200 and nothing", seconds, from, answer.Status, body, err)
			}
		}
	}
	for _, seconds := range []string{"9223372036854775808", "abc", "1.5", ""} {
		if answer := a.open(pods + "?watch=true&timeoutSeconds=" + seconds); answer.StatusCode != 400 {
			t.Errorf("%q: %s, want 400", seconds, answer.Status)
		}
	}
}

func TestSecondsThatOverflowToNothingAreNoneNamed(t *testing.T) {
	t.Parallel()
	for _, seconds := range []int64{1 << 55, -1 << 63} { // times a billion: a multiple of 2^64
		if got := (Config{}).lifetime(&metainternalversion.ListOptions{TimeoutSeconds: &seconds}); got < 30*time.Minute {
			t.Errorf("%d: it lasts %v", seconds, got)
		}
	}
}

func TestAWatchWithoutATimeLastsBetweenOnceAndTwiceTheLeast(t *testing.T) {
	t.Parallel()
	zero := int64(0)
	for _, row := range []struct {
		claim   string
		least   time.Duration
		options metainternalversion.ListOptions
		want    time.Duration
	}{
		{"half an hour, if nothing is configured", 0, metainternalversion.ListOptions{}, 30 * time.Minute},
		{"as configured", time.Minute, metainternalversion.ListOptions{}, time.Minute},
		{"a time of 0 is none", time.Minute, metainternalversion.ListOptions{TimeoutSeconds: &zero}, time.Minute},
	} {
		shortest, longest := time.Duration(1<<62), time.Duration(0)
		for range 1000 {
			got := Config{MinRequestTimeout: row.least}.lifetime(&row.options)
			shortest, longest = min(shortest, got), max(longest, got)
		}
		if shortest < row.want || longest >= 2*row.want {
			t.Errorf("%s: between %v and %v, want at least %v and less than twice as much", row.claim, shortest, longest, row.want)
		}
		if longest-shortest < row.want/2 {
			t.Errorf("%s: all clients come back within %v", row.claim, longest-shortest)
		}
	}
}

func TestTheLeastTimeEndsAWatchCleanly(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{MinRequestTimeout: 20 * time.Millisecond})
	a.watch(pods + "?watch=true").ends()
}

func TestTheEndOfTheServerEndsWatchesCleanly(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	listener, err := server.ListenLoopback(0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.server.Run(ctx, listener) }()
	a.url = "http://" + listener.Addr().String()

	streams := []*opened{a.watch(pods + "?watch=true"), a.watch("/api/v1/watch/nodes")}
	a.send("POST", pods, pod("a"))
	streams[0].sees("ADDED a")
	stop()
	for _, s := range streams {
		s.ends()
	}
	if err := <-ended; err != nil {
		t.Errorf("the server ended with %v: a watch was cut off", err)
	}
}

// A handler that returns has ended its watch below, or the storage would go on for nobody.
func TestAClientThatGoesAwayEndsTheWatchBelow(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	ctx, leave := context.WithCancel(t.Context())
	go a.server.ServeHTTP(httptest.NewRecorder(), httptest.NewRequestWithContext(ctx, "GET", pods+"?watch=true", nil))
	leave()
	<-a.ended
}
