package jsonpatch

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
)

// ErrBadJSONPatch is the error for a merge patch that is neither an object nor an array.
var ErrBadJSONPatch = errors.New("Invalid JSON Patch")

// MergePatch returns the JSON object doc with a merge patch applied: fields of the patch replace those of doc, objects
// merge, and null removes. A patch that is an array replaces doc. Upstream: jsonpatch.MergePatch.
func MergePatch(ctx context.Context, doc, patch []byte) ([]byte, error) {
	p := newNode(patch)
	if !json.Valid(patch) || p == nil {
		return nil, ErrBadJSONPatch
	}
	b := &budget{ctx: ctx}
	d := newNode(doc)
	for _, n := range []*node{d, p} {
		if err := n.open(b); err != nil {
			return nil, err
		}
	}
	switch {
	case p.isArray:
		if err := p.pruneNulls(b); err != nil {
			return nil, err
		}
		return p.marshal(), nil
	case p.members == nil:
		return nil, ErrBadJSONPatch
	}
	if err := d.merge(b, p); err != nil {
		return nil, err
	}
	return d.marshal(), nil
}

// merge merges the members of patch into those of n. Both are opened objects.
func (n *node) merge(b *budget, patch *node) error {
	for name, value := range patch.members {
		old := n.members[name]
		switch {
		case value == nil:
			delete(n.members, name)
			continue
		case old == nil:
			if err := value.pruneNulls(b); err != nil {
				return err
			}
			n.members[name] = value
			continue
		}
		if err := old.open(b); err != nil {
			return err
		}
		if err := value.open(b); err != nil {
			return err
		}
		var err error
		switch {
		case old.members == nil:
			n.members[name], err = value, value.pruneNulls(b)
		case value.members == nil:
			n.members[name] = value
		default:
			err = old.merge(b, value)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// pruneNulls removes the members that are null from n and all objects in it. It opens every object, so that its members are
// written in the order of their names: upstream's error messages quote the object in this form.
func (n *node) pruneNulls(b *budget) error {
	if n == nil || !n.isOpen() && !bytes.ContainsRune(n.text, '{') {
		return nil
	}
	if err := n.open(b); err != nil {
		return err
	}
	for name, value := range n.members {
		if value == nil {
			delete(n.members, name)
		} else if err := value.pruneNulls(b); err != nil {
			return err
		}
	}
	for _, element := range n.array {
		if err := element.pruneNulls(b); err != nil {
			return err
		}
	}
	return nil
}
