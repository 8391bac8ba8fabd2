// Command slowclients asks whether a few slow clients keep a server from serving the others. It opens requests whose body
// comes at a byte a second, and lists whose answer nobody reads, and measures meanwhile how long the gets and creates of
// well-behaved clients take.
//
//	go run ./internal/tools/slowclients -server http://127.0.0.1:8001
//
// It ends with 1 if anybody else was refused, or had to wait for more than a second (99th percentile). scripts/slow-clients
// starts a server for it.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"time"
)

// load is what is asked of the server.
type load struct {
	server         *url.URL
	bodies, lists  int
	others, stored int
	lasting        time.Duration
}

func main() {
	var l load
	server := flag.String("server", "http://127.0.0.1:8001", "URL of the server, over plain HTTP")
	flag.IntVar(&l.bodies, "bodies", 200, "requests whose body comes at a byte a second")
	flag.IntVar(&l.lists, "lists", 450, "lists whose answer nobody reads")
	flag.IntVar(&l.others, "others", 8, "well-behaved clients")
	flag.IntVar(&l.stored, "stored", 400, "ConfigMaps of 16 KiB that the lists are of")
	flag.DurationVar(&l.lasting, "for", 30*time.Second, "how long to measure")
	flag.Parse()
	ok, err := l.run(*server)
	if err != nil {
		fmt.Fprintln(os.Stderr, "slowclients:", err)
	}
	if !ok || err != nil {
		os.Exit(1)
	}
}

func (l *load) run(server string) (ok bool, err error) {
	if l.server, err = url.Parse(server); err != nil {
		return false, err
	}
	if err := l.store(); err != nil {
		return false, err
	}
	ctx, cancel := context.WithTimeout(context.Background(), l.lasting)
	defer cancel()
	var slow sync.WaitGroup
	for range l.bodies {
		slow.Go(func() { l.keepOpen(ctx, "POST", "Content-Length: 1000000", trickle) })
	}
	for range l.lists {
		slow.Go(func() { l.keepOpen(ctx, "GET", "Accept: application/json", wait) })
	}
	gets, creates := l.measure(ctx)
	slow.Wait()
	fmt.Printf("%d bodies at a byte a second, %d lists that nobody reads, %v\n", l.bodies, l.lists, l.lasting)
	readable, writable := gets.report("GET"), creates.report("POST")
	return readable && writable, nil
}

const configMaps = "/api/v1/namespaces/default/configmaps"

// store creates what the lists are of.
func (l *load) store() error {
	for i := range l.stored {
		body := fmt.Sprintf(`{"metadata":{"name":"slow-%d"},"data":{"k":"%s"}}`, i, strings.Repeat("x", 16<<10))
		code, err := l.ask(http.MethodPost, configMaps, body)
		if err != nil || code != http.StatusCreated && code != http.StatusConflict {
			return fmt.Errorf("create ConfigMap %d of %d: %d %w", i, l.stored, code, err)
		}
	}
	return nil
}

func (l *load) ask(method, path, body string) (code int, err error) {
	request, err := http.NewRequest(method, l.server.JoinPath(path).String(), strings.NewReader(body))
	if err != nil {
		return 0, err
	}
	request.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(request)
	if err != nil {
		return 0, err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return answer.StatusCode, err
}

// keepOpen begins a request, does what a slow client does, and begins the next when the server has closed the connection.
func (l *load) keepOpen(ctx context.Context, method, header string, slowly func(context.Context, net.Conn)) {
	for ctx.Err() == nil {
		conn, err := (&net.Dialer{}).DialContext(ctx, "tcp", l.server.Host)
		if err != nil {
			return
		}
		stop := context.AfterFunc(ctx, func() { conn.Close() })
		fmt.Fprintf(conn, "%s %s HTTP/1.1\r\nHost: slow\r\nContent-Type: application/json\r\n%s\r\n\r\n", method, configMaps, header)
		slowly(ctx, conn)
		stop()
		conn.Close()
	}
}

func trickle(ctx context.Context, conn net.Conn) {
	seconds := time.NewTicker(time.Second)
	defer seconds.Stop()
	for {
		if _, err := conn.Write([]byte("x")); err != nil {
			return
		}
		select {
		case <-ctx.Done():
			return
		case <-seconds.C:
		}
	}
}

// wait reads nothing.
func wait(ctx context.Context, _ net.Conn) { <-ctx.Done() }

// times are the answers of one kind of request.
type times struct {
	mu      sync.Mutex
	took    []time.Duration
	refused int // 429
	failed  int // any other failure
}

func (t *times) add(took time.Duration, code int, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.took = append(t.took, took)
	switch {
	case code == http.StatusTooManyRequests:
		t.refused++
	case err != nil || code >= 300:
		t.failed++
	}
}

// report prints the percentiles; false if others had to suffer.
func (t *times) report(method string) bool {
	slices.Sort(t.took)
	at := func(share float64) time.Duration {
		if len(t.took) == 0 {
			return 0
		}
		return t.took[int(share*float64(len(t.took)-1))].Round(time.Millisecond)
	}
	fmt.Printf("%-4s %6d answers, p50 %v, p99 %v, longest %v, %d refused (429), %d failed\n",
		method, len(t.took), at(0.5), at(0.99), at(1), t.refused, t.failed)
	return len(t.took) > 0 && t.refused == 0 && t.failed == 0 && at(0.99) < time.Second
}

// measure has the others ask until ctx ends.
func (l *load) measure(ctx context.Context) (gets, creates *times) {
	gets, creates = &times{}, &times{}
	var others sync.WaitGroup
	for i := range l.others {
		others.Go(func() {
			for n := 0; ctx.Err() == nil; n++ {
				start := time.Now()
				code, err := l.ask(http.MethodPost, configMaps, fmt.Sprintf(`{"metadata":{"generateName":"other-%d-"}}`, i))
				creates.add(time.Since(start), code, err)
				start = time.Now()
				code, err = l.ask(http.MethodGet, configMaps+"/slow-0", "")
				gets.add(time.Since(start), code, err)
			}
		})
	}
	others.Wait()
	return gets, creates
}
