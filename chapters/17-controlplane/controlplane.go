package controlplane

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	watch "kubepath/chapters/09-watch"
	openapi "kubepath/chapters/11-openapi"
	patch "kubepath/chapters/12-patch"
	"kubepath/chapters/12-patch/fastpath"
	versions "kubepath/chapters/13-versions"
	"kubepath/chapters/17-controlplane/resource"
)

// Config is what the control plane is made from. Upstream: controlplane.Config.
type Config struct {
	Server server.Config // its Codecs must be set; New teaches them the defaults of chapter 13

	Etcd        *clientv3.Client
	EtcdPrefix  string            // "": /registry
	MediaType   string            // of stored objects; "": application/vnd.kubernetes.protobuf
	Transformer etcd3.Transformer // nil: values are stored as they are
	// Destinations are the resources that are kept elsewhere, or in another form; nil: none.
	Destinations StorageDestinations

	MinRequestTimeout time.Duration // of watches; see watch.Config

	// CompactInterval is for how long etcd keeps what was replaced; 0: 5 min, negative: for ever.
	CompactInterval time.Duration

	// Open makes the storage of a resource: the seam for tracing, and for a storage of one's own. Nil: etcd3.Open.
	Open func(etcd3.Config) storage.Interface
	// WatchCache answers reads and watches from memory; nil: each goes to etcd.
	WatchCache *WatchCache
	// Settings are what groups can be told; see resource.Dependencies.
	Settings []any
	// Groups is the table of what is served; nil: Groups(), and of RemovedGroups() what RuntimeConfig switches on.
	Groups []Group
	// RuntimeConfig switches versions and resources off and on.
	RuntimeConfig RuntimeConfig
	// StorageVersions are kept in etcd in place of the hubs of their kinds; see versions.NewStorageCodec.
	StorageVersions []schema.GroupVersion
	// SchemaOf reads the Go types that the API consists of; nil: openapi.SchemaOf.
	SchemaOf openapi.SchemaFunc
}

// New returns a server with every group of the table installed. Upstream: controlplane.New and its InstallAPIs.
func New(c Config) (*server.GenericAPIServer, error) {
	c = c.withDefaults()
	versions.Install(c.Server.Codecs)
	var err error
	if c.Groups, err = c.RuntimeConfig.table(c.Groups, RemovedGroups()); err != nil {
		return nil, err
	}
	s, err := c.Server.New()
	if err != nil {
		return nil, err
	}
	factory, err := newStorageFactory(c)
	if err != nil {
		return nil, err
	}
	c.Settings = append(slices.Clone(c.Settings), factory.components()) // the first one of a type counts
	backend := &storageProvider{
		config: c, storageFactory: factory, metrics: s.Metrics(),
		stores: map[schema.GroupResource]*registry.Store{}, made: map[schema.GroupVersion]map[string]rest.Storage{},
	}
	for _, g := range c.Groups {
		if err := backend.install(s, g); err != nil {
			return nil, fmt.Errorf("install %s: %w", g.GroupVersion, err)
		}
	}
	openapi.Install(s, openapi.Config{
		Title: "Kubernetes", Version: c.Server.Version, Scheme: c.Server.Codecs.Scheme, SchemaOf: c.SchemaOf,
	})
	err = factory.addTo(s)
	for _, t := range slices.Concat(backend.bootstraps(), backend.tasks) {
		err = errors.Join(err, addHook(s, t))
	}
	return s, err
}

// addHook has the server do a task while it runs, and wait for its end.
func addHook(s *server.GenericAPIServer, t resource.PostStartHook) error {
	var running sync.WaitGroup
	return errors.Join(
		s.AddPostStartHook(t.Name, func(ctx context.Context) error {
			if t.Start != nil {
				if err := t.Start(ctx); err != nil {
					return err
				}
			}
			if t.Run != nil {
				running.Go(func() { t.Run(ctx) })
			}
			return nil
		}),
		s.AddPreShutdownHook(t.Name, func() error { running.Wait(); return nil }),
	)
}

func (c Config) withDefaults() Config {
	c.MediaType = cmp.Or(c.MediaType, runtime.ContentTypeProtobuf)
	if c.Open == nil {
		c.Open = etcd3.Open
	}
	if c.Groups == nil {
		c.Groups = Groups()
	}
	if c.Server.NewFieldManager == nil {
		c.Server.NewFieldManager = fastpath.NewFieldManagers(c.Server.Codecs).New
	}
	if c.Server.Verbs == nil {
		c.Server.Verbs = Verbs(c)
	}
	return c
}

// Verbs is the whole table of verbs: that of chapter 4 with the rows of later chapters behind it, as kube-apiserver has
// them. A server with a verb of its own has Config.Server.Verbs: append(Verbs(c), row).
func Verbs(c Config) []rest.Verb {
	watches := watch.Config{MinRequestTimeout: c.MinRequestTimeout}
	return slices.Concat(rest.Verbs(), watches.Verbs(), patch.Verbs())
}
