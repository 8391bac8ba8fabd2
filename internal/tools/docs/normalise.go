package docs

import (
	"regexp"
	"slices"
	"strings"
)

// rule takes something out of an output that differs from run to run.
type rule struct {
	pattern *regexp.Regexp
	instead string
}

// rules for every output, in order.
var rules = []rule{
	{regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`), "UID"},
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)`), "TIME"},
	{regexp.MustCompile(`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} \d{4} \d\d:\d\d:\d\d GMT`), "TIME"},
	{regexp.MustCompile(`\b[IWEF]\d{4} \d\d:\d\d:\d\d\.\d+ +\d+ `), "LOG "},
	{regexp.MustCompile(`\b([0-9a-f]{32}|[0-9a-f]{16})\b`), "ID"},
	{regexp.MustCompile(`(127\.0\.0\.1|localhost|\[::1\]):\d+`), "$1:PORT"},
	{regexp.MustCompile(`\b([\w-]+\.go):\d+`), "$1:LINE"},
	{regexp.MustCompile(`kubepath-\d+`), "kubepath-N"},
	{regexp.MustCompile(`\bgo1\.\d+(\.\d+)?\b`), "GO"},
	{regexp.MustCompile(`\b(linux|darwin)/(amd64|arm64)\b`), "PLATFORM"},
	{regexp.MustCompile(`\b(\d+h)?(\d+m)?\d+(\.\d+)? ?(ns|µs|μs|us|ms|s|m|h)\b`), "TOOK"},
	{regexp.MustCompile(`\b\d[\d,]* (bytes|B)\b`), "N bytes"},
	{regexp.MustCompile(`[ \t]+`), " "}, // columns move with what stands in them
	{regexp.MustCompile(` ?─+ ?`), " ─ "},
	{regexp.MustCompile(`(?m) $`), ""},
}

// asked are the rules for what only some outputs may have: the words of a comment <!-- normalise: WORDS -->.
var asked = map[string][]rule{
	"revisions": {
		{regexp.MustCompile(`(?i)((?:resource)?version"?[:= ]+"?|revision"?[:= ]+"?|\brv[= ]|\bmod[= ]|mod\([^)]*\) [=<>!]+ )\d+`), "${1}REV"},
	},
	"numbers": {{regexp.MustCompile(`\d+(\.\d+)?`), "N"}},
	"order":   nil, // see same
}

// same compares two outputs without what differs from run to run.
func same(a, b string, volatile []string) bool {
	return shape(a, volatile) == shape(b, volatile)
}

func shape(text string, volatile []string) string {
	all := slices.Clone(rules)
	for _, word := range volatile {
		all = append(all, asked[word]...)
	}
	for _, r := range all {
		text = r.pattern.ReplaceAllString(text, r.instead)
	}
	text = strings.TrimSpace(text)
	if slices.Contains(volatile, "order") {
		lines := strings.Split(text, "\n")
		slices.Sort(lines)
		text = strings.Join(lines, "\n")
	}
	return text
}
