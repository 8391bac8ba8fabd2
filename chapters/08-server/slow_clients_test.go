package server

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	rest "kubepath/chapters/04-rest"
)

// crowd is a server with one slot for reads and one for writes, and clients that are slow. It runs in a bubble.
type crowd struct {
	*testing.T
	*running
}

// gather starts the server, which has /echo, whose POST reads the body and whose GET answers with 1 MiB.
func gather(t *testing.T) *crowd {
	s := newServer(t, Config{MaxRequestsInFlight: 1, MaxMutatingRequestsInFlight: 1})
	piece := bytes.Repeat([]byte("x"), 128<<10)
	s.HandlePrefix("/api/v1/echo", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == "POST" {
			body, err := rest.ReadBody(r, 0)
			if err != nil {
				rest.ErrorNegotiated(w, r, s.config.Codecs, err)
				return
			}
			defer body.Free()
			fmt.Fprint(w, len(body.Bytes))
			return
		}
		for range 8 {
			if _, err := w.Write(piece); err != nil {
				return
			}
		}
	}))
	return &crowd{t, run(t, s)}
}

// end stops the server; nothing may be accounted for any more.
func (c *crowd) end() {
	c.client.CloseIdleConnections()
	time.Sleep(2 * time.Second) // of the bubble: who trickles notices that the connection is closed
	synctest.Wait()
	c.stop()
	if err := <-c.done; err != nil {
		c.Error(err)
	}
	if held, waiting := c.clients.held, len(c.clients.waiting); held != 0 || waiting != 0 {
		c.Errorf("after the last request %d bytes of %d requests are still accounted for", held, waiting)
	}
	for name, slots := range map[string]chan struct{}{"read": c.limits.readOnly, "write": c.limits.mutating} {
		if len(slots) != 0 {
			c.Errorf("after the last request a slot to %s is still held", name)
		}
	}
}

// say opens a connection and sends a head.
func (c *crowd) say(head ...string) net.Conn {
	conn, err := c.network.dial(c.Context(), "", "")
	if err != nil {
		c.Fatal(err)
	}
	fmt.Fprint(conn, strings.Join(append(head, "Host: server", "", ""), "\r\n"))
	return conn
}

// trickle sends a byte a second, until the server closes the connection.
func trickle(conn net.Conn) {
	for {
		if _, err := conn.Write([]byte("1")); err != nil {
			return
		}
		time.Sleep(time.Second)
	}
}

// answer waits for the answer and then for the end of the connection; took is the time until then.
func (c *crowd) answer(conn net.Conn) (status int, took time.Duration) {
	c.Helper()
	start := time.Now()
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		c.Fatalf("no answer but %v", err)
	}
	io.Copy(io.Discard, answer.Body)
	_, err = conn.Read(make([]byte, 1))
	if err != io.EOF {
		c.Errorf("the connection is not closed: %v", err)
	}
	return answer.StatusCode, time.Since(start)
}

// wantOthersServed has another client read and write, which neither waits nor is refused.
func (c *crowd) wantOthersServed() {
	c.Helper()
	synctest.Wait()
	start := time.Now()
	for _, method := range []string{"GET", "POST"} {
		request, _ := http.NewRequestWithContext(c.Context(), method, "http://server/api/v1/echo", strings.NewReader("hello"))
		answer, err := c.client.Do(request)
		if err != nil {
			c.Fatal(err)
		}
		if text := body(answer); answer.StatusCode != 200 || len(text) != 1<<20 && text != "5" {
			c.Errorf("another client's %s: %s %.20q", method, answer.Status, text)
		}
	}
	if took := time.Since(start); took > 0 {
		c.Errorf("others had to wait for %v", took)
	}
}

func TestASlowBodyHoldsNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := gather(t)
		var slow []net.Conn
		for range 20 {
			conn := c.say("POST /api/v1/echo HTTP/1.1", "Content-Length: 3000000")
			go trickle(conn)
			synctest.Wait() // each needs the slot for a moment
			slow = append(slow, conn)
		}
		c.wantOthersServed()
		for _, conn := range slow {
			if status, took := c.answer(conn); status != http.StatusRequestTimeout || took > clientGrace+2*unreadBodyTime {
				t.Errorf("a client that sends a byte a second got %d after %v", status, took)
			}
		}
		c.end()
	})
}

func TestAnUnreadAnswerHoldsNoSlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := gather(t)
		for range 20 {
			c.say("GET /api/v1/echo HTTP/1.1")
			synctest.Wait()
		}
		c.wantOthersServed()
		time.Sleep(clientGrace + 130<<10*time.Second/clientRate)
		synctest.Wait()
		if open := c.open.count; open > 0 {
			t.Errorf("%d requests are still open whose answer nobody reads", open)
		}
		c.end()
	})
}

func TestASteadyClientIsNotSlow(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := gather(t)
		conn := c.say("POST /api/v1/echo HTTP/1.1", "Connection: close", "Content-Length: 600000")
		go func() {
			for range 30 {
				time.Sleep(time.Second)
				conn.Write(make([]byte, 20000))
			}
		}()
		if status, took := c.answer(conn); status != 200 || took != 30*time.Second {
			t.Errorf("20 kB a second: %d after %v", status, took)
		}
		c.end()
	})
}

func TestARequestWhoseBodyHasComeWaitsForASlot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := gather(t)
		conn := c.say("POST /api/v1/echo HTTP/1.1", "Connection: close", "Content-Length: 2")
		conn.Write([]byte("1"))
		synctest.Wait()
		c.limits.mutating <- struct{}{} // another one works
		conn.Write([]byte("2"))
		synctest.Wait()
		if n := c.open.count; n != 1 {
			t.Errorf("%d requests are open, want 1", n)
		}
		<-c.limits.mutating
		if status, took := c.answer(conn); status != 200 || took > 0 {
			t.Errorf("a slot is free, and the answer was %d after %v", status, took)
		}
		c.end()
	})
}

func TestTheSlowestGoesFirstWhenMemoryIsShort(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := gather(t)
		c.clients.limit = 3*waitingCost + 2*30000 + 100
		open := func(sends int) net.Conn {
			conn := c.say("POST /api/v1/echo HTTP/1.1", "Content-Length: 30001")
			conn.Write(make([]byte, sends))
			time.Sleep(time.Second)
			return conn
		}
		quick, slow := open(30000), open(1) // the younger of the two is the slower
		open(1)
		open(1)
		if status, took := c.answer(slow); status != http.StatusRequestTimeout || took > unreadBodyTime {
			t.Errorf("the slowest: %d after %v", status, took)
		}
		quick.Write([]byte("x"))
		answer, err := http.ReadResponse(bufio.NewReader(quick), nil)
		if err != nil || answer.StatusCode != 200 {
			t.Errorf("the quickest: %v, %v", answer, err)
		}
		quick.Close()
		time.Sleep(time.Minute)
		c.end()
	})
}

func TestABodyThatNobodyReadsIsClosedInTime(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, request, framing string
		want                   int
	}{
		{"a path of nobody", "POST /nowhere", "Transfer-Encoding: chunked", 404},
		{"a path of the API that is none", "PUT /apis/none/v1/things/x", "Content-Length: 100000", 404},
		{"a method that is none", "POST /version", "Content-Length: 100000", 405},
		{"too many requests", "POST /api/v1/echo", "Content-Length: 100000", 429},
		{"a watch of nothing", "GET /api/v1/pods?watch=1", "Transfer-Encoding: chunked", 404},
		{"a malformed timeout", "POST /api/v1/echo?timeout=soon", "Content-Length: 100000", 400},
		{"health", "POST /healthz", "Content-Length: 100000", 200},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				c := gather(t)
				if row.want == 429 {
					c.limits.mutating <- struct{}{}
				}
				conn := c.say(row.request+" HTTP/1.1", row.framing)
				go func() {
					if row.framing == "Transfer-Encoding: chunked" {
						fmt.Fprint(conn, "fffff\r\n")
					}
					trickle(conn)
				}()
				if status, took := c.answer(conn); status != row.want || took > 2*unreadBodyTime {
					t.Errorf("%d after %v, want %d", status, took, row.want)
				}
				if row.want == 429 {
					<-c.limits.mutating
				}
				c.end()
			})
		})
	}
}
