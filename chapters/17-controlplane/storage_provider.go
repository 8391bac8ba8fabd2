package controlplane

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	versions "kubepath/chapters/13-versions"
	"kubepath/chapters/17-controlplane/resource"
)

// storageProvider makes the storages of the rows.
type storageProvider struct {
	*storageFactory
	config  Config
	metrics *server.Metrics
	stores  map[schema.GroupResource]*registry.Store // made so far
	made    map[schema.GroupVersion]map[string]rest.Storage
	tasks   []resource.PostStartHook // of the rows
}

// install makes the storages of a group, and installs them in the server.
func (b *storageProvider) install(s *server.GenericAPIServer, g Group) error {
	storages := map[string]rest.Storage{}
	for _, r := range g.Resources {
		if r.SameAs.Empty() {
			b.add(storages, g.GroupVersion, r)
		} else if err := b.share(storages, g.GroupVersion, r); err != nil {
			return err
		}
	}
	b.made[g.GroupVersion] = storages
	info := &server.APIGroupInfo{
		PrioritizedVersions:          []schema.GroupVersion{g.GroupVersion},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{g.Version: storages},
	}
	if g.Group == "" {
		return s.InstallLegacyAPIGroup(info)
	}
	return s.InstallAPIGroup(info)
}

// add makes the storage of a row and those of its subresources.
func (b *storageProvider) add(storages map[string]rest.Storage, gv schema.GroupVersion, r Resource) {
	deps := &resource.Dependencies{
		Settings: b.config.Settings, OpenStorage: b.open, AddPostStartHook: func(t resource.PostStartHook) { b.tasks = append(b.tasks, t) },
		Store:           func(name schema.GroupResource) *registry.Store { return b.stores[name] },
		NewFieldManager: b.config.Server.NewFieldManager,
	}
	if r.NewREST != nil {
		storages[r.Name] = r.NewREST(deps)
		return
	}
	r.Strategy, r.Status = bind(r.Strategy, deps), bind(r.Status, deps)
	store := b.store(gv, r)
	if r.ConfigureStore != nil {
		r.ConfigureStore(store, deps)
	}
	b.cache(store)
	if r.SelectableFields != nil {
		b.registerSelectableFields(store, r)
	}
	storages[r.Name] = store
	if r.WrapStore != nil {
		storages[r.Name] = r.WrapStore(store)
	}
	b.stores[store.Resource] = store
	if r.Status != nil {
		storages[r.Name+"/status"] = statusOf(store, r)
	}
	if r.Subresources != nil {
		for name, part := range r.Subresources(store, deps) {
			storages[r.Name+"/"+name] = part
		}
	}
}

// bind returns the strategy with its dependencies, if it is a DependentStrategy.
func bind(strategy registry.Strategy, deps *resource.Dependencies) registry.Strategy {
	if bound, ok := strategy.(resource.DependentStrategy); ok {
		return bound.WithDependencies(deps)
	}
	return strategy
}

// share adds the storages that another row made, with its subresources. Their objects are converted on each request.
func (b *storageProvider) share(storages map[string]rest.Storage, gv schema.GroupVersion, r Resource) error {
	found := false
	for path, served := range b.made[r.SameAs.GroupVersion()] {
		name, subresource, _ := strings.Cut(path, "/")
		if name == r.SameAs.Resource {
			storages[strings.TrimSuffix(r.Name+"/"+subresource, "/")] = renamedStore(served, gv, r)
			found = true
		}
	}
	if !found {
		return fmt.Errorf("%s is to be served as %s, which no row above it makes", r.SameAs, r.Name)
	}
	return nil
}

// renamedStore returns the Store with the name of another row, for its errors.
func renamedStore(served rest.Storage, gv schema.GroupVersion, r Resource) rest.Storage {
	store, ok := served.(*registry.Store)
	name := gv.WithResource(r.Name).GroupResource()
	if !ok || store.Resource == name {
		return served
	}
	renamed := *store
	renamed.Resource, renamed.ObjectMeta = name, r.ObjectMeta
	return &renamed
}

// store returns the generic Store of a row over etcd.
func (b *storageProvider) store(gv schema.GroupVersion, r Resource) *registry.Store {
	kind := gv.WithKind(r.Kind)
	newObject := func() runtime.Object {
		obj, err := b.config.Server.Codecs.Scheme.New(kind)
		if err != nil {
			panic(fmt.Sprintf("the table serves %s, which the scheme does not know", kind))
		}
		return obj
	}
	name := gv.WithResource(r.Name).GroupResource()
	objects := b.open(name, r.Key(), newObject)
	store := &registry.Store{
		Kind: kind, Resource: name, NewFunc: newObject,
		Singular: r.Singular(), Short: r.ShortNames, InCategoryAll: r.All, OtherCategories: r.Categories, ReturnDeletedObject: r.ReturnDeleted,
		ObjectMeta: r.ObjectMeta, RenderErrors: resource.RenderErrors,
		Storage: b.metrics.InstrumentStorage(objects, r.Name), Strategy: r.Strategy, KeyRoot: r.Key(), AttrFunc: r.Attrs(),
		StorageKind: versions.StorageKind(b.codec(name), kind),
	}
	if r.Columns != nil {
		store.TableConvertor = r.Columns
	}
	return store
}

// registerSelectableFields registers the fields for field selectors with the scheme. Without it, only name and namespace are accepted.
// Upstream: the AddFieldLabelConversionFuncs of each group.
func (b *storageProvider) registerSelectableFields(s *registry.Store, r Resource) {
	known := s.SelectableFields()
	unknown := cmp.Or(r.UnsupportedFieldLabel, "field label not supported: %s")
	scheme := b.config.Server.Codecs.Scheme
	_ = scheme.AddFieldLabelConversionFunc(s.Kind, func(label, value string) (string, string, error) {
		if name, ok := r.FieldLabelAliases[label]; ok {
			return name, value, nil
		}
		if slices.Contains(known, label) {
			return label, value, nil
		}
		return "", "", fmt.Errorf(unknown, label)
	}) // never fails
}

// statusOf returns the subresource status.
func statusOf(s *registry.Store, r Resource) rest.Storage {
	own := *s
	own.ObjectMeta = r.StatusObjectMeta
	return resource.NewSubresourceREST(&own, r.Status)
}
