package etcd3

import (
	storage "kubepath/chapters/05-storage"
)

// key is where the object of a storage key lies in etcd: /pods/default/nginx is at /registry/pods/default/nginx. With
// recursive, it is the prefix of all keys below. A key that could leave its place
// (..), or is not of this store's resource, is storage.ErrInvalidKey. Upstream: store.prepareKey.
func (s *store) key(key string, recursive bool) (string, error) {
	prepared, err := storage.PrepareKey(s.root, key, recursive)
	if err != nil {
		return key, err
	}
	return s.prefix + prepared, nil
}
