package controlplane

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// RuntimeConfig switches versions and resources on and off, by name: "apps/v1", "v1" (the group without a name),
// "apps/v1/deployments", or all at once "api/all", "api/ga", "api/beta", "api/alpha". The more exact name wins. Nil
// leaves everything as it is: what is in Groups is served, what is in RemovedGroups is not.
// Upstream: the flag --runtime-config, resourceconfig.MergeAPIResourceConfigs.
type RuntimeConfig map[string]bool

// table is what is served: the rows of now and old, as far as they are switched on. Groups keep their order; old ones
// come last, so that the rows whose objects they share stand above them.
func (c RuntimeConfig) table(now, old []Group) ([]Group, error) {
	all := slices.Concat(now, old)
	if err := c.check(all); err != nil {
		return nil, err
	}
	var served []Group
	for i, g := range all {
		g.Resources = slices.DeleteFunc(slices.Clone(g.Resources), func(r Resource) bool {
			return !c.serves(g.GroupVersion, r.Name, i < len(now))
		})
		if len(g.Resources) > 0 {
			served = append(served, g)
		}
	}
	return served, nil
}

// serves looks up the names of a resource, from the widest to the most exact; usual is where none is switched.
func (c RuntimeConfig) serves(gv schema.GroupVersion, resource string, usual bool) bool {
	on := usual
	for _, name := range []string{"api/all", "api/" + maturity(gv), gv.String(), gv.String() + "/" + resource} {
		if said, ok := c[name]; ok {
			on = said
		}
	}
	return on
}

// maturity of a version: ga, beta or alpha.
func maturity(gv schema.GroupVersion) string {
	for _, stage := range []string{"alpha", "beta"} {
		if strings.Contains(gv.Version, stage) {
			return stage
		}
	}
	return "ga"
}

// check refuses names that nothing has: a typo would otherwise switch nothing.
func (c RuntimeConfig) check(all []Group) error {
	for _, name := range slices.Sorted(maps.Keys(c)) {
		known := slices.Contains([]string{"api/all", "api/ga", "api/beta", "api/alpha"}, name) ||
			slices.ContainsFunc(all, func(g Group) bool {
				return name == g.GroupVersion.String() || slices.ContainsFunc(g.Resources, func(r Resource) bool {
					return name == g.GroupVersion.String()+"/"+r.Name
				})
			})
		if !known {
			return fmt.Errorf("runtime config: there is no %s", name)
		}
	}
	return nil
}
