package jsonpatch

import (
	"context"
	"errors"
	"fmt"
	"math/rand"
	"runtime"
	"runtime/debug"
	"strings"
	"testing"

	library "gopkg.in/evanphx/json-patch.v4"
)

// random makes documents and patches out of few names, so that paths often lead somewhere.
type random struct{ *rand.Rand }

func (r random) one(of ...string) string { return of[r.Intn(len(of))] }

func (r random) value(depth int) string {
	kind := r.Intn(8)
	if depth == 0 {
		kind = 4 + r.Intn(4)
	}
	var parts []string
	switch kind {
	case 0, 1:
		for i := range r.Intn(3) { // no name twice: the library merges namesakes
			parts = append(parts, `"`+[]string{"a", r.one("b", "x/y", "é"), r.one("c", "<", `q\"`, "0")}[i]+`" : `+r.value(depth-1))
		}
		return "{" + strings.Join(parts, " ,") + "}"
	case 2, 3:
		for range r.Intn(4) {
			parts = append(parts, r.value(depth-1))
		}
		return "[ " + strings.Join(parts, ",\n") + "]"
	}
	return r.one(`"<&>"`, `"a\\\"]"`, "1", "1.0", "true", "null", `"\u0061"`, `{}`, `[]`, "-3e5")
}

func (r random) path() string {
	path := r.one("", "", "", "x")
	for range r.Intn(4) {
		path += "/" + r.one("a", "b", "c", "x~1y", "<", `q\"`, "0", "1", "-1", "-", "7", "é")
	}
	return path
}

func (r random) patch() string {
	var all []string
	for range 1 + r.Intn(4) {
		switch op := r.one("add", "remove", "replace", "move", "copy", "test", "bogus"); {
		case r.Intn(20) == 0:
			all = append(all, fmt.Sprintf(`{"op":%q}`, op))
		case op == "move" || op == "copy":
			all = append(all, fmt.Sprintf(`{"op":%q,"from":"%s","path":"%s"}`, op, r.path(), r.path()))
		default:
			all = append(all, fmt.Sprintf(`{"op":%q,"path":"%s","value":%s}`, op, r.path(), r.value(2)))
		}
	}
	return "[" + strings.Join(all, ",") + "]"
}

func (r random) object() string {
	for {
		if text := r.value(3); text[0] == '{' {
			return text
		}
	}
}

// answer is a text, an error, or what the library does with some null values: it panics, or takes null for something.
func answer(text []byte, err error) string {
	if err != nil {
		return "error: " + err.Error()
	}
	return string(text)
}

func quietly(apply func() ([]byte, error)) (text string, panicked bool) {
	defer func() { panicked = recover() != nil }()
	return answer(apply()), false
}

func TestJSONPatchesDoWhatTheLibraryDoes(t *testing.T) {
	t.Parallel()
	r := random{rand.New(rand.NewSource(1))}
	done := 0
	for range 3000 {
		doc, text := r.object(), r.patch()
		theirs, err := library.DecodePatch([]byte(text))
		ours, oursErr := DecodePatch([]byte(text))
		if err != nil || oursErr != nil {
			t.Fatalf("%s cannot be read: %v, %v", text, err, oursErr)
		}
		want, panicked := quietly(func() ([]byte, error) { return theirs.Apply([]byte(doc)) })
		got := answer(ours.Apply(t.Context(), []byte(doc)))
		if panicked || strings.Contains(text, "null") || strings.Contains(doc, "null") {
			continue // the library is not of one mind about null
		}
		if got != want {
			t.Fatalf("%s\nto %s\nis %s\nnot %s", text, doc, got, want)
		}
		if !strings.HasPrefix(want, "error") {
			done++
		}
	}
	if done < 30 {
		t.Errorf("only %d patches could be applied", done)
	}
}

func TestMergePatchesDoWhatTheLibraryDoes(t *testing.T) {
	t.Parallel()
	r := random{rand.New(rand.NewSource(2))}
	for range 3000 {
		doc, patch := r.object(), r.value(3)
		want, got := answer(library.MergePatch([]byte(doc), []byte(patch))), answer(MergePatch(t.Context(), []byte(doc), []byte(patch)))
		if want != got {
			t.Fatalf("%s\nto %s\nis %s\nnot %s", patch, doc, got, want)
		}
	}
}

func TestNullIsNull(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ doc, patch, want string }{
		{`{"a":[null]}`, `[{"op":"test","path":"/a","value":[null]}]`, `{"a":[null]}`},
		{`{"a":null}`, `[{"op":"copy","from":"/a","path":"/b"},{"op":"test","path":"/b","value":null}]`, `{"a":null,"b":null}`},
		{`{}`, `[{"op":"add","path":"/a"},{"op":"add","path":"/a/b","value":1}]`, `error: add operation does not apply: doc is missing path: "/a/b": missing value`},
		{`{}`, `[{"op":"replace","path":""}]`, "error: replace operation value must be object or array: %!w(<nil>)"},
	} {
		p, err := DecodePatch([]byte(row.patch))
		if err != nil {
			t.Fatal(err)
		}
		if got := answer(p.Apply(t.Context(), []byte(row.doc))); got != row.want {
			t.Errorf("%s to %s is %s, not %s", row.patch, row.doc, got, row.want)
		}
	}
}

