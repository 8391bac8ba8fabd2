package kinds

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"sync"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"sigs.k8s.io/yaml"
)

// itemsNameKind are the lists whose items each say their kind. In every other list the items are of the kind that the
// list's own name implies, and do not repeat it.
var itemsNameKind = map[string]bool{"List": true, "PartialObjectMetadataList": true}

// kindOf returns the kind under which the list is written.
func (l *List) kindOf(as schema.GroupVersion) (schema.GroupVersionKind, error) {
	kind := inVersion(l.GroupVersionKind(), as)
	if kind.Kind == "" && len(l.Items) > 0 {
		if item := l.Items[0].GetObjectKind().GroupVersionKind(); item.Kind != "" {
			kind.Kind = item.Kind + "List"
		}
	}
	if kind.Kind == "" || kind.Version == "" {
		return kind, errors.New("a list must name its kind: set its TypeMeta")
	}
	return kind, nil
}

// writeListJSON writes what encoding/json makes of the typed list, with no more than one item in memory.
func writeListJSON(w io.Writer, l *List, e *encoder) error {
	out := buffered.Get().(*bufio.Writer)
	out.Reset(w)
	defer func() { out.Reset(nil); buffered.Put(out) }()
	if err := writeListHead(out, l, e.as); err != nil {
		return err
	}
	if l.Items == nil {
		out.WriteString("null}\n")
		return out.Flush()
	}
	out.WriteByte('[')
	scratch := takeScratch()
	defer scratch.release()
	for i, item := range l.Items {
		if kept, ok := item.(runtime.CacheableObject); ok {
			if i > 0 {
				out.WriteByte(',')
			}
			if err := kept.CacheEncode(e.identifier(), e.encode, &cachedItem{to: out, past: w, named: itemsNameKind[l.Kind]}); err != nil {
				return err
			}
			continue
		}
		scratch.Reset()
		scratch.WriteByte(',')
		if err := e.object(item, &scratch.Buffer); err != nil {
			return err
		}
		text := bytes.TrimRight(scratch.Bytes(), "\n")
		if !itemsNameKind[l.Kind] {
			text = withoutKind(text)
		}
		if i == 0 {
			text = text[1:]
		}
		out.Write(text) // an error stays with out until Flush
	}
	out.WriteString("]}\n")
	return out.Flush()
}

// cachedItem writes an item out of the bytes that its object keeps, which are copied once and not changed: without the
// kind, where the list implies it, and without the newline at the end.
type cachedItem struct {
	to             *bufio.Writer
	past           io.Writer // behind the buffer, in which a large text would only be copied once more
	named          bool
	begun, newline bool
}

func (k *cachedItem) Write(text []byte) (int, error) {
	n := len(text)
	if k.newline {
		k.to.WriteByte('\n')
	}
	if !k.begun && !k.named {
		if rest, ok := afterKind(text, `{"kind":"`); ok {
			k.to.WriteByte('{')
			text = rest
		}
	}
	k.begun = true
	text, k.newline = bytes.CutSuffix(text, []byte{'\n'})
	if len(text) < largeItem {
		k.to.Write(text) // an error stays with it until Flush
		return n, nil
	}
	if err := k.to.Flush(); err != nil {
		return 0, err
	}
	_, err := k.past.Write(text)
	return n, err
}

// largeItem is the size, in bytes, from which a call costs less than a copy.
const largeItem = 2 << 10

// writeListHead writes all that comes before the items.
func writeListHead(out *bufio.Writer, l *List, as schema.GroupVersion) error {
	kind, err := l.kindOf(as)
	if err != nil {
		return err
	}
	head := struct {
		Kind       string `json:"kind"`
		APIVersion string `json:"apiVersion"`
		Metadata   any    `json:"metadata"`
	}{kind.Kind, kind.GroupVersion().String(), &l.ListMeta}
	text, err := json.Marshal(head)
	if err != nil {
		return err
	}
	out.Write(text[:len(text)-1])
	out.WriteString(`,"items":`)
	return nil
}

