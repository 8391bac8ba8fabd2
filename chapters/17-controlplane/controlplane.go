package controlplane

import (
	"fmt"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
)

// Config is what the control plane is made from. Upstream: controlplane.Config.
type Config struct {
	Server server.Config // its Codecs must be set

	Etcd        *clientv3.Client
	EtcdPrefix  string            // "": /registry
	MediaType   string            // of stored objects; "": application/vnd.kubernetes.protobuf
	Transformer etcd3.Transformer // nil: values are stored as they are

	// WrapStorage stands between each Store and its storage: the seam for tracing. Nil: nothing.
	WrapStorage func(storage.Interface) storage.Interface
}

// New returns a server with every group of the table installed. Upstream: controlplane.New and its InstallAPIs.
func New(c Config) (*server.GenericAPIServer, error) {
	if c.MediaType == "" {
		c.MediaType = runtime.ContentTypeProtobuf
	}
	codec, err := c.Server.Codecs.StorageCodec(c.MediaType)
	if err != nil {
		return nil, err
	}
	s, err := c.Server.New()
	if err != nil {
		return nil, err
	}
	backend := &backend{config: c, codec: codec, leases: etcd3.NewLeases(c.Etcd)}
	for _, g := range Groups() {
		if err := backend.install(s, g); err != nil {
			return nil, fmt.Errorf("install %s: %w", g.GroupVersion, err)
		}
	}
	describeNothing(s)
	return s, s.AddHealthCheck(server.HealthCheck{Name: "etcd", Check: etcd3.HealthCheck(c.Etcd, c.EtcdPrefix)})
}

// backend opens the storage of each resource in one etcd.
type backend struct {
	config Config
	codec  runtime.Codec
	leases *etcd3.Leases
}

// install makes the group's storages and serves them.
func (b *backend) install(s *server.GenericAPIServer, g Group) error {
	storages := map[string]rest.Storage{}
	for _, r := range g.Resources {
		storages[r.Name] = b.store(g.GroupVersion, r)
	}
	info := &server.APIGroupInfo{
		Versions: []schema.GroupVersion{g.GroupVersion},
		Storages: map[string]map[string]rest.Storage{g.Version: storages},
	}
	if g.Group == "" {
		return s.InstallLegacyAPIGroup(info)
	}
	return s.InstallAPIGroup(info)
}

// store is a row come to life: the generic Store over etcd, with the row's names and strategy.
func (b *backend) store(gv schema.GroupVersion, r Resource) *registry.Store {
	kind := gv.WithKind(r.Kind)
	newObject := func() runtime.Object {
		obj, err := b.config.Server.Codecs.Scheme.New(kind)
		if err != nil {
			panic(fmt.Sprintf("the table serves %s, which the scheme does not know", kind))
		}
		return obj
	}
	objects := etcd3.Open(etcd3.Config{
		Client: b.config.Etcd, Prefix: b.config.EtcdPrefix, Codec: b.codec, NewFunc: newObject,
		Resource: r.Key(), Transformer: b.config.Transformer, Leases: b.leases,
	})
	if b.config.WrapStorage != nil {
		objects = b.config.WrapStorage(objects)
	}
	return &registry.Store{
		Kind: kind, Resource: gv.WithResource(r.Name).GroupResource(), NewFunc: newObject,
		Singular: r.Singular(), Short: r.ShortNames, InAll: r.All,
		Storage: objects, Strategy: r.Strategy, KeyRoot: r.Key(),
	}
}
