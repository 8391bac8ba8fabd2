package kinds

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// maxValues is how many values a body may hold; an object counts as four. In memory a value takes about 100 bytes, and
// an object that is written with two of them, {}, several hundred. What etcd can store has far fewer.
const maxValues = 400_000

// CheckExpansion refuses (413) a body that takes much more memory than its bytes: of too many small values, or of YAML
// whose aliases repeat what their anchors name (a hundred kilobytes can stand for gigabytes). limit is the longest body
// in bytes; YAML may not be longer when its aliases are written out.
func CheckExpansion(contentType string, body []byte, limit int64) error {
	contentType = strings.ToLower(contentType)
	switch {
	case strings.Contains(contentType, "protobuf"):
		return nil
	case !strings.Contains(contentType, "yaml"):
		return checkValues(jsonValues(body))
	case json.Valid(body): // without aliases
		return checkValues(jsonValues(body))
	}
	if err := checkValues(yamlValues(body)); err != nil {
		return err
	}
	return checkAliases(body, limit)
}

func checkValues(n int) error {
	if n > maxValues {
		return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d values, where an object counts as 4, got %d", maxValues, n))
	}
	return nil
}

// jsonValues counts the values in JSON, but for empty arrays and the like, without decoding it.
func jsonValues(text []byte) (n int) {
	if 4*len(text) <= maxValues {
		return 0
	}
	for at := 0; at < len(text); at++ {
		switch text[at] {
		case '{':
			n += 4
		case '[', ',':
			n++
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
func yamlValues(text []byte) int {
	if 4*len(text) <= maxValues {
		return 0
	}
	n := 4 * bytes.Count(text, []byte("{"))
	for _, mark := range []string{"[", ",", "- ", "-\n", ": ", ":\n", "? "} {
		n += bytes.Count(text, []byte(mark))
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
