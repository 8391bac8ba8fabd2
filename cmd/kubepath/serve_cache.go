package main

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/runtime/schema"

	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/tools/trace"
)

// cacheFlags are kube-apiserver's, by their names. kubepath trace has none of them: there a read shows its way to etcd.
type cacheFlags struct {
	on    bool
	sizes []string // resource[.group]#size
	usual int
}

func (f *cacheFlags) addTo(flags *pflag.FlagSet) {
	flags.BoolVar(&f.on, "watch-cache", true, "answer reads and watches from memory")
	flags.StringSliceVar(&f.sizes, "watch-cache-sizes", nil, "resource[.group]#size: changes of a resource that are remembered at least; 0: it is not cached")
	flags.IntVar(&f.usual, "default-watch-cache-size", 100, "changes of each other resource that are remembered at least; 0: they are not cached")
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
