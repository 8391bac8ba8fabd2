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

	kinds "kubepath/chapters/02-kinds"
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

// Config is the configuration of the control plane. Upstream: controlplane.Config.
type Config struct {
	Server server.Config // New adds the defaults and conversions of chapter 13 to its Codecs

	Etcd        *clientv3.Client
	EtcdPrefix  string            // "": /registry
	MediaType   string            // of stored objects; "": protobuf, and JSON for Go types that have no protobuf encoding
	Transformer etcd3.Transformer // nil: values are stored as they are
	// Destinations has the resources with another etcd, prefix or encoding; nil: none.
	Destinations StorageDestinations

	MinRequestTimeout time.Duration // of watches; see watch.Config

	// CompactInterval is how long etcd keeps old revisions; 0: 5 min, negative: for ever.
	CompactInterval time.Duration

	// Open opens the storage of a resource. Set it to trace storages, or to use other ones. Nil: etcd3.Open.
	Open func(etcd3.Config) storage.Interface
	// WatchCache serves reads and watches from memory; nil: etcd serves each of them.
	WatchCache *WatchCache
	// Settings are values for the groups' packages; see resource.Dependencies.
	Settings []any
	// Groups is the table of resources; nil: Groups(), and those of RemovedGroups() that RuntimeConfig switches on.
	Groups []Group
	// RuntimeConfig switches versions and resources off and on.
	RuntimeConfig RuntimeConfig
	// StorageVersions are versions to store in etcd instead of the hubs of their kinds; see versions.NewStorageCodec.
	StorageVersions []schema.GroupVersion
	// SchemaOf returns the OpenAPI schemas of the API's Go types; nil: openapi.SchemaOf.
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
	c.Settings = append(slices.Clone(c.Settings), factory.components()) // the first setting of a type is used
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

// addHook adds a task to the server, which waits for its end on shutdown.
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
	if c.Server.Codecs == nil {
		c.Server.Codecs = kinds.NewCodecs(kinds.NewScheme())
	}
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

// Verbs returns the table of all verbs of kube-apiserver: that of chapter 4, then the rows of later chapters. To add a
// verb, set Config.Server.Verbs to append(Verbs(c), row).
func Verbs(c Config) []rest.Verb {
	watches := watch.Config{MinRequestTimeout: c.MinRequestTimeout}
	return slices.Concat(rest.Verbs(), watches.Verbs(), patch.Verbs())
}
