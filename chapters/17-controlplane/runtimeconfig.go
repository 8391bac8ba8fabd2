package controlplane

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// RuntimeConfig switches versions and resources on and off by name: "apps/v1", "v1" (the core group),
// "apps/v1/deployments", or many at once with "api/all", "api/ga", "api/beta", "api/alpha". The more specific name
// wins. Nil: Groups are served, RemovedGroups are not. Upstream: the flag --runtime-config,
// resourceconfig.MergeAPIResourceConfigs.
type RuntimeConfig map[string]bool

// table returns the rows of now and old that are switched on. The old groups come last, because their rows share the
// objects of rows above them.
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

// serves reports whether a resource is switched on. It looks up the names from the widest to the most specific; usual
// is the default.
func (c RuntimeConfig) serves(gv schema.GroupVersion, resource string, usual bool) bool {
	on := usual
	for _, name := range []string{"api/all", "api/" + maturity(gv), gv.String(), gv.String() + "/" + resource} {
		if said, ok := c[name]; ok {
			on = said
		}
	}
	return on
}

// maturity returns the maturity of a version: ga, beta or alpha.
func maturity(gv schema.GroupVersion) string {
	for _, stage := range []string{"alpha", "beta"} {
		if strings.Contains(gv.Version, stage) {
			return stage
		}
	}
	return "ga"
}

// check refuses unknown names, because a typo would otherwise have no effect.
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
