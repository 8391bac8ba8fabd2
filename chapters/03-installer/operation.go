package installer

import (
	"strings"
	"unicode"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// words are the names of verbs in operation ids, where they differ from the verb's own, and what follows the group
// version in them.
var words = map[string]struct{ verb, then string }{
	"get":              {verb: "read"},
	"update":           {verb: "replace"},
	"deletecollection": {verb: "delete", then: "Collection"},
}

// operation is the id of an action: readCoreV1NamespacedPod, listCoreV1PodForAllNamespaces,
// connectCoreV1GetNamespacedPodExec. Upstream: endpoints/openapi.GetOperationIDAndTags over the installer's names.
func (a *Action) operation(gv schema.GroupVersion, kind, suffix string) string {
	word, ok := words[a.Name]
	if !ok {
		word.verb = a.Name
	}
	if a.Name == "connect" {
		word.then = title(strings.ToLower(a.Method))
	}
	if a.Name == "watch" && a.On == Collection && a.Prefix != "" {
		suffix = "List" + suffix
	}
	if a.When != nil { // seen only where no other action gives the route its id
		suffix += "WhenAsked"
	}
	namespaced := ""
	if a.Namespaced {
		namespaced = "Namespaced"
	}
	return word.verb + identifier(gv) + word.then + namespaced + kind + title(a.Resource.Subresource) + suffix
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
