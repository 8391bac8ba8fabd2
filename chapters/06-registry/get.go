package registry

import (
	"context"
	"fmt"
	"strings"

	"k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// Get reads the object called name. The result may be shared with other readers: it is read-only. Upstream: Store.Get.
//
// Errors: NotFound, Timeout (the version is higher than the newest).
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
		return nil, s.interpretError("get", name, err)
	}
	return s.decorate(out.Object), nil
}

// key returns the key of the object called name: /pods/NAMESPACE/NAME or /nodes/NAME. A namespace or a name that is
// missing or cannot be part of a path is a BadRequest. Upstream: NamespaceKeyFunc and NoNamespaceKeyFunc.
func (s *Store) key(ctx context.Context, name string) (string, error) {
	if s.KeyFunc != nil {
		return s.KeyFunc(ctx, name)
	}
	root := s.keyRoot()
	if s.NamespaceScoped() {
		namespace := s.namespace(ctx)
		if namespace == "" {
			return "", errors.NewBadRequest("Namespace parameter required.")
		}
		root += "/" + namespace
	}
	if name == "" {
		return "", errors.NewBadRequest("Name parameter required.")
	}
	if errs := path.IsValidPathSegmentName(name); len(errs) > 0 {
		return "", errors.NewBadRequest(fmt.Sprintf("Name parameter invalid: %q: %s", name, strings.Join(errs, ";")))
	}
	return root + "/" + name, nil
}

// prefix returns the prefix of the keys of all objects in namespace; "": of all objects. Upstream: NamespaceKeyRootFunc.
func (s *Store) prefix(namespace string) string {
	if s.NamespaceScoped() && namespace != "" {
		return s.keyRoot() + "/" + namespace
	}
	return s.keyRoot()
}

// namespace returns the namespace of the request; "" for a cluster-scoped resource.
func (s *Store) namespace(ctx context.Context) string {
	if !s.NamespaceScoped() {
		return ""
	}
	return rest.NamespaceFrom(ctx)
}

func (s *Store) keyRoot() string {
	if s.KeyRoot != "" {
		return s.KeyRoot
	}
	return "/" + s.Resource.Resource
}

// objectName returns the name under which obj is stored.
func (s *Store) objectName(obj runtime.Object) (string, error) {
	if s.ObjectNameFunc != nil {
		return s.ObjectNameFunc(obj)
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return "", err
	}
	return m.GetName(), nil
}
