package openapi

import (
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/kube-openapi/pkg/util"
	"k8s.io/kube-openapi/pkg/validation/spec"

	installer "kubepath/chapters/03-installer"
)

// modelName is the name of a type's definition: io.k8s.api.core.v1.Pod. Upstream: the generated OpenAPIModelName methods.
func modelName(t reflect.Type) string {
	if named, ok := reflect.Zero(t).Interface().(util.OpenAPIModelNamer); ok {
		return named.OpenAPIModelName()
	}
	return util.ToRESTFriendlyName(t.PkgPath() + "." + t.Name())
}

// kindsOf are the kinds that each type of a scheme is served as, sorted. Upstream: openapi.DefinitionNamer.
type kindsOf map[reflect.Type][]schema.GroupVersionKind

func newKindsOf(scheme *runtime.Scheme) kindsOf {
	all := kindsOf{}
	for kind, t := range scheme.AllKnownTypes() {
		if kind.Version != runtime.APIVersionInternal {
			all[t] = append(all[t], kind)
		}
	}
	for _, kinds := range all {
		slices.SortFunc(kinds, func(a, b schema.GroupVersionKind) int {
			if c := strings.Compare(a.Group, b.Group); c != 0 {
				return c
			}
			if c := strings.Compare(a.Version, b.Version); c != 0 {
				return c
			}
			return strings.Compare(a.Kind, b.Kind)
		})
	}
	return all
}

// extend says in the schema of a type as which kinds it is served.
func (k kindsOf) extend(s *spec.Schema, t reflect.Type) {
	var list []any
	for _, kind := range k[t] {
		list = append(list, map[string]any{"group": kind.Group, "version": kind.Version, "kind": kind.Kind})
	}
	if list != nil {
		s.AddExtension(installer.RouteMetaGVK, list)
	}
}

// everywhere are the kinds that belong to every group version. A document of one group version names them as kinds of
// its own and of v1 only. Upstream: routes.crossRegisteredKinds.
var everywhere = []string{"DeleteOptions", "WatchEvent"}

// narrow takes the kinds of other group versions out of the schemas of those kinds. Upstream: routes.filterScopedGVKs.
func narrow(schemas map[string]*spec.Schema, gv schema.GroupVersion) {
	for _, s := range schemas {
		all, _ := s.Extensions[installer.RouteMetaGVK].([]any)
		if len(all) < 2 || !slices.Contains(everywhere, all[0].(map[string]any)["kind"].(string)) {
			continue
		}
		var near []any
		for _, item := range all {
			kind := item.(map[string]any)
			own := kind["group"] == gv.Group && kind["version"] == gv.Version
			if own || kind["group"] == "" && kind["version"] == "v1" {
				near = append(near, item)
			}
		}
		s.Extensions = spec.Extensions{installer.RouteMetaGVK: near}
	}
}
