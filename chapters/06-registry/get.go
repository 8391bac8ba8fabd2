package registry

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// Get reads the object called name. The answer may be shared with other readers: it is read-only.
// A missing object is NotFound, a version of the future a Timeout. Upstream: Store.Get.
func (s *Store) Get(ctx context.Context, name string, options *metav1.GetOptions) (runtime.Object, error) {
	key, err := s.key(ctx, name)
	if err != nil {
		return nil, err
	}
	var opts storage.GetOptions
	if options != nil {
		opts.ResourceVersion = options.ResourceVersion
	}
	var out kinds.ResultPointer
	if err := s.Storage.Get(ctx, key, opts, &out); err != nil {
		return nil, s.status("get", name, err)
	}
	return s.decorated(out.Object), nil
}
