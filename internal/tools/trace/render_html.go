package trace

import (
	_ "embed"
	"encoding/json"
	"html/template"
	"io"
	"strings"
)

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
