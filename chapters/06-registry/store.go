package registry

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
)

// Store implements rest.StandardStorage for one resource over a storage.Interface. It holds the algorithm that every
// resource shares; the fields say what differs. The zero value of each optional field means the ordinary behaviour.
// Upstream: k8s.io/apiserver/pkg/registry/generic/registry.Store.
type Store struct {
	Kind     schema.GroupVersionKind // what is stored: v1 Pod
	Resource schema.GroupResource    // in errors: pods
	Singular string
	Short    []string
	InAll    bool // in the category all
	NewFunc  func() runtime.Object

	Storage  storage.Interface
	Strategy Strategy

	// KeyRoot is the key below which the objects lie; "": /GROUP-LESS-RESOURCE as upstream has it, e.g. /pods.
	KeyRoot string
	// KeyFunc and ObjectName, where the key or name is irregular.
	KeyFunc    func(ctx context.Context, name string) (string, error)
	ObjectName func(obj runtime.Object) (string, error)

	// Attrs is what selectors see; nil: labels and metadata.name, metadata.namespace.
	Attrs storage.AttrFunc
	// TTL of a stored object in seconds, 0 for ever; existing is what the object has left. Nil: for ever.
	TTL func(obj runtime.Object, existing uint64, update bool) (uint64, error)

	// Hooks. A Begin hook runs before the write and returns what to call with its outcome; Decorator changes what is read;
	// an After hook sees what was written. All may be nil.
	Decorator    func(runtime.Object)
	BeginCreate  func(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (Finish, error)
	BeginUpdate  func(ctx context.Context, obj, old runtime.Object, update *rest.Update) (Finish, error)
	AfterCreate  func(obj runtime.Object, options *rest.CreateOptions)
	AfterUpdate  func(obj runtime.Object, update *rest.Update)
	AfterDelete  func(obj runtime.Object, options *rest.DeleteOptions)
	ShouldDelete func(ctx context.Context, obj, old runtime.Object) bool // after an update; nil: when the last finalizer is gone

	// ReturnDeleted answers a delete with the object instead of a Status.
	ReturnDeleted bool
	// DeleteWorkers of a deletecollection; 0: 1.
	DeleteWorkers int
	// Tables shows objects as rows; nil: name and age.
	Tables rest.TableConvertor
	// Now is the clock; nil: time.Now.
	Now func() time.Time
}

// Finish ends what a Begin hook began: success tells whether the write happened.
type Finish func(ctx context.Context, success bool)
