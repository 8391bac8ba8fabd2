package main

import (
	_ "embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	kinds "kubepath/chapters/02-kinds"
)

// knownGates has a line for each feature gate of kube-apiserver v1.36: its name, its stage, what it is by default, and
// whether that is locked.
//
//go:embed feature_gates.txt
var knownGates string

// implementedGates are those that make a difference here. All others are as they are by default.
var implementedGates = []string{kinds.CBORServingAndStorage}

// featureGate is a line of knownGates.
type featureGate struct {
	name, stage string
	byDefault   bool
	locked      bool
}

// featureGates is the value of --feature-gates: NAME=true, NAME=false, separated by commas; kube: may stand before a name.
// AllAlpha and AllBeta switch the gates of a stage that are not named themselves. Upstream: featuregate.MutableFeatureGate.
type featureGates map[string]bool

// Set adds the gates of a text. What kube-apiserver refuses is an error, in its words.
func (f *featureGates) Set(text string) error {
	known := parseGates()
	for pair := range strings.SplitSeq(text, ",") {
		if pair == "" {
			continue
		}
		name, value, ok := strings.Cut(pair, "=")
		component, gate, qualified := strings.Cut(strings.TrimSpace(name), ":")
		if !qualified {
			component, gate = "kube", component
		}
		if component != "kube" {
			return fmt.Errorf("component not registered: %s", component)
		}
		if !ok {
			return fmt.Errorf("missing bool value for %s", gate)
		}
		value = strings.TrimSpace(value)
		on, err := strconv.ParseBool(value)
		if err != nil {
			return fmt.Errorf("invalid value of %s=%s, err: %v", gate, value, err)
		}
		i := slices.IndexFunc(known, func(g featureGate) bool { return g.name == gate })
		if i < 0 {
			return fmt.Errorf("unrecognized feature gate: %s", gate)
		}
		if g := known[i]; g.locked && on != g.byDefault {
			return fmt.Errorf("cannot set feature gate %s to %v, feature is locked to %v", gate, on, g.byDefault)
		}
		if *f == nil {
			*f = featureGates{}
		}
		(*f)[gate] = on
	}
	return nil
}

// String is the value as a text, sorted by name.
func (f *featureGates) String() string {
	var pairs []string
	for name, on := range *f {
		pairs = append(pairs, fmt.Sprintf("%s=%v", name, on))
	}
	slices.Sort(pairs)
	return strings.Join(pairs, ",")
}

// Type is what help calls the value.
func (f *featureGates) Type() string { return "mapStringBool" }

// enabled are the gates that make a difference here and are on.
func (f featureGates) enabled() []string {
	var on []string
	for _, g := range parseGates() {
		if slices.Contains(implementedGates, g.name) && f.isOn(g) {
			on = append(on, g.name)
		}
	}
	return on
}

func (f featureGates) isOn(g featureGate) bool {
	if on, named := f[g.name]; named {
		return on
	}
	for all, stage := range map[string]string{"AllAlpha": "ALPHA", "AllBeta": "BETA"} {
		if on, named := f[all]; named && g.stage == stage {
			return on
		}
	}
	return g.byDefault
}

// withoutEffect are the gates that were set to something else than what kubepath does.
func (f featureGates) withoutEffect() []string {
	var names []string
	for _, g := range parseGates() {
		if on, named := f[g.name]; named && on != g.byDefault && !slices.Contains(implementedGates, g.name) && !strings.HasPrefix(g.name, "All") {
			names = append(names, g.name)
		}
	}
	return names
}

func parseGates() []featureGate {
	var all []featureGate
	for line := range strings.Lines(knownGates) {
		if words := strings.Fields(line); words[0] != "#" {
			all = append(all, featureGate{words[0], words[1], words[2] == "true", len(words) > 3})
		}
	}
	return all
}
