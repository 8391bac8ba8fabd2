package workloads

import (
	"fmt"
	"strconv"
	"strings"
)

// span is a run of indexes, both ends included.
type span struct{ first, last int32 }

// indexList is a list of indexes as a job's status writes it: "1,3-5,7".
type indexList []span

// len is the number of indexes.
func (l indexList) len() int32 {
	var n int32
	for _, s := range l {
		n += s.last - s.first + 1
	}
	return n
}

// parseIndexes reads a list whose indexes rise and stay below completions. With an error the list is nil.
func parseIndexes(text string, completions int32) (indexList, error) {
	if text == "" {
		return nil, nil
	}
	var list indexList
	for _, part := range strings.Split(text, ",") {
		s, err := parseSpan(part, completions)
		if err != nil {
			return nil, err
		}
		if n := len(list); n > 0 && list[n-1].last >= s.first {
			return nil, fmt.Errorf("non-increasing order, previous: %d, current: %d", list[n-1].last, s.first)
		}
		list = append(list, s)
	}
	return list, nil
}

func parseSpan(text string, completions int32) (span, error) {
	ends := strings.Split(text, "-")
	if len(ends) > 2 {
		return span{}, fmt.Errorf("the fragment %q violates the requirement that an index interval can have at most two parts separated by '-'", text)
	}
	first, err := parseIndex(ends[0], completions)
	if err != nil || len(ends) == 1 {
		return span{first, first}, err
	}
	last, err := parseIndex(ends[1], completions)
	if err == nil && first >= last {
		err = fmt.Errorf("non-increasing order, previous: %d, current: %d", first, last)
	}
	return span{first, last}, err
}

func parseIndex(text string, completions int32) (int32, error) {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0, fmt.Errorf("cannot convert string to integer for index: %q", text)
	}
	if n >= int(completions) {
		return 0, fmt.Errorf("too large index: %q", text)
	}
	return int32(n), nil
}

// overlap fails for lists that share an index. Parts that cannot be read are passed over: another check names them.
func overlap(completed, failed string, completions int32) error {
	a, b := readable(completed, completions), readable(failed, completions)
	for len(a) > 0 && len(b) > 0 {
		switch {
		case a[0].first <= b[0].last && b[0].first <= a[0].last:
			return fmt.Errorf("failedIndexes and completedIndexes overlap at index: %d", max(a[0].first, b[0].first))
		case a[0].first <= b[0].first:
			a = a[1:]
		default:
			b = b[1:]
		}
	}
	return nil
}

// readable are the parts of a list that can be read, in the list's order.
func readable(text string, completions int32) indexList {
	var list indexList
	if text == "" {
		return nil
	}
	for _, part := range strings.Split(text, ",") {
		if s, err := parseSpan(part, completions); err == nil {
			list = append(list, s)
		}
	}
	return list
}
