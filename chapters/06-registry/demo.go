package registry

import (
	"context"
	"fmt"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	"kubepath/internal/demo"
)

// Demo prints each call that a Store makes to its strategy and to its storage, which is chapter 5's, in memory.
func Demo(ctx context.Context, s *demo.Stage) error {
	d := demonstration{Stage: s, ctx: rest.WithNamespace(ctx, "default"), store: talkingStore(s)}
	for _, step := range []func() error{d.create, d.dryRun, d.conflict, d.hold, d.release} {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}

type demonstration struct {
	*demo.Stage
	ctx   context.Context
	store *Store
	seen  *corev1.ConfigMap // what a client has read
}

func (d *demonstration) create() error {
	d.Title("A create: from the client's object to the stored one")
	d.Say("The body has a generateName and no name. Before the strategy is called for the")
	d.Say("first time, the object has a name, a uid and a time:")
	sent := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: "settings-", Finalizers: []string{"demo/hold"}}}
	out, err := d.store.Create(d.ctx, sent, nil)
	if err != nil {
		return err
	}
	d.seen = out.(*corev1.ConfigMap).DeepCopy()
	d.Say("The storage set its version: resourceVersion %s.", d.seen.ResourceVersion)
	return nil
}

func (d *demonstration) dryRun() error {
	d.Title("The same name again, as a dry run")
	d.Say("The strategy is called as before, and the storage is only read:")
	again := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: d.seen.Name}}
	options := &rest.CreateOptions{CreateOptions: metav1.CreateOptions{DryRun: []string{metav1.DryRunAll}}}
	_, err := d.store.Create(d.ctx, again, options)
	return d.answer(err, metav1.StatusReasonAlreadyExists)
}

func (d *demonstration) conflict() error {
	d.Title("Two writers have read version %s", d.seen.ResourceVersion)
	d.Say("The first write is stored. The second is refused, and nothing is written:")
	for _, value := range []string{"first", "second"} {
		_, _, err := d.update(func(cm *corev1.ConfigMap) { cm.Data = map[string]string{"writer": value} })
		if value == "first" && err != nil {
			return err
		}
		if value == "second" {
			return d.answer(err, metav1.StatusReasonConflict)
		}
	}
	return nil
}

// update replaces the object by a changed copy of the one that the client has read, which may be out of date.
func (d *demonstration) update(change func(*corev1.ConfigMap)) (runtime.Object, bool, error) {
	return d.store.Update(d.ctx, d.seen.Name, &rest.Update{
		Mutate: func(context.Context, runtime.Object) (runtime.Object, error) {
			next := d.seen.DeepCopy()
			change(next)
			return next, nil
		},
	})
}

func (d *demonstration) hold() error {
	d.Title("A finalizer delays a delete")
	d.Say("The object has the finalizer demo/hold: it gets a deletionTimestamp, and stays.")
	out, immediately, err := d.store.Delete(d.ctx, d.seen.Name, nil)
	if err != nil {
		return err
	}
	d.seen = out.(*corev1.ConfigMap).DeepCopy()
	d.Show("deleted: %v  deletionTimestamp: %s  finalizers: %v", immediately, clock(*d.seen.DeletionTimestamp), d.seen.Finalizers)
	d.Say("Until it is deleted, its name is taken:")
	_, err = d.store.Create(d.ctx, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: d.seen.Name}}, nil)
	return d.answer(err, metav1.StatusReasonAlreadyExists)
}

func (d *demonstration) release() error {
	d.Title("Without its last finalizer the object is deleted")
	d.Say("A client updates the object, and the Store deletes it:")
	if _, _, err := d.update(func(cm *corev1.ConfigMap) { cm.Finalizers = nil }); err != nil {
		return err
	}
	_, err := d.store.Get(d.ctx, d.seen.Name, nil)
	return d.answer(err, metav1.StatusReasonNotFound)
}

// answer prints the Status that a client gets. Its reason must be this one.
func (d *demonstration) answer(err error, reason metav1.StatusReason) error {
	status := rest.ErrorToAPIStatus(err)
	if status.Reason != reason {
		return fmt.Errorf("want %s, got %w", reason, err)
	}
	d.Show("-> %d %s", status.Code, status.Reason)
	for _, line := range wrapped(status.Message, 72) {
		d.Show("   %s", line)
	}
	return nil
}

// wrapped breaks text into lines of at most width columns.
func wrapped(text string, width int) []string {
	lines := []string{""}
	for _, word := range strings.Fields(text) {
		last := &lines[len(lines)-1]
		switch {
		case *last == "":
			*last = word
		case len(*last)+1+len(word) <= width:
			*last += " " + word
		default:
			lines = append(lines, word)
		}
	}
	return lines
}

// talkingStore is a Store of ConfigMaps whose strategy and storage print each call.
func talkingStore(s *demo.Stage) *Store {
	newFunc := func() runtime.Object { return &corev1.ConfigMap{} }
	return &Store{
		Kind:     corev1.SchemeGroupVersion.WithKind("ConfigMap"),
		Resource: schema.GroupResource{Resource: "configmaps"},
		NewFunc:  newFunc,
		Strategy: talkingStrategy{Stage: s},
		Storage:  talkingStorage{memory.Open(memory.Config{NewFunc: newFunc}), s},
	}
}

// talkingStrategy is Namespaced, and prints each call.
type talkingStrategy struct {
	Namespaced
	*demo.Stage
}

func (t talkingStrategy) ask(question string, about any) {
	t.Show("strategy  %-17s %v", question, about)
}

func (t talkingStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	cm := obj.(*corev1.ConfigMap)
	t.ask("PrepareForCreate", fmt.Sprintf("name %s, uid %.8s.., %s", cm.Name, cm.UID, clock(cm.CreationTimestamp)))
}

func (t talkingStrategy) ValidateName(name string, prefix bool) []string {
	t.ask("ValidateName", name)
	return t.Namespaced.ValidateName(name, prefix)
}

func (t talkingStrategy) Validate(context.Context, runtime.Object) field.ErrorList {
	t.ask("Validate", "no errors")
	return nil
}

func (t talkingStrategy) Canonicalize(runtime.Object) { t.ask("Canonicalize", "nothing to change") }

func (t talkingStrategy) PrepareForUpdate(_ context.Context, _, old runtime.Object) {
	t.ask("PrepareForUpdate", "from version "+old.(*corev1.ConfigMap).ResourceVersion)
}

func (t talkingStrategy) ValidateUpdate(_ context.Context, _, _ runtime.Object) field.ErrorList {
	t.ask("ValidateUpdate", "no errors")
	return nil
}

// talkingStorage prints each call, and passes it on.
type talkingStorage struct {
	storage.Interface
	*demo.Stage
}

func (t talkingStorage) Create(ctx context.Context, key string, obj, out runtime.Object, ttl uint64) error {
	t.Show("storage   create            %s", key)
	return t.Interface.Create(ctx, key, obj, out, ttl)
}

func (t talkingStorage) Get(ctx context.Context, key string, opts storage.GetOptions, out runtime.Object) error {
	t.Show("storage   get               %s", key)
	return t.Interface.Get(ctx, key, opts, out)
}

func (t talkingStorage) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	t.Show("storage   update            %s", key)
	return t.Interface.GuaranteedUpdate(ctx, key, out, u)
}

func (t talkingStorage) Delete(ctx context.Context, key string, out runtime.Object, opts storage.DeleteOptions) error {
	t.Show("storage   delete            %s", key)
	return t.Interface.Delete(ctx, key, out, opts)
}

func clock(t metav1.Time) string { return t.UTC().Format("15:04:05") }
