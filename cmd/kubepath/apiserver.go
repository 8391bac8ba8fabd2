package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"go.opentelemetry.io/otel/exporters/otlp/otlptrace/otlptracehttp"
	sdktrace "go.opentelemetry.io/otel/sdk/trace"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/chapters/17-controlplane/event"
	"kubepath/chapters/17-controlplane/network"
	"kubepath/internal/embedetcd"
	"kubepath/internal/tools/trace"
)

// options of a server, by kube-apiserver's flags.
type options struct {
	etcd            etcd3.TransportConfig // no endpoints: embedded
	etcdOverrides   []etcdOverride
	dataDir         string // of the embedded etcd; "": temporary
	prefix          string
	mediaType       string
	runtimeConfig   []string // NAME=true, NAME=false or NAME
	storageVersions []string // GROUP/VERSION
	featureGates    featureGates

	// compactInterval: 0: never.
	compactInterval time.Duration
	eventTTL        time.Duration // 0: an hour
	network         network.Settings

	watchCache *controlplane.WatchCache // nil: none

	requestTimeout      time.Duration
	minRequestTimeout   time.Duration
	maxInFlight         int
	maxMutatingInFlight int

	tracesPerSecond float64                // 0: every request
	keepTraces      int                    // 0: 100, less: none
	exporter        sdktrace.SpanProcessor // nil: none

	rival *atomic.Bool // true: the next update loses a race; nil: never
}

// apiServer is a server that is put together: chapters 17 over 8, 6 and 7, with the seams traced.
type apiServer struct {
	*server.GenericAPIServer
	codecs   *kinds.Codecs
	recorder *trace.Recorder
	provider *sdktrace.TracerProvider
	etcd     *clientv3.Client
	others   []*clientv3.Client // of resources that are kept elsewhere
	embedded *embedetcd.Server  // nil: etcd is elsewhere
}

// newAPIServer opens etcd and builds the server over it. Close it after Run.
func newAPIServer(ctx context.Context, o options) (*apiServer, error) {
	served, stored, err := o.versions()
	if err != nil {
		return nil, err
	}
	a := &apiServer{codecs: kinds.NewCodecs(kinds.NewScheme(), o.featureGates.enabled()...), recorder: &trace.Recorder{Keep: o.keepTraces, Ignore: tracesPath}}
	if err := a.openEtcd(ctx, o); err != nil {
		return nil, err
	}
	a.provider = a.recorder.Provider(o.tracesPerSecond, processors(o.exporter)...)
	a.etcd.KV, a.etcd.Watcher = trace.KV(a.etcd.KV, a.decode), trace.Watcher(a.etcd.Watcher)
	destinations, err := a.openOverrides(ctx, o)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	config := controlplane.Config{
		Server: server.Config{
			Codecs: a.codecs, Version: serverVersion(), RequestTimeout: o.requestTimeout,
			MaxRequestsInFlight: o.maxInFlight, MaxMutatingRequestsInFlight: o.maxMutatingInFlight,
			TracerProvider: a.provider, Middleware: []installer.Middleware{trace.Route}, WrapStorage: trace.REST, WrapFilter: trace.Filter,
		},
		Etcd: a.etcd, EtcdPrefix: o.prefix, MediaType: o.mediaType, Open: etcd3.Open, Destinations: destinations,
		RuntimeConfig: served, StorageVersions: stored,
		WatchCache: o.watchCache, MinRequestTimeout: o.minRequestTimeout, CompactInterval: cmp.Or(o.compactInterval, -1),
		Settings: []any{o.network, event.TTL(o.eventTTL)},
	}
	plug := exercisePlug()
	if plug.Middleware != nil {
		plug.Middleware = trace.Middleware(plug.Middleware)
	}
	plug.Into(&config)
	open := config.Open
	config.Open = func(c etcd3.Config) storage.Interface { return o.storage(trace.Storage(open(c))) }
	s, err := controlplane.New(config)
	if err != nil {
		return nil, errors.Join(err, a.Close())
	}
	a.GenericAPIServer = s
	return a, nil
}

