package racetest

import (
	"context"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// StorageCommands are calls of a storage of pods. compact makes its database forget what is older than a revision.
func StorageCommands(pods storage.Interface, compact func(ctx context.Context, revision uint64) error) []Command {
	s := storageClient{Storage(pods), compact}
	return []Command{
		{Name: "given", NoActor: true, Fields: true, Run: s.given},
		{Name: "compact", NoActor: true, Options: []string{"rv"}, Run: s.forget},
		{Name: "create", Fields: true, Run: s.create},
		{Name: "get", Options: []string{"rv"}, Run: s.get},
		{Name: "update", Fields: true, Options: []string{"rv", "uid", "hint", "ignore-not-found"}, Run: s.update},
		{Name: "delete", Options: []string{"rv", "uid", "hint"}, Run: s.delete},
		{Name: "list", Options: []string{"rv", "match", "limit", "continue"}, Run: s.list},
		{Name: "watch", Options: []string{"rv", "initial-events"}, Run: s.watch},
		{Name: "next", Options: []string{"events"}, Run: next},
		{Name: "stop", Run: stop},
	}
}

// storageClient is what all actors share.
type storageClient struct {
	storage.Interface // with the seam in front of it
	compact           func(context.Context, uint64) error
}

// storageKey is /pods/default/a for pods/a, and /pods/ for pods.
func storageKey(target string) string {
	obj, err := newObject(target)
	if err != nil {
		return "/" + target + "/"
	}
	return "/pods/default/" + obj.GetName()
}

func newPod(line Line) (*corev1.Pod, error) {
	obj, err := newObject(line.Target)
	if err == nil {
		err = setFields(obj, line.Fields)
	}
	if err != nil {
		return nil, err
	}
	pod := &corev1.Pod{}
	return pod, runtime.DefaultUnstructuredConverter.FromUnstructured(obj.Object, pod)
}

func (s storageClient) given(ctx context.Context, a *Actor, line Line) error {
	pod, err := newPod(line)
	if err != nil {
		return err
	}
	out := &corev1.Pod{}
	if err := s.Create(withActor(ctx, nil), storageKey(line.Target), pod, out, 0); err != nil {
		return err
	}
	a.Row("store", "%s", a.Show(out))
	return nil
}

func (s storageClient) forget(ctx context.Context, a *Actor, line Line) error {
	text, _ := line.Option("rv")
	revision, err := strconv.ParseUint(text, 10, 64)
	if err != nil {
		return err
	}
	if err := s.compact(ctx, revision); err != nil {
		return err
	}
	a.Row("store", "what is older than revision %d is gone", revision)
	return nil
}

func (s storageClient) create(ctx context.Context, a *Actor, line Line) error {
	pod, err := newPod(line)
	if err != nil {
		return err
	}
	out := &corev1.Pod{}
	a.remember(out, s.Create(ctx, storageKey(line.Target), pod, out, 0))
	return nil
}

func (s storageClient) get(ctx context.Context, a *Actor, line Line) error {
	version, _ := a.versionOf(line)
	out := &corev1.Pod{}
	a.remember(out, s.Get(ctx, storageKey(line.Target), storage.GetOptions{ResourceVersion: version}, out))
	return nil
}

// update sets the line's fields in whatever is stored: rv and uid are preconditions.
func (s storageClient) update(ctx context.Context, a *Actor, line Line) error {
	var wrong error // in the script
	out := &corev1.Pod{}
	_, create := line.Option("ignore-not-found")
	err := s.GuaranteedUpdate(ctx, storageKey(line.Target), out, storage.Update{
		IgnoreNotFound:       create,
		Preconditions:        a.preconditions(line),
		CachedExistingObject: a.hint(line),
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			obj := content(old)
			if obj.GetName() == "" { // it does not exist yet
				obj, _ = newObject(line.Target)
			}
			if wrong = setFields(obj, line.Fields); wrong == nil {
				wrong = runtime.DefaultUnstructuredConverter.FromUnstructured(obj.Object, old)
			}
			return storage.MutateResult{Object: old}, wrong
		},
	})
	a.remember(out, err)
	return wrong
}

