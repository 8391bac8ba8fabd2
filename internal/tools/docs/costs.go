package docs

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
)

// costsFile keeps what internal/tools/bench measured last. Times are of the machine that measured; the texts speak of ratios.
const costsFile = "docs/costs.json"

// operation is what one operation costs at each layer, the lowest first. internal/tools/bench writes it.
type operation struct {
	Name   string `json:"name"`  // create
	Title  string `json:"title"` // create a ConfigMap of 1 KB
	Layers []cost `json:"layers"`
}

type cost struct {
	Layer  string  `json:"layer"`
	Micros float64 `json:"cpuMicroseconds"` // with all layers below
	Beside bool    `json:"beside"`          // not a layer of the path, but something to compare it with
}

// Measure runs internal/tools/bench and keeps its figures. It takes a minute, on a machine that does nothing else.
func (c *Course) Measure() error {
	bench := exec.Command("go", "run", "./internal/tools/bench", "-json")
	bench.Dir, bench.Stderr = c.Index.Root(), os.Stderr
	figures, err := bench.Output()
	if err != nil {
		return fmt.Errorf("internal/tools/bench: %w", err)
	}
	return os.WriteFile(c.Index.Path(costsFile), figures, 0o644)
}

// costs writes the tables between <!-- cost: create --> and <!-- end -->.
func (c *Course) costs(p *Page) []Finding {
	var findings []Finding
	for _, b := range p.Blocks() {
		name, ok := strings.CutPrefix(b.Info, "cost: ")
		if !ok || b.Fenced {
			continue
		}
		table, err := c.table(name)
		if err != nil {
			findings = append(findings, p.wrong(b.Line, "%s: %v", b.Title(), err))
		} else if table != b.Body {
			findings = append(findings, p.stale(b.Line, "%s is not what docs/costs.json says:\n%s", b.Title(), diff(b.Body, table)))
			b.Body = table
		}
	}
	return findings
}

// table is one operation's costs in Markdown.
func (c *Course) table(name string) (string, error) {
	o, err := c.operation(name)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	fmt.Fprintf(&text, "\n| %s | CPU | adds | of the bare client |\n|:---|---:|---:|---:|\n", o.Title)
	below := 0.0
	for _, l := range o.Layers {
		adds := micros(l.Micros - below)
		switch {
		case l.Beside:
			adds = ""
		case l.Micros < 1.02*below:
			adds = "~ 0"
		}
		fmt.Fprintf(&text, "| %s | %s | %s | %.1f × |\n", l.Layer, micros(l.Micros), adds, l.Micros/o.Layers[0].Micros)
		below = l.Micros
	}
	return text.String() + "\n", nil
}

func (c *Course) operation(name string) (operation, error) {
	text, err := os.ReadFile(c.Index.Path(costsFile))
	if err != nil {
		return operation{}, fmt.Errorf("%w; scripts/docs --costs measures them", err)
	}
	var all []operation
	if err := json.Unmarshal(text, &all); err != nil {
		return operation{}, fmt.Errorf("%s: %w", costsFile, err)
	}
	var known []string
	for _, o := range all {
		if o.Name == name && len(o.Layers) > 0 {
			return o, nil
		}
		known = append(known, o.Name)
	}
	return operation{}, fmt.Errorf("no operation %q was measured; there are %s", name, strings.Join(known, ", "))
}

// micros is a time of up to a second, with three digits.
func micros(m float64) string {
	switch {
	case m >= 9950:
		return fmt.Sprintf("%.0f ms", m/1000)
	case m >= 999.5:
		return fmt.Sprintf("%.1f ms", m/1000)
	case m >= 9.95:
		return fmt.Sprintf("%.0f µs", m)
	}
	return fmt.Sprintf("%.1f µs", m)
}
