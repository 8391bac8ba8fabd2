package main

import (
	"net/http"
	"slices"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/tools/exercise"
	"kubepath/internal/tools/trace"
)

// plugIn puts the pieces of an exercise into the places where the server's own stand.
func plugIn(p exercise.Plug, c *controlplane.Config) {
	if p.Codecs != nil {
		p.Codecs(c.Server.Codecs)
	}
	if p.Middleware != nil {
		c.Server.Middleware = append(c.Server.Middleware, trace.Middleware(p.Middleware))
	}
	if p.Verbs != nil {
		c.Server.Verbs = replaceVerbs(controlplane.Verbs(*c), p.Verbs)
	}
	if p.Filter != nil {
		c.Server.Filters.Custom = p.Filter
	}
	if p.Describe != nil {
		c.Describe = p.Describe
	}
	if p.Groups != nil {
		c.Groups = p.Groups(controlplane.Groups())
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
	if p.Storage != nil {
		c.Open = func(config etcd3.Config) storage.Interface { return p.Storage(etcd3.Open(config), config) }
	}
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

// transport is chapter 1's seam: the trace's own wrapper, around the learner's.
func transport(next http.RoundTripper) http.RoundTripper {
	if p := plugged().Transport; p != nil {
		next = trace.RoundTripper(p(next))
	}
	return trace.Transport(next)
}