func (s storageClient) delete(ctx context.Context, a *Actor, line Line) error {
	opts := storage.DeleteOptions{Preconditions: a.preconditions(line), CachedExistingObject: a.hint(line)}
	_ = s.Delete(ctx, storageKey(line.Target), &corev1.Pod{}, opts) // its error is a row
	return nil
}

func (s storageClient) list(ctx context.Context, a *Actor, line Line) error {
	opts, err := a.listOptions(line)
	if err != nil {
		return err
	}
	list := &kinds.List{}
	if err := s.GetList(ctx, storageKey(line.Target), opts, list); err != nil {
		a.rememberToken(err)
		return nil
	}
	a.version, a.token = list.ResourceVersion, list.Continue
	return nil
}

// watch lives as long as the story, or until stop.
func (s storageClient) watch(ctx context.Context, a *Actor, line Line) error {
	version, _ := a.versionOf(line)
	opts := storage.ListOptions{ResourceVersion: version, Recursive: true}
	if text, ok := line.Option("initial-events"); ok {
		asked := text != "false"
		opts.SendInitialEvents = &asked
	}
	w, err := s.Watch(ctx, storageKey(line.Target), opts)
	if err != nil {
		failed := watch.NewFakeWithChanSize(1, false)
		failed.Action(watch.Error, storage.ErrorEvent(err).Object)
		failed.Stop()
		w = failed
	}
	a.watch = &openWatch{stop: w.Stop, next: func() (e watch.Event, open bool) {
		select {
		case e, open = <-w.ResultChan():
		case <-ctx.Done():
		}
		return e, open
	}}
	return nil
}

// next waits for events of the actor's watch, which are rows.
func next(_ context.Context, a *Actor, line Line) error {
	count := 1
	if text, ok := line.Option("events"); ok {
		var err error
		if count, err = strconv.Atoi(text); err != nil {
			return err
		}
	}
	if a.watch == nil {
		return fmt.Errorf("%s does not watch", a.Name)
	}
	for range count {
		e, open := a.watch.next()
		if !open {
			a.Row("watch", "has ended")
			return nil
		}
		a.Row("watch", "%s", a.showEvent(e))
	}
	return nil
}

func stop(_ context.Context, a *Actor, _ Line) error {
	if a.watch == nil {
		return fmt.Errorf("%s does not watch", a.Name)
	}
	a.watch.stop()
	a.watch = nil
	return nil
}

// showEvent is an event in a few words; an error is the Status that it carries.
func (a *Actor) showEvent(e watch.Event) string {
	status, ok := e.Object.(*metav1.Status)
	if u, unread := e.Object.(*unstructured.Unstructured); unread && u.GetKind() == "Status" {
		status, ok = &metav1.Status{}, true
		_ = runtime.DefaultUnstructuredConverter.FromUnstructured(u.Object, status)
	}
	if ok {
		return fmt.Sprintf("%s %d %s: %s", e.Type, status.Code, status.Reason, status.Message)
	}
	return fmt.Sprintf("%s %s", e.Type, a.Show(e.Object))
}

// remember keeps the object that came back.
func (a *Actor) remember(obj runtime.Object, err error) {
	if err == nil {
		a.read, a.version, a.uid = obj, content(obj).GetResourceVersion(), content(obj).GetUID()
	}
}

// versionOf is the line's rv, where "read" is what the actor has read last.
func (a *Actor) versionOf(line Line) (string, bool) {
	version, ok := line.Option("rv")
	if version == "read" {
		version = a.version
	}
	return version, ok
}

// preconditions are the line's rv and uid, where "read" is those of what the actor has read last; nil: none.
func (a *Actor) preconditions(line Line) *metav1.Preconditions {
	var p metav1.Preconditions
	if version, ok := a.versionOf(line); ok {
		p.ResourceVersion = &version
	}
	if text, ok := line.Option("uid"); ok {
		uid := types.UID(text)
		if text == "read" {
			uid = a.uid
		}
		p.UID = &uid
	}
	if p == (metav1.Preconditions{}) {
		return nil
	}
	return &p
}

// hint is the object that the actor has read last, where the line says so.
func (a *Actor) hint(line Line) runtime.Object {
	if _, ok := line.Option("hint"); !ok {
		return nil
	}
	return a.read
}
