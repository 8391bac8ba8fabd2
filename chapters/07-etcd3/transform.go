package etcd3

// Transformer changes values on the way into etcd and out of it; encryption at rest is one. context (the key) is
// authenticated, so that a value moved to another key is refused. Upstream: storage/value.Transformer.
type Transformer interface {
	// FromStorage also reports whether the value should be rewritten (an old key or format).
	FromStorage(stored []byte, context string) (value []byte, stale bool, err error)
	ToStorage(value []byte, context string) ([]byte, error)
}

// Leases hands out leases for objects with a TTL, one for many objects that end at about the same time.
// Upstream: etcd3.leaseManager.
type Leases struct{}
