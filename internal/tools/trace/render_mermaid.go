package trace

import (
	"fmt"
	"io"
	"strings"
)

// Mermaid prints each trace as a sequence diagram: a participant per layer, an arrow per hop and its answer.
func Mermaid(w io.Writer, traces []Trace) error {
	var b strings.Builder
	for i, t := range traces {
		if i > 0 {
			b.WriteString("\n")
		}
		mermaid(&b, t)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func mermaid(b *strings.Builder, t Trace) {
	fmt.Fprintf(b, "sequenceDiagram\n    title %s\n    actor client\n", safe(t.Request.Method+" "+t.Request.URL))
	seen := map[string]bool{}
	for _, h := range t.Hops {
		if !seen[h.Layer] {
			seen[h.Layer] = true
			fmt.Fprintf(b, "    participant %s as %s\n", h.Layer, strings.Join(strings.Fields(label(h)), " "))
		}
	}
	var open []Hop // the hops that the next one is inside of
	from := func() string {
		if len(open) == 0 {
			return "client"
		}
		return open[len(open)-1].Layer
	}
	back := func() {
		h := open[len(open)-1]
		open = open[:len(open)-1]
		fmt.Fprintf(b, "    %s-->>%s: %s (%s)\n", h.Layer, from(), safe(orDash(h.Out)), duration(h.DurationUS))
	}
	for _, h := range t.Hops {
		for len(open) > 0 && open[len(open)-1].Depth >= h.Depth {
			back()
		}
		fmt.Fprintf(b, "    %s->>%s: %s<br/>%s\n", from(), h.Layer, safe(h.function()), safe(orDash(h.In)))
		open = append(open, h)
	}
	for i, e := range t.Events {
		for j, h := range e.Hops {
			to := "client"
			if j+1 < len(e.Hops) {
				to = e.Hops[j+1].Layer
			}
			fmt.Fprintf(b, "    %s-)%s: event %d<br/>%s\n", h.Layer, to, i+1, safe(orDash(h.Out)))
		}
	}
	for len(open) > 0 {
		back()
	}
}

// safe keeps text from ending a statement or opening an entity in Mermaid.
func safe(text string) string {
	return strings.NewReplacer("#", "#35;", ";", "#59;", "<", "#lt;", ">", "#gt;", "\n", " ").Replace(text)
}

func orDash(text string) string {
	if text == "" {
		return "-"
	}
	return text
}
