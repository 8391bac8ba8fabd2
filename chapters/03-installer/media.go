package installer

import (
	"slices"
	"strings"

	"github.com/emicklei/go-restful/v3"
)

// produces tells whether a route answers in a type that the Accept header names. Parameters are left to the handler;
// of wildcards only */* counts.
func produces(route *restful.Route, accept string) bool {
	return accept == "" || names(accept, "*/*") || anyNamed(route.Produces, accept)
}

// consumes tells whether a route reads the type that the Content-Type header names. A request without one may have no
// body, unless its method means one.
func consumes(route *restful.Route, contentType string) bool {
	if len(route.Consumes) == 0 || slices.Contains(route.Consumes, "*/*") {
		return true
	}
	if contentType == "" {
		return bodyless[route.Method]
	}
	return anyNamed(route.Consumes, contentType)
}

var bodyless = map[string]bool{"GET": true, "HEAD": true, "OPTIONS": true, "DELETE": true, "TRACE": true}

// anyNamed tells whether a header's list names one of the types; the type */* takes every name.
func anyNamed(types []string, header string) bool {
	for _, t := range types {
		if t == "*/*" || names(header, t) {
			return true
		}
	}
	return false
}

// names tells whether a header's list, whose entries may have parameters, names a media type.
func names(header, mediaType string) bool {
	for entry := range strings.SplitSeq(header, ",") {
		name, _, _ := strings.Cut(entry, ";")
		if strings.Trim(name, " ") == mediaType {
			return true
		}
	}
	return false
}