const mib = 1 << 20

// hostile are patches of at most 3 MB that take gigabytes or minutes where nothing bounds them.
var hostile = map[string]struct {
	doc, patch string
	want       string // a part of the error; "": it can be applied
}{
	"copies that double": {`{"a":{"b":"` + strings.Repeat("x", 100) + `"}}`,
		operations(40, func(i int) string { return fmt.Sprintf(`{"op":"copy","from":"/a","path":"/a/%d"}`, i) }), "accumulated size increase of copy"},
	"copies of one large string": {`{"a":"` + strings.Repeat("x", mib) + `"}`,
		operations(9999, func(i int) string { return fmt.Sprintf(`{"op":"copy","from":"/a","path":"/%d"}`, i) }), "accumulated size increase of copy"},
	"moves of one large string": {`{"a":"` + strings.Repeat("x", mib) + `"}`, operations(9999, func(i int) string {
		return []string{`{"op":"move","from":"/a","path":"/b"}`, `{"op":"move","from":"/b","path":"/a"}`}[i%2]
	}), ""},
	"a path through 4,000 levels": {`{}`, `[{"op":"add","path":"/a","value":` + deep(4000, mib) + `},{"op":"add","path":"` + strings.Repeat("/a", 4000) + `","value":1}]`,
		ErrTooMuchWork.Error()},
	"insertions into a long array": {`{"a":[` + strings.Repeat("1,", mib) + `1]}`,
		operations(9999, func(int) string { return `{"op":"add","path":"/a/0","value":1}` }), ErrTooMuchWork.Error()},
	"removals from a long array": {`{"a":[` + strings.Repeat("1,", mib) + `1]}`,
		operations(9999, func(int) string { return `{"op":"remove","path":"/a/0"}` }), ErrTooMuchWork.Error()},
	"additions at the end of an array": {`{"a":[]}`, operations(9999, func(int) string { return `{"op":"add","path":"/a/-","value":1}` }), ""},
	"insertions into an array of 10,000": {`{"a":[` + strings.Repeat("1,", 9999) + `1]}`,
		operations(9999, func(int) string { return `{"op":"add","path":"/a/0","value":1}` }), ""},
}

func operations(n int, operation func(int) string) string {
	all := make([]string, n)
	for i := range all {
		all[i] = operation(i)
	}
	return "[" + strings.Join(all, ",") + "]"
}

// deep is an object in an object, and in the innermost a long string.
func deep(levels, long int) string {
	return strings.Repeat(`{"a":`, levels) + `"` + strings.Repeat("x", long) + `"` + strings.Repeat("}", levels)
}

// allocated is how many bytes do allocates.
func allocated(do func()) uint64 {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	do()
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc
}

// TestNoPatchTakesMoreThanItsShare is not parallel: it counts what the process allocates.
func TestNoPatchTakesMoreThanItsShare(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(512 * mib))
	for name, row := range hostile {
		var got error
		bytes := allocated(func() {
			p, err := DecodePatch([]byte(row.patch))
			if err != nil {
				t.Fatal(name, err)
			}
			_, got = p.Apply(t.Context(), []byte(row.doc))
		})
		if bytes > 150*mib {
			t.Errorf("%s: %d MB are allocated", name, bytes/mib)
		}
		if (got == nil) != (row.want == "") || got != nil && !strings.Contains(got.Error(), row.want) {
			t.Errorf("%s: %v", name, got)
		}
	}
	for name, patch := range map[string]string{
		"a merge patch of 5,000 levels":            deep(5000, 2*mib),
		"a merge patch of 5,000 levels with nulls": strings.Replace(deep(5000, 2*mib), "x\"", "x\",\"b\":null", 1),
	} {
		var got error
		bytes := allocated(func() { _, got = MergePatch(t.Context(), []byte(deep(5000, mib)), []byte(patch)) })
		if bytes > 150*mib {
			t.Errorf("%s: %d MB are allocated", name, bytes/mib)
		}
		if !errors.Is(got, ErrTooMuchWork) {
			t.Errorf("%s: %v", name, got)
		}
	}
}

func TestAPatchEndsWithItsRequest(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	p, err := DecodePatch([]byte(`[{"op":"add","path":"/a","value":1}]`))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.Apply(ctx, []byte(`{}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("a JSON patch: %v", err)
	}
	if _, err := MergePatch(ctx, []byte(`{}`), []byte(`{"a":1}`)); !errors.Is(err, context.Canceled) {
		t.Errorf("a merge patch: %v", err)
	}
}
