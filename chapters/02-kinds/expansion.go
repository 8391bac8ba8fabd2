package kinds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// maxValues bounds the values of a body. One counts as two. An object counts as four more, since {} may become
// several hundred bytes, and an element of a list as ten more, since null may become a struct of a thousand bytes with
// defaults and faults of its own. What etcd can store has far fewer.
const maxValues = 220_000

// maxDirectives is how many %TAG a YAML body may have, in UTF-8 or UTF-16: each is compared with all before it.
const maxDirectives = 100

// CheckExpansion refuses (413) a body that takes much more memory than its bytes: of too many small values, or of YAML
// whose aliases repeat what their anchors name (a hundred kilobytes can stand for gigabytes). limit is the longest body
// in bytes; YAML may not be longer when its aliases are written out.
func CheckExpansion(contentType string, body []byte, limit int64) error {
	mediaType, _, _ := strings.Cut(strings.ToLower(contentType), ";")
	switch {
	case strings.Contains(mediaType, "protobuf"): // Decode measures it, by its type
		return nil
	case !strings.Contains(mediaType, "yaml"), json.Valid(body): // without aliases
		return CheckValues(body)
	}
	if bytes.Count(body, []byte("%TAG"))+bytes.Count(body, []byte("%\x00T")) > maxDirectives {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d %%TAG directives in YAML", maxDirectives))
	}
	if err := checkValues(yamlValues(body)); err != nil {
		return err
	}
	return checkAliases(body, limit)
}

// CheckValues refuses (413) JSON of too many values. YAML is checked once more when it has become JSON.
func CheckValues(text []byte) error { return checkValues(jsonValues(text)) }

func checkValues(n int) error {
	if n > maxValues {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d, where a value counts as 2, an object as 6 and an element of a list as 12, got %d", maxValues, n))
	}
	return nil
}

// jsonValues counts the values in JSON without decoding it.
func jsonValues(text []byte) (n int) {
	if 12*len(text) <= maxValues {
		return 0
	}
	var open []byte // the brackets around the place
	element := func() {
		if len(open) > 0 && open[len(open)-1] == '[' {
			n += 10
		}
	}
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '{', '[':
			n += 4
			open = append(open, text[at])
			element() // the first one, of a list
		case '}', ']':
			open = open[:max(len(open)-1, 0)]
		case ',':
			n += 2
			element()
		case '"':
			for at++; at < len(text) && text[at] != '"'; at++ {
				if text[at] == '\\' {
					at++
				}
			}
		}
	}
	return n
}

// yamlValues counts what begins a value in YAML, or looks as if it did.
func yamlValues(text []byte) (n int) {
	for at, c := range text {
		switch c {
		case '{':
			n += 4
		case '[', ',':
			n++
		case '-', '?', ':':
			if at+1 < len(text) && bytes.IndexByte([]byte(" \t\r\n\x00\xc2\xe2"), text[at+1]) >= 0 { // a blank, a break in UTF-16 or beyond ASCII
				n++
			}
		}
	}
	return n
}

// checkAliases adds up what a YAML document is when each alias is replaced by what it stands for. Each anchor is
// measured once, so this takes no longer than reading the document.
func checkAliases(text []byte, limit int64) error {
	const harmless = 8 << 10 // 2,000 aliases of 4,000 bytes
	if len(text) < harmless || !bytes.Contains(text, []byte("&")) || !bytes.Contains(text, []byte("*")) {
		return nil
	}
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return apierrors.NewBadRequest(fmt.Sprintf("error converting YAML to JSON: %v", err))
	}
	expanded := measures{}.of(&document)
	if expanded.bytes > limit {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d, aliases in YAML included", limit))
	}
	return checkValues(int(expanded.values))
}

// measure is how long a YAML node is, and how many values it holds, when its aliases are replaced.
type measure struct{ bytes, values int64 }

// measures are those of anchors. An anchor that is being measured has the zero measure: an alias inside of what it
// stands for is refused by whoever decodes it.
type measures map[*yaml.Node]measure

func (m measures) of(n *yaml.Node) (sum measure) {
	if n.Anchor != "" {
		if known, ok := m[n]; ok {
			return known
		}
		m[n] = measure{}
		defer func() { m[n] = sum }()
	}
	switch n.Kind {
	case yaml.AliasNode:
		return m.of(n.Alias)
	case yaml.MappingNode:
		sum.values = 3
	}
	const enough = 1 << 40 // more would not fit into an int64 in the end
	sum.values++
	sum.bytes += int64(len(n.Value)) + 2
	for _, part := range n.Content {
		below := m.of(part)
		sum.bytes = min(sum.bytes+below.bytes, enough)
		sum.values = min(sum.values+below.values, enough)
	}
	return sum
}
