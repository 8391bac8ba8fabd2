package main

import (
	"slices"
	"testing"
)

func TestFeatureGatesAreReadAsKubeAPIServerReadsThem(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ text, err string }{
		{"", ""},
		{"CBORServingAndStorage=true,", ""},
		{"kube:CBORServingAndStorage=true, AllBeta = false", ""},
		{"Foo=true", "unrecognized feature gate: Foo"},
		{"CBORServingAndStorage=x", `invalid value of CBORServingAndStorage=x, err: strconv.ParseBool: parsing "x": invalid syntax`},
		{"CBORServingAndStorage", "missing bool value for CBORServingAndStorage"},
		{"SeparateTaintEvictionController=false", "cannot set feature gate SeparateTaintEvictionController to false, feature is locked to true"},
		{"other:X=true", "component not registered: other"},
	} {
		var gates featureGates
		got := ""
		if err := gates.Set(row.text); err != nil {
			got = err.Error()
		}
		if got != row.err {
			t.Errorf("%q: %q, want %q", row.text, got, row.err)
		}
	}
}

func TestAFeatureGateIsOnByNameOrByStage(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                            nil,
		"CBORServingAndStorage=true":  {"CBORServingAndStorage"},
		"CBORServingAndStorage=false": nil,
		"AllAlpha=true":               {"CBORServingAndStorage"},
		"AllBeta=true":                nil,
		"AllAlpha=true,CBORServingAndStorage=false": nil,
	} {
		var gates featureGates
		if err := gates.Set(text); err != nil {
			t.Fatal(err)
		}
		if got := gates.enabled(); !slices.Equal(got, want) {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

func TestAFeatureGateThatIsNotImplementedIsReported(t *testing.T) {
	t.Parallel()
	var gates featureGates
	if err := gates.Set("WatchList=true,APIServerIdentity=false,CBORServingAndStorage=true,AllAlpha=true"); err != nil {
		t.Fatal(err)
	}
	if got := gates.withoutEffect(); !slices.Equal(got, []string{"APIServerIdentity"}) {
		t.Errorf("%v", got)
	}
}
