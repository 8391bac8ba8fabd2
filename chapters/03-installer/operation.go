package installer

import (
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// operation is the id of an action: readCoreV1NamespacedPod, listCoreV1PodForAllNamespaces,
// connectCoreV1GetNamespacedPodExec. Upstream: endpoints/openapi.GetOperationIDAndTags over the installer's names.
func (a *Action) operation(gv schema.GroupVersion, kind, suffix string) string {
	pattern := a.OperationID
	if pattern == "" {
		pattern = a.Name + "{version}{object}"
	}
	object := kind + title(a.Resource.Subresource)
	if a.Namespaced {
		object = "Namespaced" + object
	}
	if a.When != nil { // seen only where no other action gives the route its id
		suffix += "WhenAsked"
	}
	method := title(strings.ToLower(a.Method))
	return strings.NewReplacer("{version}", identifier(gv), "{method}", method, "{object}", object).Replace(pattern) + suffix
}

// identifier is a group version in operation ids: CoreV1, RbacAuthorizationV1.
func identifier(gv schema.GroupVersion) string {
	group := gv.Group
	if group == "" {
		group = "core"
	}
	return camel(strings.TrimSuffix(group, ".k8s.io")) + camel(gv.Version)
}

// camel joins the letters and digits of s, with a capital at each gap.
func camel(s string) string {
	var out strings.Builder
	for _, word := range strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		out.WriteString(title(word))
	}
	return out.String()
}

func title(s string) string {
	if s == "" {
		return ""
	}
	return strings.ToUpper(s[:1]) + s[1:]
}
