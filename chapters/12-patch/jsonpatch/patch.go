package jsonpatch

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

// The errors of operations, with the library's messages.
var (
	errTest    = errors.New("test failed")
	errMissing = errors.New("missing value")
	errIndex   = errors.New("invalid index referenced")
)

// Patch is a list of operations.
type Patch []Operation

// Operation is one operation of a patch: its members, not decoded.
type Operation map[string]*json.RawMessage

// DecodePatch decodes a patch. Upstream: jsonpatch.DecodePatch.
func DecodePatch(text []byte) (p Patch, err error) {
	return p, json.Unmarshal(text, &p)
}

// Apply returns the JSON object doc after all operations, one after the other. If one of them fails, Apply fails. It ends
// early when ctx does. Upstream: Patch.Apply.
func (p Patch) Apply(ctx context.Context, doc []byte) ([]byte, error) {
	d := &document{budget: budget{ctx: ctx}, root: newNode(doc)}
	if err := d.root.open(&d.budget); err != nil {
		return nil, err
	}
	for _, op := range p {
		if err := d.do(op); err != nil {
			return nil, err
		}
	}
	return d.root.marshal(), ctx.Err()
}

// document is the object to be patched.
type document struct {
	budget
	root *node
}

func (d *document) do(op Operation) error {
	kind, err := op.text("op")
	if err != nil {
		kind = "unknown"
	}
	switch kind {
	case "add":
		return d.add(op)
	case "remove":
		return d.remove(op)
	case "replace":
		return d.replace(op)
	case "move":
		return d.move(op)
	case "test":
		return d.test(op)
	case "copy":
		return d.copy(op)
	}
	return fmt.Errorf("Unexpected kind: %s", kind)
}

func (d *document) add(op Operation) error {
	path, err := op.text("path")
	if err != nil {
		return fmt.Errorf("add operation failed to decode path: %w", errMissing)
	}
	parent, key, err := d.find(path)
	switch {
	case err != nil:
		return err
	case parent == nil:
		return fmt.Errorf("add operation does not apply: doc is missing path: \"%s\": %w", path, errMissing)
	}
	if err := parent.add(&d.budget, key, op.value()); err != nil {
		return fmt.Errorf("error in add for path: '%s': %w", path, err)
	}
	return nil
}

func (d *document) remove(op Operation) error {
	path, err := op.text("path")
	if err != nil {
		return fmt.Errorf("remove operation failed to decode path: %w", errMissing)
	}
	parent, key, err := d.find(path)
	switch {
	case err != nil:
		return err
	case parent == nil:
		return fmt.Errorf("remove operation does not apply: doc is missing path: \"%s\": %w", path, errMissing)
	}
	if err := parent.remove(&d.budget, key); err != nil {
		return fmt.Errorf("error in remove for path: '%s': %w", path, err)
	}
	return nil
}

func (d *document) replace(op Operation) error {
	path, err := op.text("path")
	if err != nil {
		return fmt.Errorf("replace operation failed to decode path: %w", err)
	}
	if path == "" {
		return d.replaceAll(op.value())
	}
	parent, key, err := d.find(path)
	switch {
	case err != nil:
		return err
	case parent == nil:
		return fmt.Errorf("replace operation does not apply: doc is missing path: %s: %w", path, errMissing)
	}
	if _, err := parent.get(key); err != nil {
		return fmt.Errorf("replace operation does not apply: doc is missing key: %s: %w", path, errMissing)
	}
	return parent.set(key, op.value())
}

func (d *document) replaceAll(value *node) error {
	if value != nil {
		if err := value.open(&d.budget); err != nil {
			return err
		}
	}
	if value == nil || !value.isOpen() {
		return errors.New("replace operation value must be object or array: %!w(<nil>)") // the library's message
	}
	d.root = value
	return nil
}

