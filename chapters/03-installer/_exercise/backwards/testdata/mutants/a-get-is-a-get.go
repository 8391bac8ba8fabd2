package exercise

import (
	"net/http"
	"strings"

	installer "kubepath/chapters/03-installer"
)

// verbs is what each method means for a resource whose path has a name.
var verbs = map[string]string{
	"POST": "create", "GET": "get", "HEAD": "get", "PUT": "update", "PATCH": "patch", "DELETE": "delete",
}

// ParseRequestInfo reads what a request means from its method and its URL.
func ParseRequestInfo(r *http.Request) (*installer.RequestInfo, error) {
	info := &installer.RequestInfo{Path: r.URL.Path, Verb: strings.ToLower(r.Method)}
	parts := strings.Split(strings.Trim(r.URL.Path, "/"), "/")
	switch {
	case len(parts) >= 3 && parts[0] == "api":
		info.APIPrefix, info.APIVersion = parts[0], parts[1]
		parts = parts[2:]
	case len(parts) >= 4 && parts[0] == "apis":
		info.APIPrefix, info.APIGroup, info.APIVersion = parts[0], parts[1], parts[2]
		parts = parts[3:]
	default:
		return info, nil
	}
	info.IsResourceRequest = true
	parts = takeNamespace(info, parts)
	info.Resource = parts[0]
	if len(parts) > 1 {
		info.Name = parts[1]
	}
	if len(parts) > 2 {
		info.Subresource = parts[2]
	}
	info.Verb = verb(r, info.Name)
	return info, nil
}

// takeNamespace takes namespaces/NAME off the front, unless the path is about the namespace itself.
func takeNamespace(info *installer.RequestInfo, parts []string) []string {
	if parts[0] != "namespaces" || len(parts) < 2 {
		return parts
	}
	info.Namespace = parts[1]
	if len(parts) == 2 || parts[2] == "status" || parts[2] == "finalize" {
		return parts
	}
	return parts[2:]
}

// verb is the method's, for one object or for many.
func verb(r *http.Request, name string) string {
	v := verbs[r.Method]
	switch {
	case name != "":
		return v
	case v == "delete":
		return "deletecollection"
	}
	return v
}
