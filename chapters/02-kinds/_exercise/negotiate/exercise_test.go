package exercise

import (
	"errors"
	"testing"

	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

const (
	json  = "application/json"
	yaml  = "application/yaml"
	proto = "application/vnd.kubernetes.protobuf"
)

// row is a header and the form that it leads to, with the kind that it is to be had as.
type row struct{ header, want, as string }

func check(t *testing.T, rows map[string]row) {
	t.Helper()
	for name, row := range rows {
		got, err := Negotiate(row.header, offers, canBeHad)
		if err != nil {
			t.Errorf("%s: Accept: %s\n got the error %q\nwant %s %s", name, row.header, err, row.want, row.as)
			continue
		}
		if got.MediaType != row.want || got.Params["as"] != row.as {
			t.Errorf("%s: Accept: %s\n got %s %s\nwant %s %s", name, row.header, got.MediaType, got.Params["as"], row.want, row.as)
		}
		if _, ok := got.Params["q"]; ok {
			t.Errorf("%s: Accept: %s: the parameters %v have the weight in them", name, row.header, got.Params)
		}
	}
}

func TestWithoutAHeaderTheFirstOfferWillDo(t *testing.T) {
	t.Parallel()
	check(t, map[string]row{"no header": {"", json, ""}})
}

func TestANameIsTaken(t *testing.T) {
	t.Parallel()
	check(t, map[string]row{
		"JSON":               {"application/json", json, ""},
		"YAML":               {"application/yaml", yaml, ""},
		"with a parameter":   {"application/json;charset=utf-8", json, ""},
		"the first of two":   {"application/vnd.kubernetes.protobuf,application/json", proto, ""},
		"spaces":             {" application/yaml , application/json", yaml, ""},
		"the first is wrong": {"json, application/yaml", yaml, ""},
	})
}

func TestAStarMeansTheFirstOfferThatFits(t *testing.T) {
	t.Parallel()
	check(t, map[string]row{
		"anything":             {"*/*", json, ""},
		"a lone star":          {"*", json, ""},
		"any application type": {"application/*", json, ""},
		"a browser":            {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", json, ""},
	})
}

func TestTheHigherWeightGoesFirst(t *testing.T) {
	t.Parallel()
	check(t, map[string]row{
		"the second is heavier":  {"application/json;q=0.5, application/yaml;q=0.9", yaml, ""},
		"none is one":            {"application/json;q=0.9, application/yaml", yaml, ""},
		"three":                  {"application/json;q=0.1,application/yaml;q=0.2,application/vnd.kubernetes.protobuf;q=0.3", proto, ""},
		"more than two decimals": {"application/json;q=0.123, application/yaml;q=0.124", yaml, ""},
	})
}

func TestANameGoesBeforeAStarOfTheSameWeight(t *testing.T) {
	t.Parallel()
	check(t, map[string]row{
		"both one":  {"*/*, application/yaml", yaml, ""},
		"both half": {"application/*;q=0.5,application/vnd.kubernetes.protobuf;q=0.5", proto, ""},
	})
}

func TestWhatCannotBeHadIsPassedOver(t *testing.T) {
	t.Parallel()
	check(t, map[string]row{
		"a table":               {"application/json;as=Table;v=v1;g=meta.k8s.io", json, "Table"},
		"a table of no version": {"application/json;as=Table;v=v9;g=meta.k8s.io,application/json", json, ""},
		"what kubectl sends": {"application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
			json, "Table"},
		"a table in protobuf, else in JSON": {"application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1;g=meta.k8s.io",
			json, "Table"},
		"any form that has a stream": {"application/yaml;stream=watch,application/vnd.kubernetes.protobuf;stream=watch", proto, ""},
	})
}

func TestNothingLeftIsA406ThatListsTheOffers(t *testing.T) {
	t.Parallel()
	want := kinds.NewNotAcceptableError(offers...).Error()
	for _, header := range []string{"text/csv", "json", "text/*", "application/json;as=Nonsense;v=v1;g=meta.k8s.io", "text/csv, ;"} {
		form, err := Negotiate(header, offers, canBeHad)
		if !errors.Is(err, kinds.ErrNotAcceptable) || err.Error() != want {
			t.Errorf("Accept: %s\n got %v and the error %v\nwant the error %q", header, form, err, want)
		}
	}
}

// The real negotiation of chapter 2 is asked the same.
func TestItChoosesAsChapter2Does(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	allows := func(m *kinds.SerializerInfo, as schema.GroupVersionKind) bool {
		return canBeHad(MediaTypeOptions{m.MediaType, map[string]string{"as": as.Kind, "v": as.Version, "g": as.Group}})
	}
	for _, header := range []string{
		"", "*/*", json, yaml, proto, "application/*", "text/csv", "text/csv, application/yaml", "application/json;q=0.5,application/yaml;q=0.9",
		"application/json;as=Table;v=v1;g=meta.k8s.io", "application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io,application/json",
		"application/json;as=Nonsense;v=v1;g=meta.k8s.io", "application/yaml;stream=watch", "application/vnd.kubernetes.protobuf;stream=watch",
	} {
		want, wantErr := codecs.NegotiateOutputMediaType(header, allows)
		got, err := Negotiate(header, offers, canBeHad)
		switch {
		case wantErr != nil && (err == nil || err.Error() != wantErr.Error()):
			t.Errorf("Accept: %s\n got %v and the error %v\nwant the error %v", header, got, err, wantErr)
		case wantErr == nil && (err != nil || got.MediaType != want.MediaType || got.Params["as"] != want.Convert.Kind):
			t.Errorf("Accept: %s\n got %v and the error %v\nwant %s %s", header, got, err, want.MediaType, want.Convert.Kind)
		}
	}
}

// Before the API, it asks for exactly one form, or answers itself.
func TestTheAPIIsAskedForWhatWasChosen(t *testing.T) {
	t.Parallel()
	for header, want := range map[string]string{
		"text/html,*/*;q=0.8": json,
		"application/json;as=Table;v=v1;g=meta.k8s.io,application/json": "application/json; as=Table; g=meta.k8s.io; v=v1",
	} {
		if chosen, err := Plug().Accept(header); err != nil || chosen != want {
			t.Errorf("Accept: %s\n the API is asked for %q, %v\nwant %s", header, chosen, err, want)
		}
	}
	if chosen, err := Plug().Accept("text/csv"); err == nil {
		t.Errorf("Accept: text/csv\n the API is asked for %q, want 406 without asking it", chosen)
	}
}
