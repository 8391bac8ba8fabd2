package request

import (
	"testing"

	"k8s.io/apimachinery/pkg/runtime/serializer/json"
)

func FuzzTheKindIsFoundWhereTheOrdinaryWayFindsIt(f *testing.F) {
	for _, seed := range []string{
		`{"kind":"Pod","apiVersion":"v1","metadata":{}}`,
		`{"apiVersion":"apps/v1","kind":"Deployment"}`,
		`{"kind":"Pod","apiVersion":"a/b/c"}`,
		`{"kind":"P\u006fd","apiVersion":"v1"}`,
		`{"kind":"Pod","kind":"Node","apiVersion":"v1"}`,
		`{"metadata":{},"kind":"Pod","apiVersion":"v1"}`,
		`{ "kind" : "Pod" }`, `{"kind":"Pod"}`, `{"kind":""`, `{"kind":"`, `{"`, `{`, ``, `[]`, `{"kind":"é","apiVersion":"v1"}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		want, err := json.DefaultMetaFactory.Interpret(data)
		if err != nil || duplicated(data) {
			_, _ = kindPeeker{}.Interpret(data) // only must not panic: decoding will find the error
			return
		}
		got, err := kindPeeker{}.Interpret(data)
		if err != nil || *got != *want {
			t.Errorf("%s: got %v, %v, want %v", data, got, err, want)
		}
	})
}

// duplicated says whether a key that matters may occur again later, in any case: encoding/json then takes the last.
func duplicated(data []byte) bool {
	_, _, rest, _ := member(data, '{')
	_, _, rest, _ = member(rest, ',')
	for i := range rest {
		switch rest[i] | 0x20 {
		case 'k', 'a', '\\' | 0x20, 0xe2 | 0x20: // kind, apiVersion, an escape, the Kelvin sign
			return true
		}
	}
	return false
}
