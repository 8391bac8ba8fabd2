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

// itemsNameKind has the lists whose items have kind and apiVersion. The items of all other lists do not: the kind of
// the list implies theirs.
var itemsNameKind = map[string]bool{"List": true, "PartialObjectMetadataList": true}

// kindOf returns the kind of the list in version as.
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

// writeListJSON writes the same bytes as encoding/json for the typed list, with at most one encoded item in memory.
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
		out.Write(text) // Flush returns an error of any write
	}
	out.WriteString("]}\n")
	return out.Flush()
}

// cachedItem writes an item from the bytes that its object caches, without its kind and apiVersion if the list implies
// them, and without the newline at the end. It does not change those bytes.
type cachedItem struct {
	to             *bufio.Writer
	past           io.Writer // the writer below to: large items are not copied into the buffer
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
		k.to.Write(text) // Flush returns the error
		return n, nil
	}
	if err := k.to.Flush(); err != nil {
		return 0, err
	}
	_, err := k.past.Write(text)
	return n, err
}

// largeItem is the size, in bytes, from which a separate Write is cheaper than a copy.
const largeItem = 2 << 10

// writeListHead writes the list up to its items.
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

// withoutKind removes kind and apiVersion from the JSON of an object, preceded by a comma: ,{"kind":"Pod",
// "apiVersion":"v1","metadata":... becomes ,{"metadata":... in place.They are the first fields of
// every struct with a TypeMeta. An unstructured object has sorted keys, so apiVersion is first: its text is not
// changed, as upstream.
func withoutKind(text []byte) []byte {
	rest, ok := afterKind(text, `,{"kind":"`)
	if !ok {
		return text
	}
	start := len(text) - len(rest) - 2
	text[start], text[start+1] = ',', '{'
	return text[start:]
}

// afterKind returns the text after the kind and the apiVersion of an object; false if they are not its first fields.
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

// skipField returns the text after a string field and its comma; false if text does not begin with that field.
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

// writeListPretty writes indented JSON, with at most one encoded item in memory.
func writeListPretty(w io.Writer, l *List, e *encoder) error {
	out := buffered.Get().(*bufio.Writer)
	out.Reset(w)
	defer func() { out.Reset(nil); buffered.Put(out) }()
	if err := writeListJSON(&indenter{to: out}, l, e.compact()); err != nil {
		return err
	}
	return out.Flush()
}

// writeListYAML writes YAML. The keys of the whole document are sorted, so it is converted as a whole.
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

// compact returns the encoder for compact JSON, from which the other forms are made.
func (e *encoder) compact() *encoder {
	compact := *e
	compact.out, compact.id = e.codecs.row(runtime.ContentTypeJSON).Serializer, ""
	return &compact
}

var buffered = sync.Pool{New: func() any { return bufio.NewWriterSize(nil, 32<<10) }}

// indenter is a Writer that indents JSON as json.Indent does, by two spaces a level, without buffering it. Its caller
// flushes the writer below.
type indenter struct {
	to       *bufio.Writer
	depth    int
	empty    bool // an object or an array has begun and is still empty
	inString bool
	escaped  bool // the next byte of the string is escaped
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
	_, err := d.to.Write(nil) // returns an error of any earlier write
	return len(text), err
}

// string writes the rest of the string that has begun, and returns the text after it.
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

// token writes a byte outside of strings, and the white space around it.
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
