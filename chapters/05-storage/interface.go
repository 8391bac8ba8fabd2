package storage

import (
	"context"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
)

// Interface keeps objects under keys and gives each change a resource version, a number that only grows. It hides
// all that is particular to the database below.
//
// The contract that every implementation keeps, and storagetest checks:
//
//   - A key is a path that starts with a slash (/pods/default/nginx), without the database's own prefix.
//   - Results come only through out-pointers; only errors are returned. An out-pointer is a pointer to the object's Go
//     type, or a *kinds.ResultPointer by a caller that only reads; nil where the result is not wanted. After an error its content
//     is undefined.
//   - What is passed in (obj) is not kept and not changed; what is passed out belongs to the caller, unless received
//     in a *kinds.ResultPointer.
//   - Every error is an *Error that wraps one of the sentinels of errors.go, the context's error, or an error that a
//     caller's function returned, unchanged.
//   - An object read has its resourceVersion set to the revision of its last change. The stored bytes do not hold it.
//
// Upstream: k8s.io/apiserver/pkg/storage.Interface.
type Interface interface {
	// Versioner reads and writes the resource versions of objects and lists.
	Versioner() Versioner

	// Create stores obj under a key that must not exist (ErrExists), and delivers it, with its resource version, to
	// out. obj must have no resource version (ErrResourceVersionSet). After ttl seconds the object is gone; 0: never.
	Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error

	// Delete removes the object under key (ErrNotFound) and delivers its last state, whose resource version is that of the
	// deletion, to out.
	Delete(ctx context.Context, key string, out runtime.Object, opts DeleteOptions) error

	// Watch reports changes of the object under key or, with opts.Recursive, of all objects below it, from just after
	// opts.ResourceVersion. Version "" or "0" starts with an ADDED event for each object that exists, which it may read a
	// little after the call; opts.SendInitialEvents asks for these events, or refuses them, at any version. Only what
	// matches opts.Predicate is seen: an object that begins to match is ADDED, one that ceases to is DELETED. A version
	// that is no longer held is ErrExpired, here or as an ERROR event.
	Watch(ctx context.Context, key string, opts ListOptions) (watch.Interface, error)

	// Get delivers the object under key. A missing one is ErrNotFound, or with opts.IgnoreNotFound leaves out zero.
	// A version of the future is ErrFuture.
	Get(ctx context.Context, key string, opts GetOptions, out runtime.Object) error

	// GetList appends to out.Items the objects under key, in the order of their keys, and sets the list's resource
	// version, continue token and remaining count. out's TypeMeta stays as the caller set it.
	GetList(ctx context.Context, key string, opts ListOptions, out *kinds.List) error

	// GuaranteedUpdate replaces the object under key with what u.Mutate makes of it, and delivers the result to out. When
	// another writer was faster it reads again and calls Mutate again, until it succeeds, Mutate fails or ctx ends. An
	// update that changes nothing is not written and keeps its resource version.
	GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u Update) error

	// ReadinessCheck is nil when the storage can serve.
	ReadinessCheck() error

	// Stats counts what is stored below this storage's resource.
	Stats(ctx context.Context) (Stats, error)

	// GetCurrentResourceVersion is the newest version of the whole database: a reader that has seen it has seen every
	// write that was answered before the call. The watch cache builds consistent reads on it.
	GetCurrentResourceVersion(ctx context.Context) (uint64, error)

	// RequestWatchProgress asks for a bookmark on the watches that were opened with ListOptions.ProgressNotify and ctx's
	// stream, so that a watch cache learns how far it is when nothing changes.
	RequestWatchProgress(ctx context.Context) error

	// CompactRevision is the newest compaction known: what was replaced or deleted before it is gone; 0: none.
	CompactRevision() uint64
}

// Versioner reads and writes resource versions. Upstream: storage.Versioner.
type Versioner interface {
	// UpdateObject sets the object's resource version.
	UpdateObject(obj runtime.Object, version uint64) error
	// UpdateList sets the list's resource version, continue token and remaining count (nil: unknown).
	UpdateList(list runtime.Object, version uint64, next string, remaining *int64) error
	// PrepareObjectForStorage clears what must not be stored: the resource version and the self link.
	PrepareObjectForStorage(obj runtime.Object) error
	// ObjectResourceVersion is the object's resource version; 0 where it has none.
	ObjectResourceVersion(obj runtime.Object) (uint64, error)
	// ParseResourceVersion reads the version in a request: "" and "0" are 0. Anything but a number is ErrInvalidVersion.
	ParseResourceVersion(version string) (uint64, error)
}

// Update says how GuaranteedUpdate makes the new object.
type Update struct {
	// Mutate returns what to store in place of old, which is the caller's own copy and may be changed. It may run several
	// times. Its error ends the update and is returned as it is.
	Mutate func(old runtime.Object, meta ResponseMeta) (MutateResult, error)

	// IgnoreNotFound: where nothing exists, Mutate gets a new empty object and the update creates.
	IgnoreNotFound bool

	// Preconditions that the stored object must meet (ErrPrecondition); nil: none.
	Preconditions *metav1.Preconditions

	// CachedExistingObject is a state of the object that the caller has at hand. It may be stale: it saves a read, and nothing is
	// refused because of it before the current state was read.
	CachedExistingObject runtime.Object
}

// MutateResult is the outcome of a mutation. TTL counts seconds from now; nil keeps the lease that the object has, 0 removes it.
type MutateResult struct {
	Object runtime.Object
	TTL    *uint64
}

// ResponseMeta is what the database knows of an object beside its content.
type ResponseMeta struct {
	TTL             int64  // seconds left; 0: lives forever
	ResourceVersion uint64 // 0: does not exist
}

// DeleteOptions narrow a Delete.
type DeleteOptions struct {
	Preconditions *metav1.Preconditions
	// Validate may refuse the deletion of obj; its error is returned as it is. Nil: allowed.
	Validate func(ctx context.Context, obj runtime.Object) error
	// CachedExistingObject as in Update.
	CachedExistingObject runtime.Object
}

// GetOptions of a Get.
type GetOptions struct {
	ResourceVersion string // the answer is at least as new; "": the newest, "0": any
	IgnoreNotFound  bool
}

// ListOptions of a GetList or a Watch.
type ListOptions struct {
	ResourceVersion      string
	ResourceVersionMatch metav1.ResourceVersionMatch
	Predicate            SelectionPredicate
	Recursive            bool // key is a prefix, not one object

	// For watches.
	ProgressNotify    bool
	SendInitialEvents *bool
}

// Stats of a resource's objects.
type Stats struct {
	ObjectCount                     int64
	EstimatedAverageObjectSizeBytes int64 // bytes; 0: unknown
}

// SetZeroValue leaves out zero: the answer of a Get that ignores a missing object.
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
