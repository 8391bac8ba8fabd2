package jsonpatch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
)

// node is a part of a JSON text. Until a path leads through it and opens it, it is only the text. Nil is null.
type node struct {
	text    []byte
	members map[string]*node // of an opened object
	isArray bool             // it is an opened array
	array   []*node
}

// newNode returns a node for a valid text.
func newNode(text []byte) *node {
	text = bytes.TrimSpace(text)
	if string(text) == "null" {
		return nil
	}
	return &node{text: text}
}

// open splits an object or an array into its parts. An error: the budget is used up.
func (n *node) open(b *budget) error {
	if n.isOpen() || len(n.text) == 0 {
		return nil
	}
	switch n.text[0] {
	case '{':
		n.members = map[string]*node{}
		members(n.text, func(name string, value []byte) { n.members[name] = newNode(value) })
	case '[':
		n.isArray = true
		elements(n.text, func(element []byte) { n.array = append(n.array, newNode(element)) })
	default:
		return nil
	}
	return b.spend(len(n.text))
}

func (n *node) isOpen() bool { return n.members != nil || n.isArray }

// get returns a part of an opened node. A missing member of an object is null.
func (n *node) get(key string) (*node, error) {
	if !n.isArray {
		return n.members[key], nil
	}
	i, err := strconv.Atoi(key)
	if err != nil {
		return nil, err
	}
	if i, err = place(i, len(n.array)); err != nil {
		return nil, err
	}
	return n.array[i], nil
}

// set replaces a value that get has returned.
func (n *node) set(key string, value *node) error {
	if !n.isArray {
		n.members[key] = value
		return nil
	}
	i, err := strconv.Atoi(key)
	if err != nil {
		return err
	}
	if i, err = place(i, len(n.array)); err == nil {
		n.array[i] = value
	}
	return err
}

// add adds a member to an object, or inserts an element into an array.
func (n *node) add(b *budget, key string, value *node) error {
	switch {
	case !n.isArray:
		n.members[key] = value
		return nil
	case key == "-":
		n.array = append(n.array, value)
		return nil
	}
	i, err := strconv.Atoi(key)
	if err != nil {
		return fmt.Errorf("value was not a proper array index: '%s': %w", key, err)
	}
	if i, err = place(i, len(n.array)+1); err != nil {
		return err
	}
	n.array = slices.Insert(n.array, i, value)
	return b.moved(len(n.array) - i)
}

func (n *node) remove(b *budget, key string) error {
	if !n.isArray {
		if _, ok := n.members[key]; !ok {
			return fmt.Errorf("Unable to remove nonexistent key: %s: %w", key, errMissing)
		}
		delete(n.members, key)
		return nil
	}
	i, err := strconv.Atoi(key)
	if err != nil {
		return err
	}
	if i, err = place(i, len(n.array)); err != nil {
		return err
	}
	n.array = slices.Delete(n.array, i, i+1)
	return b.moved(len(n.array) - i)
}

// place returns the index i of n; a negative one counts from the end.
func place(i, n int) (int, error) {
	if i >= n || i < -n {
		return 0, fmt.Errorf("Unable to access invalid index: %d: %w", i, errIndex)
	}
	if i < 0 {
		i += n
	}
	return i, nil
}

// equal compares objects member by member and arrays element by element. Scalars are equal if their texts are.
func (n *node) equal(b *budget, other *node) (bool, error) {
	if n == nil || other == nil {
		return n == other, nil
	}
	if err := n.open(b); err != nil {
		return false, err
	}
	if err := other.open(b); err != nil {
		return false, err
	}
	switch {
	case n.isArray != other.isArray, (n.members == nil) != (other.members == nil),
		len(n.members) != len(other.members), len(n.array) != len(other.array):
		return false, nil
	case !n.isOpen():
		return bytes.Equal(n.text, other.text), nil
	}
	for name, value := range n.members {
		partner, ok := other.members[name]
		if !ok {
			return false, nil
		}
		if same, err := value.equal(b, partner); !same || err != nil {
			return false, err
		}
	}
	for i, value := range n.array {
		if same, err := value.equal(b, other.array[i]); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}

// marshal writes n as encoding/json would: without spaces, the members of opened objects in the order of their names.
func (n *node) marshal() []byte {
	var parts, text bytes.Buffer
	n.writeTo(&parts)
	json.HTMLEscape(&text, parts.Bytes())
	return text.Bytes()
}

func (n *node) writeTo(to *bytes.Buffer) {
	switch {
	case n == nil:
		to.WriteString("null")
	case n.members != nil:
		to.WriteByte('{')
		for i, name := range slices.Sorted(maps.Keys(n.members)) {
			if i > 0 {
				to.WriteByte(',')
			}
			quoted, _ := json.Marshal(name) // a string cannot fail
			to.Write(quoted)
			to.WriteByte(':')
			n.members[name].writeTo(to)
		}
		to.WriteByte('}')
	case n.isArray:
		to.WriteByte('[')
		for i, element := range n.array {
			if i > 0 {
				to.WriteByte(',')
			}
			element.writeTo(to)
		}
		to.WriteByte(']')
	default:
		_ = json.Compact(to, n.text) // it is valid
	}
}
