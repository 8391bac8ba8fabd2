package exercise

import (
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/mvccpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
)

// Storage is chapter 7's storage with a GetList of your own, which stands in page.go.
type Storage struct {
	storage.Interface // chapter 7's, for all that you do not write

	kv     clientv3.KV
	config etcd3.Config
}

var _ storage.Interface = (*Storage)(nil)

// New puts your method before real, which is etcd3.Open(config).
func New(real storage.Interface, config etcd3.Config) *Storage {
	if config.Prefix == "" {
		config.Prefix = etcd3.DefaultPrefix
	}
	return &Storage{Interface: real, kv: config.Client.KV, config: config}
}

// plain reports whether a list is for you: all that lies below a key, as it is now or as its token says.
func plain(opts storage.ListOptions) bool {
	return opts.Recursive && opts.Predicate.Empty() && opts.ResourceVersion == "" && opts.ResourceVersionMatch == ""
}

// prefix is where the keys of a list lie in etcd, with a slash at its end: /registry/pods/default/.
func (s *Storage) prefix(key string) (string, error) {
	prefix, err := storage.PrepareKey(s.config.Resource+"/", key, true)
	return s.config.Prefix + prefix, storage.WrapError("list", key, err)
}

// add decodes values and appends them to the list.
func (s *Storage) add(out *kinds.List, kvs []*mvccpb.KeyValue) error {
	var unreadable []error
	for _, kv := range kvs {
		obj, _, err := s.config.Codec.Decode(kv.Value, nil, nil)
		if err == nil {
			err = s.Versioner().UpdateObject(obj, uint64(kv.ModRevision))
		}
		if err != nil {
			unreadable = append(unreadable, fmt.Errorf("%w: %s: %w", storage.ErrCorrupt, kv.Key, err))
			continue
		}
		out.Items = append(out.Items, obj)
	}
	return errors.Join(unreadable...)
}

// compactedAway reports whether etcd no longer holds the revision that was asked for.
func compactedAway(err error) bool { return errors.Is(err, rpctypes.ErrCompacted) }
