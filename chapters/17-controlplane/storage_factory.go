package controlplane

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"strconv"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	versions "kubepath/chapters/13-versions"
	"kubepath/chapters/17-controlplane/componentstatus"
	"kubepath/chapters/17-controlplane/resource"
)

// Destination is where and in which encoding objects are stored. Zero fields have the values of Config.
type Destination struct {
	Etcd      *clientv3.Client    // the caller closes it after the server has stopped
	Prefix    string              // of the keys
	MediaType string              // of the values
	Version   schema.GroupVersion // of the values; it does not change the served versions
}

// StorageDestinations has the resources that are not stored as Config's Etcd, EtcdPrefix, MediaType and StorageVersions
// say. The resource "*" is a whole group; an entry for one resource overrides it. Data that a group stores beside its
// objects (the allocated node ports) follows the group. Upstream: formerly genericapiserver.StorageDestinations, today
// storage.DefaultStorageFactory's Overrides.
type StorageDestinations map[schema.GroupResource]Destination

// of returns the destination of a resource: usual with the fields that the entries override.
func (d StorageDestinations) of(of schema.GroupResource, usual Destination) Destination {
	for _, name := range []schema.GroupResource{{Group: of.Group, Resource: "*"}, of} {
		said := d[name]
		usual = Destination{
			Etcd: cmp.Or(said.Etcd, usual.Etcd), Prefix: cmp.Or(said.Prefix, usual.Prefix),
			MediaType: cmp.Or(said.MediaType, usual.MediaType), Version: cmp.Or(said.Version, usual.Version),
		}
	}
	return usual
}

// storageFactory opens the storage of each resource at its destination.
type storageFactory struct {
	config   Config
	usual    Destination
	backends []*etcdBackend
	codecs   map[encoding]runtime.Codec
}

// etcdBackend is one etcd. The storages in it share its leases and its compactor.
type etcdBackend struct {
	Destination
	leases    *etcd3.LeaseManager
	compactor *etcd3.Compactor
}

// encoding is the media type and version of stored values.
type encoding struct {
	mediaType string
	version   schema.GroupVersion
}

// newStorageFactory fails for a media type or a version that does not exist.
func newStorageFactory(c Config) (*storageFactory, error) {
	f := &storageFactory{
		config: c, codecs: map[encoding]runtime.Codec{},
		usual: Destination{Etcd: c.Etcd, Prefix: c.EtcdPrefix, MediaType: c.MediaType},
	}
	err := f.addBackend(f.usual)
	for _, named := range slices.SortedFunc(maps.Keys(c.Destinations), byName) {
		err = errors.Join(err, f.addBackend(c.Destinations.of(named, f.usual)))
	}
	return f, err
}

// byName is the order in which etcds are numbered.
func byName(a, b schema.GroupResource) int { return cmp.Compare(a.String(), b.String()) }

// addBackend adds the etcd and the codec of a destination.
func (f *storageFactory) addBackend(to Destination) (err error) {
	if !slices.ContainsFunc(f.backends, func(b *etcdBackend) bool { return b.Etcd == to.Etcd }) {
		f.backends = append(f.backends, &etcdBackend{
			Destination: to, leases: etcd3.NewLeaseManager(to.Etcd), compactor: etcd3.NewCompactor(to.Etcd, f.config.CompactInterval),
		})
	}
	written := slices.Clone(f.config.StorageVersions)
	if !to.Version.Empty() {
		written = append(written, to.Version)
	}
	f.codecs[encoding{to.MediaType, to.Version}], err = versions.NewStorageCodec(f.config.Server.Codecs, to.MediaType, written...)
	return err
}

// codec returns the codec for the stored objects of a resource.
func (f *storageFactory) codec(of schema.GroupResource) runtime.Codec {
	to := f.config.Destinations.of(of, f.usual)
	return f.codecs[encoding{to.MediaType, to.Version}]
}

// open opens the storage of a resource's objects, or of data beside them, below a key root.
func (f *storageFactory) open(of schema.GroupResource, root string, newObject func() runtime.Object) storage.Interface {
	to := f.config.Destinations.of(of, f.usual)
	m := f.backends[slices.IndexFunc(f.backends, func(b *etcdBackend) bool { return b.Etcd == to.Etcd })]
	return f.config.Open(etcd3.Config{
		Client: to.Etcd, Prefix: to.Prefix, Codec: f.codec(of), NewFunc: newObject, Resource: root,
		Transformer: f.config.Transformer, LeaseManager: m.leases, Compactor: m.compactor,
	})
}

// addTo adds compaction and health checks for each etcd to the server. Upstream: addEtcdHealthEndpoint.
func (f *storageFactory) addTo(s *server.GenericAPIServer) error {
	var errs []error
	for i, m := range f.backends {
		check := etcd3.HealthCheck(m.Etcd, m.Prefix)
		errs = append(errs,
			s.AddHealthCheck(server.HealthCheck{Name: "etcd" + number(i), Check: check}),
			s.AddHealthCheck(server.HealthCheck{Name: "etcd-readiness" + number(i), Check: check, ReadyOnly: true}))
	}
	for i, m := range f.backends {
		errs = append(errs, addHook(s, resource.PostStartHook{Name: "etcd" + number(i) + "-compaction", Run: m.compactor.Run}))
	}
	return errors.Join(errs...)
}

// number returns the suffix for an etcd in the names of health checks.
func number(i int) string {
	if i == 0 {
		return ""
	}
	return "-override-" + strconv.Itoa(i-1)
}

// components returns the components of componentstatuses: scheduler and controller manager, then the etcds.
func (f *storageFactory) components() componentstatus.Components {
	all := componentstatus.ControlPlaneComponents()
	for i, m := range f.backends {
		check := etcd3.HealthCheck(m.Etcd, m.Prefix)
		all = append(all, componentstatus.Component{
			Name:  "etcd-" + strconv.Itoa(i),
			Check: func(ctx context.Context) (string, error) { return "ok", check(ctx) },
		})
	}
	return all
}
