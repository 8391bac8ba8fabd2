package exercise

import (
	"net/http"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
)

// Into puts the pieces into the places of a server where its own stand.
func (p Plug) Into(c *controlplane.Config) {
	if p.Codecs != nil {
		p.Codecs(c.Server.Codecs)
	}
	if p.Middleware != nil {
		c.Server.Middleware = append(c.Server.Middleware, p.Middleware)
	}
	if p.Verbs != nil {
		c.Server.Verbs = replaceVerbs(controlplane.Verbs(*c), p.Verbs)
	}
	if p.Filter != nil {
		c.Server.Filters.Custom = p.Filter
	}
	if p.SchemaOf != nil {
		c.SchemaOf = p.SchemaOf
	}
	if p.Accept != nil {
		c.Server.InsertedFilters = append(c.Server.InsertedFilters, server.InsertedFilter{
			NamedFilter: server.NamedFilter{Name: "exercise", Purpose: "chooses the media type", Filter: p.accept(c.Server.Codecs)}, After: "custom",
		})
	}
	if p.Groups != nil || p.Strategies != nil {
		c.Groups = withStrategies(controlplane.Groups(), p.Strategies)
	}
	if p.Groups != nil {
		c.Groups = p.Groups(c.Groups)
	}
	if p.Cache != nil && c.WatchCache != nil {
		wrap := c.WatchCache.Wrap
		c.WatchCache.Wrap = func(cache storage.Interface) storage.Interface {
			if cache = p.Cache(cache); wrap != nil {
				cache = wrap(cache)
			}
			return cache
		}
	}
	open := p.Open
	if open == nil {
		open = etcd3.Open
	}
	if p.Open != nil || p.Storage != nil {
		c.Open = func(config etcd3.Config) storage.Interface {
			made := open(config)
			if p.Storage != nil {
				made = p.Storage(made)
			}
			return made
		}
	}
}

// accept is the filter that asks Accept.
func (p Plug) accept(codecs *kinds.Codecs) server.Filter {
	return func(api http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !strings.HasPrefix(r.URL.Path, "/api/v1/") && !strings.HasPrefix(r.URL.Path, "/apis/") {
				api.ServeHTTP(w, r)
				return
			}
			chosen, err := p.Accept(r.Header.Get("Accept"))
			if err != nil {
				rest.ErrorNegotiated(w, r, codecs, err)
				return
			}
			if chosen != "" {
				r = r.Clone(r.Context())
				r.Header.Set("Accept", chosen)
			}
			api.ServeHTTP(w, r)
		})
	}
}

// withStrategies is the table with some of its strategies replaced.
func withStrategies(table []controlplane.Group, by map[string]registry.Strategy) []controlplane.Group {
	for _, g := range table {
		for i := range g.Resources {
			r := &g.Resources[i]
			if own := by[schema.GroupResource{Group: g.Group, Resource: r.Name}.String()]; own != nil {
				r.Strategy = own
			}
			if own := by[schema.GroupResource{Group: g.Group, Resource: r.Name + "/status"}.String()]; own != nil {
				r.Status = own
			}
		}
	}
	return table
}

// replaceVerbs puts each row in place of the first that it is a version of: the same name, target and prefix. A row without one
// is added.
func replaceVerbs(table, rows []rest.Verb) []rest.Verb {
	for _, row := range rows {
		at := slices.IndexFunc(table, func(v rest.Verb) bool { return v.Name == row.Name && v.On == row.On && v.Prefix == row.Prefix })
		if at < 0 {
			table = append(table, row)
			continue
		}
		table[at] = row
	}
	return table
}
