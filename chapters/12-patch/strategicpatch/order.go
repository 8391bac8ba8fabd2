package strategicpatch

import (
	"fmt"
	"reflect"
	"sort"

	"k8s.io/apimachinery/pkg/util/mergepatch"
)

// order sorts a merged list: the elements that patchOrder lists in its order, those that only the server has in the order
// of serverOrder; then it merges the two, by serverOrder as well.
func (l lists) order(merged, patchOrder, serverOrder []any, kind reflect.Kind) ([]any, error) {
	patched, err := l.positions(patchOrder)
	if err != nil {
		return nil, err
	}
	server, err := l.positions(serverOrder)
	if err != nil {
		return nil, err
	}
	if l.key != "" { // an element without its key has no position
		if err := l.checkKeys(merged); err != nil {
			return nil, err
		}
	}
	listed, others, err := l.partition(merged, patched)
	if err != nil {
		return nil, err
	}
	if kind == reflect.Map {
		for _, list := range [][]any{patchOrder, serverOrder} {
			if err := l.checkKeys(list); err != nil {
				return nil, err
			}
		}
	}
	listed, others = l.sort(listed, patched), l.sort(others, server)
	return l.zip(others, listed, server), nil
}

// positions maps each value of a list to its first position.
func (l lists) positions(list []any) (map[any]int, error) {
	at := make(map[any]int, len(list))
	for i, element := range list {
		value, err := l.identity(element)
		if err != nil {
			return nil, err
		}
		if _, known := at[value]; !known {
			at[value] = i
		}
	}
	return at, nil
}

// identity returns what identifies an element: the value of the merge key, or the scalar itself.
func (l lists) identity(element any) (any, error) {
	fields, isMap := element.(map[string]any)
	_, isList := element.([]any)
	switch {
	case l.key == "" && (isMap || isList):
		return nil, mergepatch.ErrBadArgType("", element)
	case l.key == "":
		return element, nil
	case !isMap:
		return nil, nil // checkKeys returns the error
	}
	value, _, err := l.value(fields)
	return value, err
}

// partition splits a list into the elements that patched has and the others.
func (l lists) partition(merged []any, patched map[any]int) (listed, others []any, err error) {
	for _, element := range merged {
		value, err := l.identity(element)
		if err != nil {
			return nil, nil, err
		}
		if _, ok := patched[value]; ok {
			listed = append(listed, element)
		} else {
			others = append(others, element)
		}
	}
	return listed, others, nil
}

func (l lists) checkKeys(list []any) error {
	for _, element := range list {
		fields, ok := element.(map[string]any)
		if !ok {
			return mergepatch.ErrBadArgType(fields, element)
		}
		if _, ok := fields[l.key]; !ok {
			return mergepatch.ErrNoMergeKey(fields, l.key)
		}
	}
	return nil
}

// sort sorts by position. Elements that are to be deleted come last.
func (l lists) sort(list []any, at map[any]int) []any {
	var sorted, deleted []any
	for _, element := range list {
		if fields, ok := element.(map[string]any); ok && fields[patchDirective] == deletes {
			deleted = append(deleted, element)
		} else {
			sorted = append(sorted, element)
		}
	}
	place := func(i int) (int, bool) {
		value, _ := l.identity(sorted[i])
		at, ok := at[value]
		return at, ok
	}
	// An element without a position is less than all others, as upstream. The order of several such elements depends on the
	// algorithm of sort.SliceStable.
	sort.SliceStable(sorted, func(i, j int) bool {
		left, ok := place(i)
		right, known := place(j)
		return !ok || !known || left < right
	})
	return append(sorted, deleted...)
}

// zip inserts each of the others before the first element of listed that follows it on the server.
func (l lists) zip(others, listed []any, server map[any]int) []any {
	all := make([]any, 0, len(others)+len(listed))
	for len(others) > 0 && len(listed) > 0 {
		other, _ := l.identity(others[0])
		next, _ := l.identity(listed[0])
		left, ok := server[other]
		right, known := server[next]
		if ok && known && left < right {
			all, others = append(all, others[0]), others[1:]
		} else {
			all, listed = append(all, listed[0]), listed[1:]
		}
	}
	return append(append(all, others...), listed...)
}

// checkOrder refuses a $setElementOrder that does not list the elements of the patch in the order of the patch.
func (l lists) checkOrder(patch, order []any) error {
	if len(patch) == 0 || len(order) == 0 {
		return nil
	}
	mismatch := func() error {
		return FormatError(fmt.Sprintf("The order in patch list:\n%v\n doesn't match %s list:\n%v\n", patch, setElementOrderPrefix, order))
	}
	rest := order
	for _, element := range patch {
		fields, isMap := element.(map[string]any)
		if l.key != "" && !isMap {
			return mergepatch.ErrBadArgType(fields, element)
		}
		directive, found := fields[patchDirective]
		if directive == deletes {
			continue
		}
		for !found {
			if len(rest) == 0 {
				return mismatch()
			}
			same, err := l.same(element, rest[0])
			if err != nil {
				return err
			}
			found, rest = same, rest[1:]
		}
		if len(rest) == 0 && directive != nil {
			return mismatch()
		}
	}
	return nil
}

func (l lists) same(left, right any) (bool, error) {
	if l.key != "" {
		if err := l.checkKeys([]any{left, right}); err != nil {
			return false, err
		}
	}
	a, err := l.identity(left)
	if err != nil {
		return false, err
	}
	b, err := l.identity(right)
	return err == nil && a == b, err
}
