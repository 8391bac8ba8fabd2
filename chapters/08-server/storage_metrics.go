package server

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// measuredStorage notes how long each operation of a storage takes.
type measuredStorage struct {
	storage.Interface
	resource string
	m        *Metrics
}

// InstrumentStorage measures the storage of a resource (pods) as etcd_request_duration_seconds. It belongs right above the
// database, below a watch cache. Upstream measures inside of package etcd3.
func (m *Metrics) InstrumentStorage(next storage.Interface, resource string) storage.Interface {
	return &measuredStorage{next, resource, m}
}

func (s *measuredStorage) since(start time.Time, operation string) {
	s.m.RecordEtcdRequest(operation, s.resource, time.Since(start))
}

func (s *measuredStorage) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	defer s.since(time.Now(), "create")
	return s.Interface.Create(ctx, key, obj, out, ttl)
}

func (s *measuredStorage) Delete(ctx context.Context, key string, out runtime.Object, o storage.DeleteOptions) error {
	defer s.since(time.Now(), "delete")
	return s.Interface.Delete(ctx, key, out, o)
}

func (s *measuredStorage) Get(ctx context.Context, key string, o storage.GetOptions, out runtime.Object) error {
	defer s.since(time.Now(), "get")
	return s.Interface.Get(ctx, key, o, out)
}

func (s *measuredStorage) GetList(ctx context.Context, key string, o storage.ListOptions, out *kinds.List) error {
	defer s.since(time.Now(), "list")
	return s.Interface.GetList(ctx, key, o, out)
}

func (s *measuredStorage) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	defer s.since(time.Now(), "update")
	return s.Interface.GuaranteedUpdate(ctx, key, out, u)
}
