package strategicpatch

import (
	"errors"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// lists merges two lists of one field.
type lists struct {
	merger
	schema        schema // of an element
	key           string // the merge key; "": scalars
	deletesValues bool   // the patch lists values to delete
}

// strategyOf returns the tag patchStrategy without retainKeys, which only programs that create patches use.
func strategyOf(meta strategicpatch.PatchMeta) (string, error) {
	all := meta.GetPatchStrategies()
	switch {
	case len(all) == 0, len(all) == 1 && all[0] == retainKeys:
		return "", nil
	case len(all) == 1:
		return all[0], nil
	case len(all) == 2 && all[0] == retainKeys:
		return all[1], nil
	case len(all) == 2 && all[1] == retainKeys:
		return all[0], nil
	}
	return "", fmt.Errorf("unexpected patch strategy: %v", all)
}

// merge merges patch into original, or replaces it. server is the order for a $setElementOrder: that of original without
// the deleted elements; new elements follow, but no more than were deleted.
func (l lists) merge(original, patch []any, strategy string) (merged, server []any, err error) {
	switch {
	case strategy != merges && !l.deletesValues:
		return runtime.DeepCopyJSONValue(patch).([]any), original, nil
	case len(original) == 0 && len(patch) == 0:
		return original, original, nil
	}
	kind, err := kindOf(original, patch)
	if err != nil {
		return nil, nil, err
	}
	if kind != reflect.Map {
		merged, err = l.scalars(original, patch)
		return merged, original, err
	}
	if l.key == "" {
		return nil, nil, fmt.Errorf("cannot merge lists without merge key for %s", l.schema.Name())
	}
	kept, others, replaced, err := l.directives(original, patch)
	if err != nil {
		return nil, nil, err
	}
	if replaced {
		kept, others = runtime.DeepCopyJSONValue(others).([]any), nil
	}
	if merged, err = l.elements(kept, others); err != nil {
		return nil, nil, err
	}
	server = original
	if !replaced {
		server = slices.Clone(merged[:min(len(original), len(merged))])
	}
	merged, err = l.order(merged, others, kept, kind)
	return merged, server, err
}

// scalars merges two lists of values, without duplicates, or removes the values of the patch.
func (l lists) scalars(original, patch []any) (merged []any, err error) {
	in := map[any]bool{}
	if l.deletesValues {
		for _, value := range patch {
			in[value] = true
		}
		merged = []any{}
		for _, value := range original {
			if !in[value] {
				merged = append(merged, value)
			}
		}
		return merged, nil
	}
	for _, list := range [][]any{original, patch} {
		for _, value := range list {
			if !in[value] {
				in[value] = true
				merged = append(merged, value)
			}
		}
	}
	return l.order(merged, patch, original, reflect.String)
}

// directives applies the elements that have a $patch. kept are the elements of original that are not deleted, others those
// to be merged into kept or, after a replace, the new list.
func (l lists) directives(original, patch []any) (kept, others []any, replaced bool, err error) {
	others, gone := []any{}, map[any]bool{}
	for _, element := range patch {
		fields := element.(map[string]any)
		directive, ok := fields[patchDirective]
		switch {
		case !ok:
			others = append(others, element)
		case directive == replaces:
			replaced = true
		case directive == deletes:
			value, ok, err := l.value(fields)
			if err != nil || !ok {
				return nil, nil, false, noKey(err, fields, l.key)
			}
			gone[value] = true
		case directive == merges:
			return nil, nil, false, errors.New("merging lists cannot yet be specified in the patch")
		default:
			return nil, nil, false, mergepatch.ErrBadPatchType(directive, fields)
		}
	}
	if len(gone) == 0 {
		return original, others, replaced, nil
	}
	for _, element := range original {
		value, ok, err := l.value(element.(map[string]any))
		if err != nil {
			return nil, nil, false, err
		}
		if !ok || !gone[value] {
			kept = append(kept, element)
		}
	}
	return kept, others, replaced, nil
}

// elements merges each element of patch into the one of original that has the same key, or appends it.
func (l lists) elements(original, patch []any) ([]any, error) {
	merged := append(make([]any, 0, len(original)+len(patch)), original...)
	at := map[any]int{}
	for i, element := range original {
		value, ok, err := l.value(element.(map[string]any))
		if err != nil {
			return nil, err
		}
		if _, known := at[value]; ok && !known {
			at[value] = i
		}
	}
	for _, element := range patch {
		fields := element.(map[string]any)
		value, ok, err := l.value(fields)
		if err != nil || !ok {
			return nil, noKey(err, fields, l.key)
		}
		if i, known := at[value]; known {
			if merged[i], err = l.maps(merged[i].(map[string]any), fields, l.schema); err != nil {
				return nil, err
			}
			continue
		}
		at[value] = len(merged)
		merged = append(merged, runtime.DeepCopyJSON(fields))
	}
	return merged, nil
}

// value returns the value of the merge key, which may be of any comparable type; ok is false if the key is missing.
func (l lists) value(fields map[string]any) (value any, ok bool, err error) {
	value, ok = fields[l.key]
	switch value.(type) {
	case map[string]any, []any:
		return nil, false, FormatError(fmt.Sprintf("merge key %s is not a scalar: %v", l.key, value))
	}
	return value, ok, nil
}

func noKey(err error, fields map[string]any, key string) error {
	if err != nil {
		return err
	}
	return mergepatch.ErrNoMergeKey(fields, key)
}

// kindOf returns the kind of all elements: reflect.Map, or that of a scalar.
func kindOf(lists ...[]any) (reflect.Kind, error) {
	var kind reflect.Type
	for _, list := range lists {
		for _, element := range list {
			switch t := reflect.TypeOf(element); {
			case t == nil:
				return 0, errors.New("list elements must not be null")
			case kind == nil && t.Kind() == reflect.Slice:
				return 0, mergepatch.ErrNoListOfLists
			case kind == nil:
				kind = t
			case kind != t:
				return 0, FormatError(fmt.Sprintf("list element types are not identical: %v", lists))
			}
		}
	}
	if kind == nil {
		return 0, errors.New("no elements in any of the given slices")
	}
	return kind.Kind(), nil
}

// orderedLists merges the lists for which the patch has a $setElementOrder. It returns the fields of the patch that it has
// merged.
func (m merger) orderedLists(original, patch map[string]any, s schema) (done map[string]bool, err error) {
	for directive, order := range patch {
		if !strings.HasPrefix(directive, setElementOrderPrefix) {
			continue
		}
		if done == nil {
			done = map[string]bool{}
		}
		done[directive] = true
		list, ok := order.([]any)
		if !ok {
			return nil, mergepatch.ErrBadArgType(list, order)
		}
		name, err := directedList(directive, setElementOrderPrefix, mergepatch.ErrBadPatchFormatForSetElementOrderList)
		if err != nil {
			return nil, err
		}
		if err := m.orderedList(original, patch, name, list, s); err != nil {
			return nil, err
		}
		done[name] = true
	}
	return done, nil
}

func (m merger) orderedList(original, patch map[string]any, name string, order []any, s schema) error {
	old, exists, err := listIn(original, name)
	if err != nil {
		return err
	}
	value, patched, err := listIn(patch, name)
	if err != nil {
		return err
	}
	below, meta, err := s.LookupPatchMetadataForSlice(name)
	if err != nil {
		return err
	}
	strategy, err := strategyOf(meta)
	if err != nil {
		return err
	}
	l := lists{merger: m, schema: below, key: meta.GetPatchMergeKey()}
	if err := l.checkOrder(value, order); err != nil {
		return err
	}
	merged := old
	switch {
	case !exists && !patched:
		return nil
	case !exists:
		cleaned, _ := withoutDirectives(value, false)
		merged = cleaned.([]any)
	case patched:
		if merged, old, err = l.merge(old, value, strategy); err != nil {
			return err
		}
	}
	kind, err := kindOf(old, value)
	if err != nil {
		return err
	}
	original[name], err = l.order(merged, order, old, kind)
	return err
}

func listIn(fields map[string]any, name string) (list []any, ok bool, err error) {
	value, ok := fields[name]
	if list, isList := value.([]any); isList || !ok {
		return list, ok, nil
	}
	return nil, ok, mergepatch.ErrBadArgType([]any{}, value)
}
