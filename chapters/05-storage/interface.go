package storage

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
)

// Interface stores objects under keys, and gives each change a resource version, a number that only increases. It hides
// the database.
//
// The contract of every implementation, which storagetest checks:
//
//   - A key is a path that starts with a slash (/pods/default/nginx), without the database's prefix.
//   - Objects are returned through out-pointers; only errors are returned directly. An out-pointer is a pointer to the
//     object's Go type, or a *kinds.ResultPointer if the caller only reads; nil if the caller does not need the result.
//     After an error its content is undefined.
//   - An object that is passed in (obj) is not kept and not changed. The caller may change an object that is passed out,
//     unless it is in a *kinds.ResultPointer.
//   - Every error is an *Error that wraps one of the sentinels of errors.go, the context's error, or the unchanged error
//     of a function that the caller passed.
//   - The resourceVersion of an object is the revision of its last change. It is not in the stored bytes.
//
// Upstream: k8s.io/apiserver/pkg/storage.Interface.
type Interface interface {
	// Versioner reads and writes the resource versions of objects and lists.
	Versioner() Versioner

	// Create stores obj under a key that must not exist (ErrExists), and stores it, with its resource version, in out.
	// obj must have no resource version (ErrResourceVersionSet). The object is deleted after ttl seconds; 0: never.
	Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error

	// Delete removes the object under key (ErrNotFound), and stores its last state in out, with the resource version of
	// the deletion.
	Delete(ctx context.Context, key string, out runtime.Object, opts DeleteOptions) error

	// Watch sends the changes after opts.ResourceVersion of the object under key or, with opts.Recursive, of all
	// objects below it. With version "" or "0" it first sends an ADDED event for each object that exists, which it may
	// read shortly after the call; opts.SendInitialEvents turns these events on or off for any version. It sends only
	// objects that match opts.Predicate: an object that begins to match is ADDED, one that no longer matches is
	// DELETED. A compacted version is ErrExpired, as an error of Watch or as an ERROR event.
	Watch(ctx context.Context, key string, opts ListOptions) (watch.Interface, error)

	// Get stores the object under key in out. A missing object is ErrNotFound; with opts.IgnoreNotFound, it sets out to
	// its zero value. A version greater than the newest is ErrFuture.
	Get(ctx context.Context, key string, opts GetOptions, out runtime.Object) error

	// GetList appends to out.Items the objects under key, in the order of their keys, and sets the list's resource
	// version, continue token and remaining count. It does not change out's TypeMeta.
	GetList(ctx context.Context, key string, opts ListOptions, out *kinds.List) error

	// GuaranteedUpdate replaces the object under key with the result of u.Mutate, and stores it in out. If another
	// writer has changed the object meanwhile, it reads the object and calls Mutate again, until it succeeds, Mutate
	// fails or ctx ends. An update that changes nothing is not written and keeps the resource version.
	GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u Update) error

	// ReadinessCheck returns nil if the storage is ready.
	ReadinessCheck() error

	// Stats returns the number of objects of this storage's resource.
	Stats(ctx context.Context) (Stats, error)

	// GetCurrentResourceVersion returns the newest version of the whole database: a reader at this version sees every
	// write that completed before the call. The watch cache uses it for consistent reads.
	GetCurrentResourceVersion(ctx context.Context) (uint64, error)

	// RequestWatchProgress requests a bookmark for the watches that were opened with ListOptions.ProgressNotify and
	// ctx's stream. From it, a watch cache learns its version when there are no changes.
	RequestWatchProgress(ctx context.Context) error

	// CompactRevision returns the revision of the last known compaction: older revisions cannot be read; 0: none.
	CompactRevision() uint64
}

// Versioner reads and writes resource versions. Upstream: storage.Versioner.
type Versioner interface {
	// UpdateObject sets the object's resource version.
	UpdateObject(obj runtime.Object, version uint64) error
	// UpdateList sets the list's resource version, continue token and remaining count (nil: unknown).
	UpdateList(list runtime.Object, version uint64, next string, remaining *int64) error
	// PrepareObjectForStorage clears the fields that must not be stored: the resource version and the self link.
	PrepareObjectForStorage(obj runtime.Object) error
	// ObjectResourceVersion returns the object's resource version; 0 if it has none.
	ObjectResourceVersion(obj runtime.Object) (uint64, error)
	// ParseResourceVersion parses the version of a request: "" and "0" are 0. An invalid number is ErrInvalidVersion.
	ParseResourceVersion(version string) (uint64, error)
}

// Update has the parameters of GuaranteedUpdate.
type Update struct {
	// Mutate returns the new object. old is a copy, which it may change. It may be called several times. Its error ends
	// the update and is returned unchanged.
	Mutate func(old runtime.Object, meta ResponseMeta) (MutateResult, error)

	// IgnoreNotFound: if the object does not exist, Mutate gets a new empty object, and the update creates.
	IgnoreNotFound bool

	// Preconditions that the stored object must meet (ErrPrecondition); nil: none.
	Preconditions *metav1.Preconditions

	// CachedExistingObject is a state of the object that saves a read. It may be stale: before the update fails because
	// of it, the current state is read.
	CachedExistingObject runtime.Object
}

// MutateResult is the result of Mutate. TTL is in seconds from now; nil keeps the object's lease, 0 removes it.
type MutateResult struct {
	Object runtime.Object
	TTL    *uint64
}

// ResponseMeta has the database's metadata of an object.
type ResponseMeta struct {
	TTL             int64  // seconds left; 0: no limit
	ResourceVersion uint64 // 0: does not exist
}

// DeleteOptions are the options of Delete.
type DeleteOptions struct {
	Preconditions *metav1.Preconditions
	// Validate may refuse the deletion of obj; its error is returned unchanged. Nil: allowed.
	Validate func(ctx context.Context, obj runtime.Object) error
	// CachedExistingObject is the same as in Update.
	CachedExistingObject runtime.Object
}

// GetOptions are the options of Get.
type GetOptions struct {
	ResourceVersion string // the minimum version; "": the newest, "0": any
	IgnoreNotFound  bool
}

// ListOptions are the options of GetList and Watch.
type ListOptions struct {
	ResourceVersion      string
	ResourceVersionMatch metav1.ResourceVersionMatch
	Predicate            SelectionPredicate
	Recursive            bool // key is a prefix, not one object

	// For watches.
	ProgressNotify    bool
	SendInitialEvents *bool
}

// Stats has the number and the size of a resource's objects.
type Stats struct {
	ObjectCount                     int64
	EstimatedAverageObjectSizeBytes int64 // bytes; 0: unknown
}

// SetZeroValue sets out to its zero value: the result of a Get with IgnoreNotFound for a missing object.
func SetZeroValue(out runtime.Object) error {
	switch out := out.(type) {
	case nil:
		return nil
	case *kinds.ResultPointer:
		out.Object = nil
		return nil
	}
	return runtime.SetZeroValue(out)
}
