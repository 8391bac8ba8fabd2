package main

import (
	"fmt"
	"slices"
	"testing"
)

func closed(c chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}

func TestAWatchOfARunningServerShowsWhatOthersDo(t *testing.T) {
	t.Parallel()
	p := serve(t)
	enough, others := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(others)
		for i := 0; !closed(enough); i++ {
			send(t, "POST", p.url+"/api/v1/namespaces/default/configmaps", "application/json", manifestOf(fmt.Sprintf("c-%d", i)))
		}
	}()
	got := traced(t, "watch", "configmap", "--server", p.url, "--events", "2")
	close(enough)
	<-others
	if len(got.Events) != 2 {
		t.Fatalf("saw %d events, want 2", len(got.Events))
	}
	for i, e := range got.Events {
		var passed []string
		for _, h := range e.Hops {
			passed = append(passed, fmt.Sprintf("%d %s", h.Chapter, h.Layer))
		}
		if want := []string{"10 storage", "6 registry", "9 rest", "1 request"}; !slices.Equal(passed, want) {
			t.Errorf("event %d passed %q, want %q: from the cache to the client", i+1, passed, want)
		}
	}
}
