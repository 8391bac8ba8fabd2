package trace

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"html/template"
	"io"
	"strings"
)

// JSON prints one trace as an object, several (or none) as a list.
func JSON(w io.Writer, traces []Trace) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	encoder.SetEscapeHTML(false)
	if len(traces) == 1 {
		return encoder.Encode(traces[0])
	}
	return encoder.Encode(traces)
}

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

//go:embed page.html
var pageText string

// HTML prints one page that needs nothing else: each request with its hops on a time line.
func HTML(w io.Writer, traces []Trace) error {
	page, err := template.New("page").Funcs(template.FuncMap{
		"label":    func(h Hop) string { return strings.Join(strings.Fields(label(h)), " ") },
		"function": Hop.function,
		"duration": duration,
		"percent":  percent,
		"add":      func(a, b int) int { return a + b },
		"json":     indented,
	}).Parse(pageText)
	if err != nil {
		return err
	}
	return page.Execute(w, traces)
}

// percent is a part of a whole for a bar's place and width: at least one in a thousand, so that it can be seen.
func percent(part, whole int64) float64 {
	if whole <= 0 {
		return 0
	}
	return max(100*float64(part)/float64(whole), 0.1)
}

func indented(value any) (string, error) {
	data, err := json.MarshalIndent(value, "", "  ")
	return string(data), err
}
