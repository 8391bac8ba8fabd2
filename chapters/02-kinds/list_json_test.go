package kinds

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"testing"
)

// FuzzIndent: whatever the text and wherever it is cut, its layout is that of json.Indent.
func FuzzIndent(f *testing.F) {
	for _, text := range []string{
		`{}`, `[]`, `[[],{}]`, `{"a":1,"b":[1,2,{"c":null}],"d":{}}`, ` { "a" : "x,y:{\"[\\" } `, `"alone"`, `[true,-1.5e3,"é\u00e9"]`,
		`{"kind":"List","items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}`,
	} {
		f.Add([]byte(text), uint8(1))
		f.Add([]byte(text), uint8(7))
	}
	f.Fuzz(func(t *testing.T, text []byte, piece uint8) {
		text = bytes.TrimSpace(text)
		var want, got bytes.Buffer
		if piece == 0 || json.Indent(&want, text, "", "  ") != nil {
			t.Skip("no JSON, or no pieces")
		}
		out := bufio.NewWriter(&got)
		d := &indenter{to: out}
		for rest := text; len(rest) > 0; rest = rest[min(len(rest), int(piece)):] {
			if _, err := d.Write(rest[:min(len(rest), int(piece))]); err != nil {
				t.Fatal(err)
			}
		}
		if err := out.Flush(); err != nil {
			t.Fatal(err)
		}
		if got.String() != want.String() {
			t.Errorf("in pieces of %d\ngot  %s\nwant %s", piece, &got, &want)
		}
	})
}

var errGone = errors.New("the client has gone")

type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, errGone }

func TestAnIndentedListEndsWhenItsClientHasGone(t *testing.T) {
	t.Parallel()
	d := &indenter{to: bufio.NewWriterSize(gone{}, 16)}
	if _, err := d.Write([]byte(`{"a":"a text longer than the buffer"}`)); !errors.Is(err, errGone) {
		t.Errorf("got %v, want %v", err, errGone)
	}
}
