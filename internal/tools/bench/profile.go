package main

import (
	"context"
	"fmt"
	"os"
	"runtime/pprof"
	"strings"
)

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
