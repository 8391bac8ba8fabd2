package rest

import (
	"context"
	"maps"
	"slices"
	"strconv"
	"sync"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// configMapStorage is a Storage with ConfigMaps in a map, for the demo, the examples and the tests. It has no
// strategies, preconditions or finalizers; chapter 6 has those.
type configMapStorage struct {
	mu      sync.Mutex
	version int
	objects map[string]*corev1.ConfigMap // by NAMESPACE/NAME
	now     func() metav1.Time           // nil: creationTimestamp is not set
}

var _ interface {
	Storage
	Scoper
	Getter
	Creater
	Updater
	GracefulDeleter
	CollectionDeleter
} = (*configMapStorage)(nil)

var configMapResource = schema.GroupResource{Resource: "configmaps"}

func newConfigMapStorage() *configMapStorage {
	return &configMapStorage{objects: map[string]*corev1.ConfigMap{}}
}

func (s *configMapStorage) New() runtime.Object     { return &corev1.ConfigMap{} }
func (s *configMapStorage) Destroy()                {}
func (s *configMapStorage) NamespaceScoped() bool   { return true }
func (s *configMapStorage) NewList() runtime.Object { return newConfigMapList() }
func (s *configMapStorage) GetSingularName() string { return "configmap" }
func (s *configMapStorage) ShortNames() []string    { return []string{"cm"} }

func (s *configMapStorage) Get(ctx context.Context, name string, _ *metav1.GetOptions) (runtime.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	obj, ok := s.objects[NamespaceFrom(ctx)+"/"+name]
	if !ok {
		return nil, apierrors.NewNotFound(configMapResource, name)
	}
	return obj, nil
}

func (s *configMapStorage) List(ctx context.Context, options *metainternalversion.ListOptions) (runtime.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	list := newConfigMapList()
	for _, key := range slices.Sorted(maps.Keys(s.objects)) {
		if obj := s.objects[key]; selected(ctx, obj, options) {
			list.Items = append(list.Items, obj)
		}
	}
	list.ResourceVersion = strconv.Itoa(s.version)
	return list, nil
}

// ConvertToTable is part of Lister.
func (s *configMapStorage) ConvertToTable(ctx context.Context, obj, options runtime.Object) (*metav1.Table, error) {
	return NewDefaultTableConvertor(configMapResource).ConvertToTable(ctx, obj, options)
}

func (s *configMapStorage) Create(_ context.Context, obj runtime.Object, options *CreateOptions) (runtime.Object, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	made := obj.(*corev1.ConfigMap)
	key := made.Namespace + "/" + made.Name
	if _, taken := s.objects[key]; taken {
		return nil, apierrors.NewAlreadyExists(configMapResource, made.Name)
	}
	if s.now != nil {
		made.CreationTimestamp = s.now()
	}
	if len(options.DryRun) == 0 {
		s.put(key, made)
	}
	return made, nil
}

func (s *configMapStorage) Update(ctx context.Context, name string, update *Update) (runtime.Object, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := NamespaceFrom(ctx) + "/" + name
	old, ok := s.objects[key]
	if !ok {
		return nil, false, apierrors.NewNotFound(configMapResource, name)
	}
	next, err := update.Mutate(ctx, old.DeepCopy())
	if err != nil {
		return nil, false, err
	}
	s.put(key, next.(*corev1.ConfigMap))
	return next, false, nil
}

func (s *configMapStorage) Delete(ctx context.Context, name string, _ *DeleteOptions) (runtime.Object, bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	key := NamespaceFrom(ctx) + "/" + name
	if _, ok := s.objects[key]; !ok {
		return nil, false, apierrors.NewNotFound(configMapResource, name)
	}
	delete(s.objects, key)
	return nil, true, nil
}

func (s *configMapStorage) DeleteCollection(ctx context.Context, _ *DeleteOptions, which *metainternalversion.ListOptions) (runtime.Object, error) {
	gone, err := s.List(ctx, which)
	if err != nil {
		return nil, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, item := range gone.(*kinds.List).Items {
		obj := item.(*corev1.ConfigMap)
		delete(s.objects, obj.Namespace+"/"+obj.Name)
	}
	return gone, nil
}

func (s *configMapStorage) put(key string, obj *corev1.ConfigMap) {
	s.version++
	obj.ResourceVersion = strconv.Itoa(s.version)
	s.objects[key] = obj
}

func newConfigMapList() *kinds.List {
	return &kinds.List{TypeMeta: metav1.TypeMeta{Kind: "ConfigMapList", APIVersion: "v1"}}
}

func selected(ctx context.Context, obj *corev1.ConfigMap, options *metainternalversion.ListOptions) bool {
	if ns := NamespaceFrom(ctx); ns != "" && ns != obj.Namespace {
		return false
	}
	visible := fields.Set{metav1.ObjectNameField: obj.Name, "metadata.namespace": obj.Namespace}
	return (options.LabelSelector == nil || options.LabelSelector.Matches(labels.Set(obj.Labels))) &&
		(options.FieldSelector == nil || options.FieldSelector.Matches(visible))
}
