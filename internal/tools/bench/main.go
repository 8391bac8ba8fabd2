// Command bench measures what each layer of the path costs: scripts/bench.
//
// Every layer does the same work on the same etcd in the same process, in turns, so that the ratios hold on a machine
// whose speed drifts. The cost is CPU time of this process (etcd is in it); what loads the server over HTTP is another
// process.
//
// Read subject.go (what is measured), load.go (the process that asks), bare.go (what it is compared with); for watches
// watch.go, watch_load.go and watch_bare.go.
package main

import (
	"cmp"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"math"
	"os"
	"runtime/pprof"
	"slices"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

func main() {
	load := flag.String("load", "", "be the client of the HTTP layer: METHOD,URL,COUNT")
	check := flag.Bool("check", false, "a short run that shows that all layers work")
	profile := flag.String("cpuprofile", "", "write a CPU profile of one layer, chosen with -only")
	asJSON := flag.Bool("json", false, "the costs as data, for the texts")
	watchers := flag.String("watchers", "", "be the clients of -watch: a watchLoad as JSON")
	watch := flag.Bool("watch", false, "what it costs to tell 1,000 watchers of 200 writes")
	only := flag.String("only", "", "OPERATION/LAYER: run this alone, as in create/server")
	flag.Parse()
	var err error
	switch {
	case *load != "":
		err = loadServer(*load)
	case *watchers != "":
		err = loadWatches(*watchers)
	case *watch && *check:
		err = reportWatch(context.Background(), crowd{watchers: 20, writes: 3}, 1)
	case *watch:
		err = reportWatch(context.Background(), crowd{watchers: 1000, writes: 200, profile: *profile}, 3)
	case *only != "":
		err = profileOne(context.Background(), *only, *profile)
	default:
		err = report(context.Background(), *check, *asJSON)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
}

// rounds and operations a round: each layer has its turn in each round, and the median counts.
const rounds = 7

// work is one operation at each layer.
type work struct {
	name   string
	ops    int // a round
	layers []layer
}

// layer does the operation count times. It may be asked again and again.
type layer struct {
	name   string
	run    func(ctx context.Context, count int) error
	beside bool // not a layer of the path, but something to compare it with
}

// report prints a table for each operation, or all of them as JSON.
func report(ctx context.Context, short, asJSON bool) error {
	if !asJSON {
		return compare(ctx, short, show)
	}
	var all []operation
	err := compare(ctx, short, func(w work, costs []time.Duration) error {
		all = append(all, operationOf(w, costs))
		return nil
	})
	if err != nil {
		return err
	}
	return writeJSON(os.Stdout, all)
}

// compare measures each operation and hands on what it found.
func compare(ctx context.Context, short bool, found func(work, []time.Duration) error) error {
	s, err := newSubject(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	for _, w := range s.works() {
		n := rounds
		if short {
			w.ops, n = max(w.ops/50, 1), 1
		}
		costs, err := measure(ctx, w, n)
		if err != nil {
			return err
		}
		if err := found(w, costs); err != nil {
			return err
		}
	}
	return nil
}

// measure returns the median CPU time of one operation at each layer.
func measure(ctx context.Context, w work, rounds int) ([]time.Duration, error) {
	all := make([][]time.Duration, len(w.layers))
	for range rounds {
		for i, l := range w.layers {
			before := cpu()
			if err := l.run(ctx, w.ops); err != nil {
				return nil, fmt.Errorf("%s at %s: %w", w.name, l.name, err)
			}
			all[i] = append(all[i], (cpu()-before)/time.Duration(w.ops))
		}
	}
	medians := make([]time.Duration, len(w.layers))
	for i := range all {
		slices.SortFunc(all[i], cmp.Compare)
		medians[i] = all[i][len(all[i])/2]
	}
	return medians, nil
}

// cpu is the processor time that this process has used.
func cpu() time.Duration {
	var usage syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &usage) // fails only for a bad argument
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// show prints each layer's cost, what it adds to the layer below, and its ratio to the first two: the bare client and
// the storage.
func show(w work, costs []time.Duration) error {
	fmt.Printf("%s\n", w.name)
	t := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprint(t, "layer\tCPU µs\tadds\tvs clientv3\tvs etcd3\t\n")
	below := time.Duration(0)
	for i, l := range w.layers {
		adds := fmt.Sprintf("%+.1f", micro(costs[i]-below))
		if l.beside {
			adds = ""
		}
		fmt.Fprintf(t, "%s\t%.1f\t%s\t%.2f\t%.2f\t\n", l.name, micro(costs[i]), adds, ratio(costs[i], costs[0]), ratio(costs[i], costs[1]))
		below = costs[i]
	}
	fmt.Fprintln(t)
	return t.Flush()
}

func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

func ratio(a, b time.Duration) float64 { return float64(a) / float64(max(b, 1)) }

// operation is what one operation costs at each layer, as docs/costs.json keeps it.
type operation struct {
	Name   string `json:"name"`  // create
	Title  string `json:"title"` // create a ConfigMap of 1 KB
	Layers []cost `json:"layers"`
}

// cost is of one layer, with all that lies below it.
type cost struct {
	Layer  string  `json:"layer"`
	Micros float64 `json:"cpuMicroseconds"`
	Beside bool    `json:"beside,omitempty"` // not a layer of the path, but something to compare it with
}

func operationOf(w work, costs []time.Duration) operation {
	name, _, _ := strings.Cut(w.name, " ")
	o := operation{Name: name, Title: w.name}
	for i, l := range w.layers {
		o.Layers = append(o.Layers, cost{l.name, math.Round(micro(costs[i])*10) / 10, l.beside})
	}
	return o
}

func writeJSON(w io.Writer, all []operation) error {
	out := json.NewEncoder(w)
	out.SetIndent("", "  ")
	return out.Encode(all)
}

// profileOne runs one operation at one layer for a while, and writes where its CPU time goes.
func profileOne(ctx context.Context, name, file string) error {
	s, err := newSubject(ctx)
	if err != nil {
		return err
	}
	defer s.close()
	operation, layer, _ := strings.Cut(name, "/")
	for _, w := range s.works() {
		for _, l := range w.layers {
			if strings.HasPrefix(w.name, operation) && l.name == layer {
				return underProfile(file, func() error { return l.run(ctx, w.ops*10) })
			}
		}
	}
	return fmt.Errorf("no operation and layer %q", name)
}

func underProfile(file string, run func() error) error {
	if file == "" {
		return run()
	}
	out, err := os.Create(file)
	if err != nil {
		return err
	}
	defer out.Close()
	if err := pprof.StartCPUProfile(out); err != nil {
		return err
	}
	defer pprof.StopCPUProfile()
	return run()
}
