package kinds

import (
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

const testLimit = 3 << 20

func TestABodyThatIsHugeInMemoryIsRefused(t *testing.T) {
	t.Parallel()
	laughs := "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n"
	for _, row := range []string{"10", "21", "32", "43", "54", "65", "76", "87", "98"} {
		laughs += "a" + row[:1] + ": &a" + row[:1] + " [" + strings.TrimSuffix(strings.Repeat("*a"+row[1:]+", ", 10), ", ") + "]\n"
	}
	rows := map[string]struct{ contentType, body string }{
		"a million empty objects":          {"application/json", `{"a":[` + strings.Repeat("{},", 1<<20) + `{}]}`},
		"a million numbers":                {"application/json-patch+json", `{"a":[` + strings.Repeat("1,", 1<<20) + `1]}`},
		"the same in YAML":                 {"application/apply-patch+yaml", `{"a":[` + strings.Repeat("{},", 1<<20) + `{}]}`},
		"in YAML with quotes of two kinds": {"application/yaml", `{'"': 1, a: [` + strings.Repeat("{},", 1<<20) + `{}]}`},
		"in YAML's own layout":             {"application/yaml", "a:\n" + strings.Repeat("- 1\n", 700_000)},
		"breaks that are no newlines":      {"application/yaml", "a:\n" + strings.Repeat("-\u2028", 700_000)},
		"keys that are null":               {"application/yaml", "a:\n" + strings.Repeat("?\n", 1<<20)},
		"20,000 elements that are null":    {"application/json; a=protobuf", `{"a":[` + strings.Repeat("null,", 20_000) + `1]}`},
		"tags that are declared":           {"application/yaml", strings.Repeat("%TAG !a! b:\n", 1000) + "---\na: b"},
		"a long string 10,000 times":       {"application/yaml; charset=utf-8", "a: &a " + strings.Repeat("x", 50_000) + "\nb: [" + strings.Repeat("*a, ", 10_000) + "*a]"},
		"a list of lists of lists":         {"application/yaml", laughs + "# " + strings.Repeat("x", 8<<10)},
		"a million nulls in CBOR":          {"application/cbor", "\xa1\x41a\x9a\x00\x10\x00\x00" + strings.Repeat("\xf6", 1<<20)},
		"in CBOR of indefinite length":     {"application/apply-patch+cbor", "\xd9\xd9\xf7\xbf\x41a\x9f" + strings.Repeat("\xf6", 1<<20) + "\xff\xff"},
		"maps in a list of CBOR":           {"application/cbor", "\x9a\x00\x10\x00\x00" + strings.Repeat("\xa0", 1<<20)},
		"pairs in a map of CBOR":           {"application/cbor", "\xba\x00\x08\x00\x00" + strings.Repeat("\x41a\xf6", 1<<19)},
		"tags before a million nulls":      {"application/cbor", "\x9a\x00\x10\x00\x00" + strings.Repeat("\xc1\xf6", 1<<20)},
		"merged maps":                      {"Application/YAML", "a: &a {b: " + strings.Repeat("x", 50_000) + "}\nc:\n" + strings.Repeat("- <<: *a\n", 10_000)},
	}
	codecs := NewCodecs(NewScheme(), CBORServingAndStorage)
	for sentence, row := range rows {
		if err := codecs.CheckBody(row.contentType, []byte(row.body), testLimit); !apierrors.IsRequestEntityTooLargeError(err) {
			t.Errorf("%s: %v", sentence, err)
		}
	}
}

func TestAnOrdinaryLargeBodyIsNoExpansion(t *testing.T) {
	t.Parallel()
	rows := map[string]struct{ contentType, body string }{
		"nothing":                          {"", ""},
		"a text of commas in JSON":         {"application/json", `{"a":"` + strings.Repeat(`\",`, 1<<20) + `"}`},
		"many addresses":                   {"application/json", `[` + strings.Repeat(`{"ip":"10.0.0.1","nodeName":"node-1"},`, 10_000) + `{}]`},
		"a script in YAML":                 {"application/yaml", "a: |\n" + strings.Repeat("  if a && b; then echo *.txt; fi # a: b, c\n", 20_000)},
		"a long string in CBOR":            {"application/cbor", "\xa1\x41a\x5a\x00\x10\x00\x00" + strings.Repeat("\x9f", 1<<20)},
		"strings of chunks in CBOR":        {"application/cbor", "\x5f" + strings.Repeat("\x58\xff"+strings.Repeat("\x80", 255), 4000) + "\xff"},
		"a list in CBOR that is cut off":   {"application/cbor", "\x9b\xff\xff\xff\xff\xff\xff\xff\xff" + strings.Repeat("\x1b", 20_000)},
		"lists in lists of CBOR":           {"application/cbor", strings.Repeat("\x81", 1<<20)},
		"an anchor that is used ten times": {"application/yaml", "a: &a " + strings.Repeat("x", 50_000) + "\nb: [" + strings.Repeat("*a, ", 9) + "*a]"},
		"an anchor that contains itself":   {"application/yaml", "a: &a [*a] # " + strings.Repeat("x", 8<<10)},
		"aliases in a small body":          {"application/yaml", "a: &a x\nb: *a"},
	}
	codecs := NewCodecs(NewScheme(), CBORServingAndStorage)
	for sentence, row := range rows {
		if err := codecs.CheckBody(row.contentType, []byte(row.body), testLimit); err != nil {
			t.Errorf("%s: %v", sentence, err)
		}
	}
}
