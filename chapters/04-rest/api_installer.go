package rest

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// APIInstaller makes the rows of one group version from its storages. Upstream: endpoints.APIInstaller.
type APIInstaller struct {
	GroupVersion        schema.GroupVersion
	Codecs              *kinds.Codecs
	Verbs               []Verb // nil: Verbs()
	MaxRequestBodyBytes int64
	// Wrap returns a Wrapper around each storage, for tracing. Nil: none.
	Wrap func(Storage) Storage
	// NewFieldManager returns the field manager of the objects of one scope. Nil: managedFields are not maintained.
	NewFieldManager func(*RequestScope) FieldManager
	Admission       []AdmissionPlugin
}

// Resources turns storages, keyed by path ("pods", "pods/status"), into the installer's rows, sorted by path.
// Upstream: APIInstaller.Install, which also makes the routes.
func (g *APIInstaller) Resources(storages map[string]Storage) ([]installer.Resource, error) {
	rows := make([]installer.Resource, 0, len(storages))
	for _, path := range slices.Sorted(maps.Keys(storages)) {
		row, err := g.resource(path, storages)
		if err != nil {
			return nil, fmt.Errorf("install %q in %s: %w", path, g.GroupVersion, err)
		}
		rows = append(rows, row)
	}
	return rows, nil
}

func (g *APIInstaller) resource(path string, storages map[string]Storage) (installer.Resource, error) {
	name, subresource, _ := strings.Cut(path, "/")
	if name == "" || strings.Contains(subresource, "/") || strings.HasSuffix(path, "/") {
		return installer.Resource{}, fmt.Errorf("a path is one segment, or two for a subresource")
	}
	storage := storages[path]
	parent, ok := storages[name]
	if !ok {
		return installer.Resource{}, fmt.Errorf("missing parent storage: %q", name)
	}
	scoper, ok := As[Scoper](parent)
	if !ok {
		return installer.Resource{}, fmt.Errorf("%q must say its scope: %T is not a Scoper", name, parent)
	}
	kind, err := g.kind(storage)
	if err != nil {
		return installer.Resource{}, err
	}
	row := installer.Resource{Name: name, Subresource: subresource, Kind: kind, Namespaced: scoper.NamespaceScoped()}
	if subresource == "" {
		nameResource(&row, storage)
	}
	row.Verbs = g.verbs(&row, storage, parent)
	return row, nil
}

// kind returns the kind that is served: the storage's GroupVersionKind, or New's kind in the group version. The objects
// may be stored in another group (events.k8s.io serves the events of the core group).
// Upstream: endpoints.GetResourceKind.
func (g *APIInstaller) kind(storage Storage) (schema.GroupVersionKind, error) {
	if provider, ok := As[GroupVersionKindProvider](storage); ok {
		return provider.GroupVersionKind(g.GroupVersion), nil
	}
	obj := storage.New()
	known, _, err := g.Codecs.Scheme.ObjectKinds(obj)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	versions := g.Codecs.Converter
	for _, kind := range known {
		served := g.GroupVersion.WithKind(kind.Kind)
		if kind.Group == g.GroupVersion.Group || versions != nil && versions.Hub(served) == kind {
			return served, nil
		}
	}
	return schema.GroupVersionKind{}, fmt.Errorf("%T has no kind in group %q, only %v", obj, g.GroupVersion.Group, known)
}

// nameResource sets the other names of a resource; a subresource has none.
func nameResource(row *installer.Resource, storage Storage) {
	row.Singular = strings.ToLower(row.Kind.Kind)
	if s, ok := As[SingularNameProvider](storage); ok {
		row.Singular = s.GetSingularName()
	}
	if s, ok := As[ShortNamesProvider](storage); ok {
		row.ShortNames = s.ShortNames()
	}
	if s, ok := As[CategoriesProvider](storage); ok {
		row.Categories = s.Categories()
	}
	if s, ok := As[StorageVersionProvider](storage); ok {
		row.StorageKind = s.StorageVersion()
	} else if Has[Getter](storage) && Has[Creater](storage) {
		row.StorageKind = row.Kind // objects that can be created and read again are stored
	}
}