// withoutKind takes kind and apiVersion out of the text of an object, preceded by a comma: ,{"kind":"Pod",
// "apiVersion":"v1","metadata":... becomes ,{"metadata":... in place. They come first in every struct that has a
// TypeMeta. In an object made of maps, whose keys are sorted, apiVersion comes first: it stays as it is, as upstream
// writes it.
func withoutKind(text []byte) []byte {
	rest, ok := afterKind(text, `,{"kind":"`)
	if !ok {
		return text
	}
	start := len(text) - len(rest) - 2
	text[start], text[start+1] = ',', '{'
	return text[start:]
}

// afterKind returns what stands behind the kind and the apiVersion of an object; false if its text begins otherwise.
func afterKind(text []byte, begin string) ([]byte, bool) {
	rest, ok := skipField(text, begin)
	if !ok {
		return nil, false
	}
	if behind, ok := skipField(rest, `"apiVersion":"`); ok {
		rest = behind
	}
	return rest, true
}

// skipField returns what stands behind a string field and its comma; false if text does not begin with it.
func skipField(text []byte, upToValue string) ([]byte, bool) {
	if !bytes.HasPrefix(text, []byte(upToValue)) {
		return nil, false
	}
	value := text[len(upToValue):]
	end := bytes.IndexByte(value, '"')
	if end < 0 || end+1 == len(value) || bytes.IndexByte(value[:end], '\\') >= 0 {
		return nil, false
	}
	return bytes.TrimPrefix(value[end+1:], []byte{','}), true
}

// writeListPretty writes the indented form, with no more than one item in memory.
func writeListPretty(w io.Writer, l *List, e *encoder) error {
	out := buffered.Get().(*bufio.Writer)
	out.Reset(w)
	defer func() { out.Reset(nil); buffered.Put(out) }()
	if err := writeListJSON(&indenter{to: out}, l, e.compact()); err != nil {
		return err
	}
	return out.Flush()
}

// writeListYAML writes YAML, which has one order of keys for the whole document and so is made as a whole.
func writeListYAML(w io.Writer, l *List, e *encoder) error {
	scratch := takeScratch()
	defer scratch.release()
	if err := writeListJSON(&scratch.Buffer, l, e.compact()); err != nil {
		return err
	}
	text, err := yaml.JSONToYAML(scratch.Bytes())
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// compact is the encoding to JSON from which other layouts are made.
func (e *encoder) compact() *encoder {
	compact := *e
	compact.out, compact.id = e.codecs.row(runtime.ContentTypeJSON).Serializer, ""
	return &compact
}

var buffered = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 32<<10) }}

// indenter lays out the JSON that is written through it as json.Indent does, by two spaces a level, and keeps none of it.
// What it writes to is flushed by whoever made it.
type indenter struct {
	to       *bufio.Writer
	depth    int
	empty    bool // an object or an array has begun, and nothing is in it yet
	inString bool
	escaped  bool // the next byte of the string means nothing
}

func (d *indenter) Write(text []byte) (int, error) {
	for rest := text; len(rest) > 0; {
		if d.inString {
			rest = d.string(rest)
			continue
		}
		d.token(rest[0])
		rest = rest[1:]
	}
	_, err := d.to.Write(nil) // an error of any write before stays with it
	return len(text), err
}

// string writes what belongs to the string that has begun, and returns what does not.
func (d *indenter) string(text []byte) (rest []byte) {
	for i, c := range text {
		switch {
		case d.escaped:
			d.escaped = false
		case c == '\\':
			d.escaped = true
		case c == '"':
			d.inString = false
			d.to.Write(text[:i+1])
			return text[i+1:]
		}
	}
	d.to.Write(text)
	return nil
}

// token writes a byte outside of strings, and the space around it.
func (d *indenter) token(c byte) {
	switch c {
	case ' ', '\t', '\r', '\n':
		return
	case '}', ']':
		d.depth--
		if !d.empty {
			d.newLine()
		}
		d.empty = false
		d.to.WriteByte(c)
		return
	}
	if d.empty {
		d.empty = false
		d.newLine()
	}
	d.to.WriteByte(c)
	switch c {
	case '{', '[':
		d.depth++
		d.empty = true
	case ',':
		d.newLine()
	case ':':
		d.to.WriteByte(' ')
	case '"':
		d.inString = true
	}
}

var spaces = bytes.Repeat([]byte("  "), 64)

func (d *indenter) newLine() {
	d.to.WriteByte('\n')
	for left := 2 * d.depth; left > 0; left -= len(spaces) {
		d.to.Write(spaces[:min(left, len(spaces))])
	}
}
