package main

import (
	"encoding/json"
	"io"
	"math"
	"strings"
	"time"
)

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