// verbs returns the verbs that the storage supports, with their handlers.
func (g *APIInstaller) verbs(row *installer.Resource, storage, parent Storage) []installer.VerbHandler {
	table := g.Verbs
	if table == nil {
		table = Verbs()
	}
	if g.Wrap != nil {
		storage = g.Wrap(storage)
	}
	scope := g.requestScope(row, storage)
	if kind, err := g.kind(parent); err == nil {
		scope.ParentKind = kind.Kind
	}
	var verbs []installer.VerbHandler
	for _, v := range table {
		if v.Supported(storage) {
			verbs = append(verbs, v.newHandler(scope))
		}
	}
	return verbs
}

func (g *APIInstaller) requestScope(row *installer.Resource, storage Storage) *RequestScope {
	scope := &RequestScope{
		Storage:             storage,
		Codecs:              g.Codecs,
		Kind:                row.Kind,
		Resource:            g.GroupVersion.WithResource(row.Name),
		Subresource:         row.Subresource,
		Namespaced:          row.Namespaced,
		MaxRequestBodyBytes: g.MaxRequestBodyBytes,
		Admission:           g.Admission,
		Warning:             deprecationWarning(row.Kind, g.Codecs.Scheme),
	}
	scope.TableConvertor, _ = As[TableConvertor](storage)
	if a, ok := As[GroupVersionAcceptor](storage); ok {
		scope.AcceptsGroupVersion = a.AcceptsGroupVersion
	}
	if p, ok := As[SubresourceObjectMetaPreserver](storage); ok && row.Subresource != "" {
		scope.PreserveObjectMetaSystemFields = p.PreserveRequestObjectMetaSystemFieldsOnSubresourceCreate()
	}
	if g.NewFieldManager != nil {
		scope.FieldManager = g.NewFieldManager(scope)
	}
	return scope
}

// newHandler makes the handler of the verb for one resource, and its documentation for OpenAPI (chapter 11).
func (v Verb) newHandler(scope *RequestScope) installer.VerbHandler {
	h := installer.VerbHandler{Verb: v.Verb, Handler: v.Handle(scope), MadeBy: v.Handle}
	if v.MethodsOf != nil {
		h.Methods = v.MethodsOf(scope.Storage)
	}
	v.describe(&h, scope)
	return h
}

// lifecycle has the generated method of kinds that are deprecated.
type lifecycle interface {
	APILifecycleDeprecated() (major, minor int)
}

// currentMinor is the minor version of Kubernetes, 1.36: a kind that a later version deprecates is not deprecated yet.
const currentMinor = 36

// deprecationWarning returns the warning for requests for a deprecated kind; "" for others.
// Upstream: deprecation.WarningMessage.
func deprecationWarning(kind schema.GroupVersionKind, scheme *runtime.Scheme) string {
	obj, err := scheme.New(kind)
	deprecated, ok := obj.(lifecycle)
	if err != nil || !ok {
		return ""
	}
	major, minor := deprecated.APILifecycleDeprecated()
	if major == 0 || major == 1 && minor > currentMinor {
		return ""
	}
	text := fmt.Sprintf("%s %s is deprecated in v%d.%d+", kind.GroupVersion(), kind.Kind, major, minor)
	if removed, ok := obj.(interface{ APILifecycleRemoved() (major, minor int) }); ok {
		if major, minor := removed.APILifecycleRemoved(); major != 0 || minor != 0 {
			text += fmt.Sprintf(", unavailable in v%d.%d+", major, minor)
		}
	}
	if replaced, ok := obj.(interface {
		APILifecycleReplacement() schema.GroupVersionKind
	}); ok {
		if by := replaced.APILifecycleReplacement(); !by.Empty() {
			text += fmt.Sprintf("; use %s %s", by.GroupVersion(), by.Kind)
		}
	}
	return text
}
