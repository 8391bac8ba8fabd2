package watch

import (
	"bufio"
	"context"
	"crypto/tls"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	server "kubepath/chapters/08-server"
)

// filler is a pod of 250 KB, another one for each number.
func filler(n int) string {
	return fmt.Sprintf(`{"metadata":{"name":"a","annotations":{"n":"%d","k":"%s"}}}`, n, strings.Repeat("x", 250_000))
}

// A client that does not read is cut off when a frame has waited for it for long enough. The others are not held up, and
// its handler returns: what it held is free.
func TestAClientThatTakesInNothingIsCutOff(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{}) // the others' server has the same pods, and more patience
	stuck, err := net.Dial("tcp", strings.TrimPrefix(a.served(Config{WriteTimeout: 100 * time.Millisecond}, a.storages), "http://"))
	if err != nil {
		t.Fatal(err)
	}
	defer stuck.Close()
	fmt.Fprintf(stuck, "GET %s?watch=true HTTP/1.1\r\nHost: a\r\n\r\n", pods)
	answer, err := http.ReadResponse(bufio.NewReaderSize(stuck, 16), nil) // and reads no further
	if err != nil || answer.StatusCode != http.StatusOK {
		t.Fatal(answer, err)
	}
	reading := a.watch(pods + "?watch=true")

	const writes = 40 // more than the buffers of a connection hold
	a.send("POST", pods, filler(0))
	reading.sees("ADDED a")
	for i := range writes {
		a.send("PUT", pods+"/a", filler(i+1))
		reading.sees("MODIFIED a")
	}
	<-a.ended
	if n, err := io.Copy(io.Discard, stuck); n > writes*250_000 {
		t.Errorf("the client that stopped reading got %d bytes, all there were, and %v", n, err)
	}
	a.send("PUT", pods+"/a", filler(0))
	reading.sees("MODIFIED a")
}

func TestACutClientOfHTTP2DoesNotTakeItsConnectionAlong(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{WriteTimeout: time.Second})
	listener, _, err := server.SecureServingOptions{BindAddress: "127.0.0.1"}.Listen()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- a.server.Run(ctx, listener) }()
	defer func() { stop(); <-ended }()
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true,
	}}
	defer client.CloseIdleConnections()
	open := func(path string) *opened {
		answer, err := client.Get("https://" + listener.Addr().String() + path)
		if err != nil || answer.ProtoMajor != 2 {
			t.Fatal(answer, err)
		}
		t.Cleanup(func() { answer.Body.Close() })
		return &opened{t, bufio.NewReader(answer.Body), answer}
	}
	stuck, other := open(pods+"?watch=true"), open("/api/v1/nodes?watch=true")
	a.send("POST", pods, filler(0))
	for i := range 30 { // more than the window of a stream
		a.send("PUT", pods+"/a", filler(i+1))
	}
	<-a.ended
	if _, err := io.Copy(io.Discard, stuck); err == nil {
		t.Error("the client that stopped reading saw a clean end")
	}
	a.send("POST", "/api/v1/nodes", `{"metadata":{"name":"n"}}`)
	other.sees("ADDED n")
}

func TestTheWriteTimeoutIsForOneWriteAndEndsWithTheWatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for _, row := range []struct {
			claim string
			do    func(p *writeDeadline, end context.CancelFunc)
			cut   bool
		}{
			{"no write is under way", func(*writeDeadline, context.CancelFunc) { time.Sleep(time.Hour) }, false},
			{"a write takes less", func(p *writeDeadline, _ context.CancelFunc) {
				done := p.begin()
				time.Sleep(29 * time.Second)
				done()
				time.Sleep(time.Hour)
			}, false},
			{"a write takes longer", func(p *writeDeadline, _ context.CancelFunc) {
				defer p.begin()()
				time.Sleep(31 * time.Second)
			}, true},
			{"the watch ends while a write is under way", func(p *writeDeadline, end context.CancelFunc) {
				defer p.begin()()
				end()
				time.Sleep(2 * finalWriteTimeout)
			}, true},
			{"the watch ends while none is", func(_ *writeDeadline, end context.CancelFunc) {
				end()
				time.Sleep(2 * finalWriteTimeout)
			}, false},
			{"the watch has ended", func(p *writeDeadline, end context.CancelFunc) {
				p.stop()
				end()
				time.Sleep(time.Hour)
			}, false},
		} {
			cut := false
			ctx, end := context.WithCancel(t.Context())
			p := Config{}.newWriteDeadline(ctx, func(time.Time) error { cut = true; return nil })
			row.do(p, end)
			p.stop()
			end()
			if cut != row.cut {
				t.Errorf("%s: cut off is %v", row.claim, cut)
			}
		}
	})
}