// storage is s, with a rival where there is to be one.
func (o options) storage(s storage.Interface) storage.Interface {
	if o.rival == nil {
		return s
	}
	return rival{s, o.rival}
}

func processors(p sdktrace.SpanProcessor) []sdktrace.SpanProcessor {
	if p == nil {
		return nil
	}
	return []sdktrace.SpanProcessor{p}
}

// openEtcd starts the embedded etcd, or dials the one that the flags name.
func (a *apiServer) openEtcd(ctx context.Context, o options) (err error) {
	if len(o.etcd.ServerList) > 0 {
		a.etcd, err = etcd3.Dial(ctx, o.etcd)
		return err
	}
	a.embedded, err = embedetcd.Start(ctx, embedetcd.Options{DataDir: o.dataDir})
	if err != nil {
		return err
	}
	a.etcd = a.embedded.Client()
	return nil
}

// Close ends the conversation with etcd, and the embedded one with it.
func (a *apiServer) Close() error {
	var errs []error
	for _, other := range a.others {
		errs = append(errs, other.Close())
	}
	if a.embedded != nil {
		return errors.Join(append(errs, a.embedded.Close())...)
	}
	return errors.Join(append(errs, a.etcd.Close())...)
}

// decode shows a stored value in a trace.
func (a *apiServer) decode(value []byte) (mediaType string, content any) {
	codec, err := a.codecs.StorageCodec(runtime.ContentTypeProtobuf) // reads the other media types too
	if err != nil {
		return "", nil
	}
	obj, _, err := codec.Decode(value, nil, nil)
	if err != nil {
		return "application/octet-stream", nil
	}
	if media, err := a.codecs.Recognize(value); err == nil {
		mediaType = media.MediaType
	}
	shortenAccount(obj)
	data, err := json.Marshal(obj)
	if err == nil {
		err = json.Unmarshal(data, &content)
	}
	if err != nil {
		return mediaType, nil
	}
	return mediaType, content
}

// shortenAccount leaves the owners' names in managedFields, and three dots for each one's fields: a trace shows them with
// every object.
func shortenAccount(obj runtime.Object) {
	object, err := meta.Accessor(obj)
	if err != nil {
		return
	}
	for _, owner := range object.GetManagedFields() {
		if owner.FieldsV1 != nil {
			owner.FieldsV1.SetRawString(`"..."`)
		}
	}
}

// otlp makes a server's spans go to the collector that OTEL_EXPORTER_OTLP_ENDPOINT names; flush sends what is left.
func otlp(ctx context.Context, o *options) (flush func() error, err error) {
	exporter, err := otlptracehttp.New(ctx)
	if err != nil {
		return nil, err
	}
	processor := sdktrace.NewBatchSpanProcessor(exporter)
	o.exporter = processor
	return func() error {
		if err := processor.ForceFlush(ctx); err != nil {
			return hintError{err, "OTEL_EXPORTER_OTLP_ENDPOINT names the collector, as in http://127.0.0.1:4318"}
		}
		return processor.Shutdown(ctx)
	}, nil
}

// versions reads the flags that say in which versions objects are served and stored.
func (o options) versions() (controlplane.RuntimeConfig, []schema.GroupVersion, error) {
	served := controlplane.RuntimeConfig{}
	for _, text := range o.runtimeConfig {
		name, value, _ := strings.Cut(text, "=")
		on, err := strconv.ParseBool(cmp.Or(value, "true"))
		if err != nil {
			return nil, nil, fmt.Errorf("--runtime-config %s: say true or false", text)
		}
		served[name] = on
	}
	var stored []schema.GroupVersion
	for _, text := range o.storageVersions {
		version, err := schema.ParseGroupVersion(text)
		if err != nil {
			return nil, nil, fmt.Errorf("--storage-versions: %w", err)
		}
		stored = append(stored, version)
	}
	return served, stored, nil
}