func (d *document) move(op Operation) error {
	from, err := op.text("from")
	if err != nil {
		return fmt.Errorf("move operation failed to decode from: %w", err)
	}
	parent, key, err := d.find(from)
	switch {
	case err != nil:
		return err
	case parent == nil:
		return fmt.Errorf("move operation does not apply: doc is missing from path: %s: %w", from, errMissing)
	}
	value, err := parent.get(key)
	if err == nil {
		err = parent.remove(&d.budget, key)
	}
	if err != nil {
		return fmt.Errorf("error in move for path: '%s': %w", key, err)
	}
	path, err := op.text("path")
	if err != nil {
		return fmt.Errorf("move operation failed to decode path: %w", err)
	}
	parent, key, err = d.find(path)
	switch {
	case err != nil:
		return err
	case parent == nil:
		return fmt.Errorf("move operation does not apply: doc is missing destination path: %s: %w", path, errMissing)
	}
	if err := parent.add(&d.budget, key, value); err != nil {
		return fmt.Errorf("error in move for path: '%s': %w", path, err)
	}
	return nil
}

func (d *document) copy(op Operation) error {
	from, err := op.text("from")
	if err != nil {
		return fmt.Errorf("copy operation failed to decode from: %w", err)
	}
	parent, key, err := d.find(from)
	switch {
	case err != nil:
		return err
	case parent == nil:
		return fmt.Errorf("copy operation does not apply: doc is missing from path: %s: %w", from, errMissing)
	}
	value, err := parent.get(key)
	if err != nil {
		return fmt.Errorf("error in copy for from: '%s': %w", from, err)
	}
	path, err := op.text("path")
	if err != nil {
		return fmt.Errorf("copy operation failed to decode path: %w", errMissing)
	}
	parent, key, err = d.find(path)
	switch {
	case err != nil:
		return err
	case parent == nil:
		return fmt.Errorf("copy operation does not apply: doc is missing destination path: %s: %w", path, errMissing)
	}
	if value != nil {
		text := value.marshal()
		if err := d.copies(len(text)); err != nil {
			return err
		}
		value = &node{text: text}
	}
	if err := parent.add(&d.budget, key, value); err != nil {
		return fmt.Errorf("error while adding value during copy: %w", err)
	}
	return nil
}

func (d *document) test(op Operation) error {
	path, err := op.text("path")
	if err != nil {
		return fmt.Errorf("test operation failed to decode path: %w", err)
	}
	value := d.root
	if path != "" {
		parent, key, err := d.find(path)
		switch {
		case err != nil:
			return err
		case parent == nil:
			return fmt.Errorf("test operation does not apply: is missing path: %s: %w", path, errMissing)
		}
		if value, err = parent.get(key); err != nil {
			return fmt.Errorf("error in test for path: '%s': %w", path, err)
		}
	}
	same, err := value.equal(&d.budget, op.value())
	if err == nil && !same {
		err = fmt.Errorf("testing value %s failed: %w", path, errTest)
	}
	return err
}

// find follows a JSON pointer (RFC 6901) to the parent, an object or array, and returns it with the last name. The parent is
// nil if there is none. The only error: the budget is used up.
func (d *document) find(path string) (parent *node, key string, err error) {
	if err := d.spend(len(path)); err != nil {
		return nil, "", err
	}
	names := strings.Split(path, "/")
	if len(names) < 2 {
		return nil, "", nil
	}
	parent = d.root
	for _, name := range names[1 : len(names)-1] {
		below, err := parent.get(unescape.Replace(name))
		if err != nil || below == nil {
			return nil, "", nil
		}
		if err := below.open(&d.budget); err != nil {
			return nil, "", err
		}
		if !below.isOpen() {
			return nil, "", nil
		}
		parent = below
	}
	return parent, unescape.Replace(names[len(names)-1]), nil
}

var unescape = strings.NewReplacer("~1", "/", "~0", "~")

// text returns a member that is a string.
func (op Operation) text(name string) (text string, err error) {
	raw := op[name]
	if raw == nil && name == "from" {
		return "", fmt.Errorf("operation, missing from field: %w", errMissing)
	}
	if raw == nil {
		return "", fmt.Errorf("operation missing path field: %w", errMissing)
	}
	return text, json.Unmarshal(*raw, &text)
}

// value returns the value to add, or to compare with; nil: null, or none.
func (op Operation) value() *node {
	if raw := op["value"]; raw != nil {
		return newNode(*raw)
	}
	return nil
}
