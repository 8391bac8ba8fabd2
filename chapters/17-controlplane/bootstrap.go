package controlplane

import (
	"context"
	"errors"
	"fmt"
	"time"

	corev1 "k8s.io/api/core/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	schedulingv1 "k8s.io/api/scheduling/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/flowcontrol"
	"kubepath/chapters/17-controlplane/network"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/scheduling"
)

// bootstrap creates objects that every cluster has. It creates deleted ones again, and does not change existing ones,
// so any number of servers may run it at the same time. Package network creates the service kubernetes, because it
// allocates the address. Upstream: the post-start hooks of the same names.
type bootstrap struct {
	scheme *runtime.Scheme
	deps   *resource.Dependencies
	store  func(schema.GroupResource) *registry.Store // nil if the resource is not served
	name   string
	of     schema.GroupResource
	// manager is the field manager; "": the server.
	manager string
	wanted  func() []metav1.Object // new objects in each call, because a Store keeps them
}

// bootstraps returns the hooks of all bootstraps, if network.Settings.Bootstrap is set.
func (b *storageProvider) bootstraps() []resource.PostStartHook {
	deps := &resource.Dependencies{Settings: b.config.Settings, NewFieldManager: b.config.Server.NewFieldManager}
	if !resource.Setting[network.Settings](deps).Bootstrap {
		return nil
	}
	var tasks []resource.PostStartHook
	for _, one := range []bootstrap{
		{name: "start-system-namespaces-controller", of: corev1.Resource("namespaces"), wanted: systemNamespaces},
		{name: "scheduling/bootstrap-system-priority-classes", of: schedulingv1.Resource("priorityclasses"), wanted: systemClasses},
		{name: "priority-and-fairness-config-producer-levels", of: flowcontrolv1.Resource("prioritylevelconfigurations"), wanted: flowLevels, manager: flowProducer},
		{name: "priority-and-fairness-config-producer", of: flowcontrolv1.Resource("flowschemas"), wanted: flowSchemas, manager: flowProducer},
	} {
		one.scheme = b.config.Server.Codecs.Scheme
		one.deps = deps
		one.store = func(name schema.GroupResource) *registry.Store { return b.stores[name] }
		tasks = append(tasks, one.task())
	}
	return tasks
}

// flowProducer is upstream's field manager of the first objects of priority and fairness.
const flowProducer = "api-priority-and-fairness-config-producer-v1"

func systemNamespaces() []metav1.Object {
	var all []metav1.Object
	for _, name := range []string{metav1.NamespaceSystem, metav1.NamespacePublic, corev1.NamespaceNodeLease, metav1.NamespaceDefault} {
		all = append(all, &corev1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	return all
}

func systemClasses() []metav1.Object { return objects(scheduling.SystemPriorityClasses()) }

func flowLevels() []metav1.Object { return objects(flowcontrol.BootstrapPriorityLevelConfigurations()) }

func flowSchemas() []metav1.Object { return objects(flowcontrol.BootstrapFlowSchemas()) }

func objects[T metav1.Object](typed []T) []metav1.Object {
	var all []metav1.Object
	for _, object := range typed {
		all = append(all, object)
	}
	return all
}

// The times of the bootstrap.
const (
	patience = 300 * time.Millisecond // how long the server waits before it is ready
	again    = 200 * time.Millisecond // between attempts while an object is missing
	checkup  = time.Minute            // between checks when all objects exist
)

// task returns a hook that tries once for at most patience before the server is ready, and then runs as long as the
// server.
func (b bootstrap) task() resource.PostStartHook {
	return resource.PostStartHook{
		Name: b.name,
		Start: func(ctx context.Context) error {
			ctx, cancel := context.WithTimeout(ctx, patience)
			defer cancel()
			_ = b.ensure(ctx) // Run tries again
			return nil
		},
		Run: func(ctx context.Context) {
			for {
				wait := checkup
				if b.ensure(ctx) != nil {
					wait = again
				}
				select {
				case <-ctx.Done():
					return
				case <-time.After(wait):
				}
			}
		},
	}
}

// ensure creates the missing objects. The error has those that could not be created.
func (b bootstrap) ensure(ctx context.Context) error {
	store := b.store(b.of)
	if store == nil {
		return nil
	}
	loopback := b.deps.LoopbackClient(store, "")
	if b.manager != "" {
		loopback = loopback.WithFieldManager(b.manager)
	}
	var errs []error
	for _, object := range b.wanted() {
		errs = append(errs, b.create(ctx, loopback, object))
	}
	return errors.Join(errs...)
}

// create creates an object that does not exist. It is no error if another server creates it first.
func (b bootstrap) create(ctx context.Context, loopback resource.LoopbackClient, object metav1.Object) error {
	_, err := loopback.Get(ctx, object.GetName(), &metav1.GetOptions{})
	if !apierrors.IsNotFound(err) {
		return err
	}
	obj, ok := object.(runtime.Object)
	if !ok {
		return fmt.Errorf("bootstrap %s: %T is no object", b.name, object)
	}
	b.scheme.Default(obj)
	if _, err = loopback.Create(ctx, obj, &rest.CreateOptions{}); apierrors.IsAlreadyExists(err) {
		return nil
	}
	return err
}
