package main

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/apimachinery/pkg/runtime/schema"

	etcd3 "kubepath/chapters/07-etcd3"
	cacher "kubepath/chapters/10-cacher"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/tools/trace"
)

// etcdOverride is a resource, or with "*" a group, that is kept in another etcd than the rest.
type etcdOverride struct {
	resource schema.GroupResource
	servers  []string
}

// etcdFlags are kube-apiserver's, by their names.
type etcdFlags struct {
	options   *options
	overrides []string // group/resource#servers
}

func (f *etcdFlags) addTo(flags *pflag.FlagSet) {
	flags.StringSliceVar(&f.options.etcd.ServerList, "etcd-servers", nil, "URLs of an etcd, in place of the embedded one")
	flags.StringSliceVar(&f.overrides, "etcd-servers-overrides", nil, "group/resource#servers: resources that are kept in another etcd; its URLs are separated by semicolons: /events#http://127.0.0.1:2381")
	flags.StringVar(&f.options.etcd.TrustedCAFile, "etcd-cafile", "", "certificate authority of etcd")
	flags.StringVar(&f.options.etcd.CertFile, "etcd-certfile", "", "client certificate for etcd")
	flags.StringVar(&f.options.etcd.KeyFile, "etcd-keyfile", "", "key of the client certificate for etcd")
	flags.StringVar(&f.options.prefix, "etcd-prefix", "/registry", "prefix of every key in etcd")
}

// errOverride is kube-apiserver's message.
var errOverride = errors.New("--etcd-servers-overrides invalid, must be of format: group/resource#servers, where servers are URLs, semicolon separated")

// check reads the overrides.
func (f *etcdFlags) check() error {
	f.options.etcdOverrides = nil
	for _, text := range f.overrides {
		name, servers, ok := strings.Cut(text, "#")
		group, resource, named := strings.Cut(name, "/")
		if !ok || !named || strings.ContainsAny(resource, "/") || resource == "" || servers == "" || strings.Contains(servers, "#") {
			return errOverride
		}
		f.options.etcdOverrides = append(f.options.etcdOverrides, etcdOverride{
			schema.GroupResource{Group: group, Resource: resource}, strings.Split(servers, ";")})
	}
	return nil
}

// openOverrides dials the other etcds, each of them once.
func (a *apiServer) openOverrides(ctx context.Context, o options) (controlplane.StorageDestinations, error) {
	open := map[string]*clientv3.Client{strings.Join(o.etcd.ServerList, ";"): a.etcd}
	to := controlplane.StorageDestinations{}
	for _, override := range o.etcdOverrides {
		servers := strings.Join(override.servers, ";")
		if open[servers] == nil {
			there := o.etcd
			there.ServerList = override.servers
			client, err := etcd3.Dial(ctx, there)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", override.resource, err)
			}
			client.KV = trace.KV(client.KV, a.decode)
			open[servers], a.others = client, append(a.others, client)
		}
		to[override.resource] = controlplane.Destination{Etcd: open[servers]}
	}
	return to, nil
}

// cacheFlags are kube-apiserver's, by their names. kubepath trace has none of them: there a read shows its way to etcd.
type cacheFlags struct {
	on    bool
	sizes []string // resource[.group]#size
	usual int
}

func (f *cacheFlags) addTo(flags *pflag.FlagSet) {
	flags.BoolVar(&f.on, "watch-cache", true, "answer reads and watches from memory")
	flags.StringSliceVar(&f.sizes, "watch-cache-sizes", nil, "resource[.group]#size: changes of a resource that are remembered at least; 0: it is not cached")
	flags.IntVar(&f.usual, "default-watch-cache-size", cacher.DefaultHistorySize, "changes of each other resource that are remembered at least; 0: they are not cached")
}

// settings is what the flags say; nil: no cache.
func (f *cacheFlags) settings() (*controlplane.WatchCache, error) {
	if !f.on {
		return nil, nil
	}
	if f.usual < 0 {
		return nil, fmt.Errorf("--default-watch-cache-size %d is less than nothing", f.usual)
	}
	cache := &controlplane.WatchCache{Size: f.usual, Sizes: map[schema.GroupResource]int{}, Wrap: trace.Storage}
	for _, text := range f.sizes {
		name, number, _ := strings.Cut(text, "#")
		size, err := strconv.Atoi(number)
		if name == "" || err != nil || size < 0 {
			return nil, fmt.Errorf("--watch-cache-sizes %q is not resource[.group]#size", text)
		}
		cache.Sizes[schema.ParseGroupResource(name)] = size
	}
	return cache, nil
}
