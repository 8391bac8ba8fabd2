package strategicpatch

import (
	"context"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/mergepatch"
	"k8s.io/apimachinery/pkg/util/strategicpatch"
)

// Directives: names of fields, and values of $patch.
const (
	patchDirective                = "$patch"
	retainKeysDirective           = "$retainKeys"
	setElementOrderPrefix         = "$setElementOrder"
	deleteFromPrimitiveListPrefix = "$deleteFromPrimitiveList"

	deletes    = "delete"
	replaces   = "replace"
	merges     = "merge"
	retainKeys = "retainKeys"
)

type schema = strategicpatch.LookupPatchMeta

// FormatError is a mistake in the patch for which upstream's library returns an untyped error, or panics: a
// $setElementOrder that does not list the elements of the patch in the order of the patch, a merge key that is no scalar.
type FormatError string

func (e FormatError) Error() string { return string(e) }

// Merge merges patch into original, which it changes and returns; patch is only read. Every error but that of ctx is a
// mistake in the patch. Upstream: strategicpatch.StrategicMergeMapPatchUsingLookupPatchMeta.
func Merge(ctx context.Context, original, patch map[string]any, s strategicpatch.LookupPatchMeta) (map[string]any, error) {
	return merger{ctx}.maps(original, patch, s)
}

type merger struct{ ctx context.Context }

// maps merges a patch into an object in the order: $patch, $retainKeys, ordered lists, other fields.
func (m merger) maps(original, patch map[string]any, s schema) (map[string]any, error) {
	if err := m.ctx.Err(); err != nil {
		return nil, err
	}
	if directive, ok := patch[patchDirective]; ok {
		return replacement(directive, patch)
	}
	if original == nil {
		original = map[string]any{}
	}
	if err := retain(original, patch); err != nil {
		return nil, err
	}
	ordered, err := m.orderedLists(original, patch, s)
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(patch)) {
		if name == retainKeysDirective || ordered[name] {
			continue
		}
		if err := m.field(original, name, patch[name], s); err != nil {
			return nil, err
		}
	}
	return original, nil
}

// replacement returns the new value of an object whose patch has a $patch.
func replacement(directive any, patch map[string]any) (map[string]any, error) {
	switch directive {
	case replaces:
		copied := runtime.DeepCopyJSON(patch)
		delete(copied, patchDirective)
		return copied, nil
	case deletes:
		return map[string]any{}, nil
	}
	return nil, mergepatch.ErrBadPatchType(directive, patch)
}

// retain applies $retainKeys: it removes the fields of original that are not listed. All fields that the patch sets must be
// listed.
func retain(original, patch map[string]any) error {
	directive, ok := patch[retainKeysDirective]
	if !ok {
		return nil
	}
	list, ok := directive.([]any)
	if !ok {
		return mergepatch.ErrBadPatchFormatForRetainKeys
	}
	retained := map[string]bool{}
	for _, name := range list {
		if name, ok := name.(string); ok {
			retained[name] = true
		}
	}
	for name, value := range patch {
		set := value != nil && name != retainKeysDirective && !strings.HasPrefix(name, deleteFromPrimitiveListPrefix) &&
			!strings.HasPrefix(name, setElementOrderPrefix)
		if set && !retained[name] {
			return mergepatch.ErrBadPatchFormatForRetainKeys
		}
	}
	maps.DeleteFunc(original, func(name string, _ any) bool { return !retained[name] })
	return nil
}

// field merges one field of a patch.
func (m merger) field(original map[string]any, name string, value any, s schema) error {
	deletesValues := strings.HasPrefix(name, deleteFromPrimitiveListPrefix)
	if deletesValues {
		list, err := directedList(name, deleteFromPrimitiveListPrefix, mergepatch.ErrBadPatchFormatForPrimitiveList)
		if err != nil {
			return err
		}
		if list != "" {
			name = list
		}
	}
	old, exists := original[name]
	var err error
	switch {
	case value == nil:
		delete(original, name)
	case !exists || reflect.TypeOf(old) != reflect.TypeOf(value):
		if !deletesValues {
			replace(original, name, value)
		}
	default:
		switch value := value.(type) {
		case map[string]any:
			original[name], err = m.mapField(old.(map[string]any), value, name, s)
		case []any:
			original[name], err = m.listField(old.([]any), value, name, s, deletesValues)
		default:
			original[name] = value
		}
	}
	return err
}

func (m merger) mapField(old, value map[string]any, name string, s schema) (map[string]any, error) {
	below, meta, err := s.LookupPatchMetadataForStruct(name)
	if err != nil {
		return nil, err
	}
	strategy, err := strategyOf(meta)
	switch {
	case err != nil:
		return nil, err
	case strategy == replaces:
		return runtime.DeepCopyJSON(value), nil
	}
	return m.maps(old, value, below)
}

func (m merger) listField(old, value []any, name string, s schema, deletesValues bool) ([]any, error) {
	below, meta, err := s.LookupPatchMetadataForSlice(name)
	if err != nil {
		return nil, err
	}
	strategy, err := strategyOf(meta)
	if err != nil {
		return nil, err
	}
	l := lists{merger: m, schema: below, key: meta.GetPatchMergeKey(), deletesValues: deletesValues}
	merged, _, err := l.merge(old, value, strategy)
	return merged, err
}

// replace sets a field that original does not have, or has with another type. Fields of the value that are null, and parts
// with a $patch, are omitted.
func replace(original map[string]any, name string, value any) {
	if value, keep := withoutDirectives(value, true); keep {
		original[name] = value
	} else {
		delete(original, name)
	}
}

// withoutDirectives copies a value without its parts that have a $patch; keep is false if it has one itself.
func withoutDirectives(value any, dropNulls bool) (copied any, keep bool) {
	switch value := value.(type) {
	case map[string]any:
		if _, ok := value[patchDirective]; ok {
			return nil, false
		}
		fields := make(map[string]any, len(value))
		for name, field := range value {
			if dropNulls && field == nil {
				continue
			}
			if field, keep := withoutDirectives(field, dropNulls); keep {
				fields[name] = field
			}
		}
		return fields, true
	case []any:
		elements := make([]any, 0, len(value))
		for _, element := range value {
			if element, keep := withoutDirectives(element, dropNulls); keep {
				elements = append(elements, element)
			}
		}
		return elements, true
	}
	return value, true
}

// directedList returns the list that a directive names: containers in $setElementOrder/containers.
func directedList(directive, prefix string, malformed error) (string, error) {
	name, list, ok := strings.Cut(directive, "/")
	if !ok || name != prefix {
		return "", malformed
	}
	return list, nil
}
