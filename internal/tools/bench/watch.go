package main

import (
	"bufio"
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"runtime"
	"runtime/pprof"
	"slices"
	"text/tabwriter"
	"time"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/embedetcd"
)

// crowd is how many clients watch, and how many writes they see.
type crowd struct {
	watchers, writes int
	secure           bool // HTTP/2 over TLS, 100 streams a connection, as client-go does; else HTTP/1.1, a connection each
	profile          string
}

// delivery is what a run found.
type delivery struct {
	perEvent time.Duration // CPU of the server
	memory   int64         // bytes of the server's heap and stacks for each watch that is idle
	client   seen
}

// reportWatch compares the whole server, with its watch cache, to a bare server that writes the same bytes to as many
// connections, in turns.
func reportWatch(ctx context.Context, c crowd, rounds int) error {
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "%d watchers, %d writes\tCPU/event µs\tp50 ms\tp99 ms\tKB/idle watch\tbytes\t\n", c.watchers, c.writes)
	for _, c.secure = range []bool{false, true} {
		name := map[bool]string{false: "HTTP/1.1", true: "HTTP/2, TLS"}[c.secure]
		var served, bare []delivery
		for range rounds {
			one, err := c.deliver(ctx, whole)
			if err != nil {
				return err
			}
			other, err := c.deliver(ctx, bytesOf(one.client.Frame))
			if err != nil {
				return err
			}
			served, bare = append(served, one), append(bare, other)
		}
		a, b := median(served), median(bare)
		a.row(t, "kubepath, "+name)
		b.row(t, "bare, "+name)
		fmt.Fprintf(t, "ratio, %s\t%.2f\t\t\t\t\t\n", name, ratio(a.perEvent, b.perEvent))
		if err := t.Flush(); err != nil {
			return err
		}
	}
	return nil
}

func (d delivery) row(w io.Writer, name string) {
	fmt.Fprintf(w, "%s\t%.1f\t%.1f\t%.1f\t%.1f\t%d\t\n", name, micro(d.perEvent), float64(d.client.P50)/1e6, float64(d.client.P99)/1e6,
		float64(d.memory)/1024, len(d.client.Frame))
}

// median of each figure.
func median(all []delivery) delivery {
	return delivery{
		perEvent: middle(all, func(d delivery) time.Duration { return d.perEvent }),
		memory:   middle(all, func(d delivery) int64 { return d.memory }),
		client: seen{
			P50:   middle(all, func(d delivery) time.Duration { return d.client.P50 }),
			P99:   middle(all, func(d delivery) time.Duration { return d.client.P99 }),
			Frame: all[0].client.Frame,
		},
	}
}

func middle[T cmp.Ordered](all []delivery, figure func(delivery) T) T {
	sorted := make([]T, len(all))
	for i, d := range all {
		sorted[i] = figure(d)
	}
	slices.Sort(sorted)
	return sorted[len(sorted)/2]
}

// served is a server to measure: where it is watched, and where it is written to.
type served struct {
	http.Handler
	watch, write string
	method       string
	body         []byte
	close        func()
}

// whole is the control plane with its watch cache over an embedded etcd.
func whole(ctx context.Context) (served, error) {
	etcd, err := embedetcd.Start(ctx, embedetcd.Options{})
	if err != nil {
		return served{}, err
	}
	api, err := controlplane.New(controlplane.Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())}, Etcd: etcd.Client(),
		WatchCache: &controlplane.WatchCache{Size: 100},
	})
	const collection = "/api/v1/namespaces/default/configmaps"
	return served{
		Handler: api, watch: collection + "?watch=true", write: collection, method: http.MethodPost,
		body: body("NAME"), close: func() { etcd.Close() },
	}, err
}

// deliver has a crowd watch a server in this process, from another one.
func (c crowd) deliver(ctx context.Context, open func(context.Context) (served, error)) (d delivery, err error) {
	s, err := open(ctx)
	if err != nil {
		return d, err
	}
	defer s.close()
	web := httptest.NewUnstartedServer(s)
	if web.EnableHTTP2 = c.secure; c.secure {
		web.StartTLS()
	} else {
		web.Start()
	}
	defer web.Close()
	defer web.CloseClientConnections()
	return c.measure(ctx, web.URL, s)
}

func (c crowd) measure(ctx context.Context, url string, s served) (d delivery, err error) {
	before := memory()
	self, err := os.Executable()
	if err != nil {
		return d, err
	}
	load := watchLoad{Watch: url + s.watch, Write: url + s.write, Method: s.method, Body: s.body, Watchers: c.watchers, Writes: c.writes}
	said, err := json.Marshal(load)
	if err != nil {
		return d, err
	}
	client := exec.CommandContext(ctx, self, "-watchers", string(said))
	client.Stderr = os.Stderr
	in, err := client.StdinPipe()
	if err != nil {
		return d, err
	}
	out, err := client.StdoutPipe()
	if err != nil {
		return d, err
	}
	if err := client.Start(); err != nil {
		return d, err
	}
	defer client.Wait()
	defer in.Close()
	lines := bufio.NewReader(out)
	if _, err := lines.ReadString('\n'); err != nil { // all watches are open
		return d, err
	}
	d.memory = (memory() - before) / int64(c.watchers)
	if c.profile != "" {
		file, err := os.Create(c.profile)
		if err != nil {
			return d, err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return d, err
		}
		defer pprof.StopCPUProfile()
	}
	used := cpu()
	fmt.Fprintln(in)
	answer, err := lines.ReadBytes('\n')
	if err != nil {
		return d, err
	}
	d.perEvent = (cpu() - used) / time.Duration(c.watchers*c.writes)
	return d, json.Unmarshal(answer, &d.client)
}

// memory is what lives on the heap and on stacks.
func memory() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc + m.StackInuse)
}
