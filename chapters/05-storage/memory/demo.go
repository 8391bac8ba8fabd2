package memory

import (
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/internal/demo"
)

// Demo shows the contract with concurrent clients: two writers update one object and no change is lost, the pages of a
// list show one state although objects change, and a watch gets every change once.
func Demo(ctx context.Context, s *demo.Stage) error {
	d := &show{Stage: s, store: Open(Config{NewFunc: func() runtime.Object { return &corev1.Pod{} }})}
	for _, act := range []func(context.Context) error{d.race, d.pages, d.expiry, d.history} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	return nil
}

type show struct {
	*demo.Stage
	store *Store
}

func podKey(name string) string { return "/pods/default/" + name }

func (d *show) create(ctx context.Context, names ...string) error {
	for _, name := range names {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"}}
		if err := d.store.Create(ctx, podKey(name), pod, nil, 0); err != nil {
			return err
		}
	}
	return nil
}

// race updates one object with two writers: blue writes between red's read and red's write.
func (d *show) race(ctx context.Context) error {
	d.Title("Two writers race for one object, and nothing is locked")
	if err := d.create(ctx, "web"); err != nil {
		return err
	}
	d.Say("Each writer adds its own label to what it has read. A write succeeds only if\n" +
		"the object still is at the revision that was read.")
	attempts := 0
	return d.label(ctx, "red", func() error {
		if attempts++; attempts > 1 {
			d.Say("red was refused, as revision 2 is not the newest any more. It has read again.")
			return nil
		}
		return d.label(ctx, "blue", func() error { return nil })
	})
}

// label updates web as one writer; between is called between its read and its write.
func (d *show) label(ctx context.Context, writer string, between func() error) error {
	var pod corev1.Pod
	err := d.store.GuaranteedUpdate(ctx, podKey("web"), &pod, storage.Update{
		Mutate: func(old runtime.Object, meta storage.ResponseMeta) (storage.MutateResult, error) {
			p := old.(*corev1.Pod)
			d.Show("%-4s reads revision %d with the labels %v", writer, meta.ResourceVersion, labelsOf(p))
			if err := between(); err != nil {
				return storage.MutateResult{}, err
			}
			d.Show("%-4s writes, if revision %d still is the newest", writer, meta.ResourceVersion)
			metav1.SetMetaDataLabel(&p.ObjectMeta, writer, "was-here")
			return storage.MutateResult{Object: p}, nil
		},
	})
	if err == nil {
		d.Show("%-4s has written revision %s with the labels %v", writer, pod.ResourceVersion, labelsOf(&pod))
	}
	return err
}

func labelsOf(p *corev1.Pod) []string { return slices.Sorted(maps.Keys(p.Labels)) }

// pages reads a list in two pages; objects change between them.
func (d *show) pages(ctx context.Context) error {
	d.Title("A list, two objects a page, all of one state")
	if err := d.create(ctx, "a", "b", "c"); err != nil {
		return err
	}
	first, err := d.page(ctx, "")
	if err != nil {
		return err
	}
	d.Say("Between the pages someone deletes c and creates d. The token holds the version\n" +
		"of the first page, so the second one still shows c, and not d:")
	if err := d.store.Delete(ctx, podKey("c"), nil, storage.DeleteOptions{}); err != nil {
		return err
	}
	if err := d.create(ctx, "d"); err != nil {
		return err
	}
	_, err = d.page(ctx, first.Continue)
	return err
}

func (d *show) page(ctx context.Context, token string) (*kinds.List, error) {
	page := &kinds.List{}
	opts := storage.ListOptions{Recursive: true, Predicate: storage.SelectionPredicate{Limit: 2, Continue: token}}
	if err := d.store.GetList(ctx, "/pods/", opts, page); err != nil {
		return nil, err
	}
	names := []string{}
	for _, item := range page.Items {
		names = append(names, item.(metav1.Object).GetName())
	}
	d.Show("%s at revision %s", strings.Join(names, ", "), page.ResourceVersion)
	if page.Continue != "" {
		d.Show("%d more; token %s", *page.RemainingItemCount, decoded(page.Continue))
	}
	return page, nil
}

// decoded returns the JSON in a token, which is base64.
func decoded(token string) string {
	json, err := base64.RawURLEncoding.DecodeString(token)
	if err != nil {
		return err.Error()
	}
	return string(json)
}

// expiry compacts the revision of a continue token.
func (d *show) expiry(ctx context.Context) error {
	d.Title("History is not kept for ever")
	page, err := d.page(ctx, "")
	if err != nil {
		return err
	}
	if err := d.create(ctx, "e"); err != nil {
		return err
	}
	before := d.store.db.Revision()
	d.store.db.Compact(before)
	d.Say("The database forgets what is older than revision %d. Now the token is refused,\n"+
		"with another one that goes on at the newest version, which it writes as -1:", before)
	_, err = d.page(ctx, page.Continue)
	var expired *storage.Error
	if !errors.As(err, &expired) {
		return fmt.Errorf("the token has not expired: %w", err)
	}
	d.Show("%v", expired.Err)
	d.Show("token %s", decoded(expired.Continue))
	_, err = d.page(ctx, expired.Continue)
	return err
}

// history watches from a revision in the past.
func (d *show) history(ctx context.Context) error {
	from := d.store.db.Revision()
	d.Title("A watch from revision %d sees what came after it, in order", from)
	if err := d.create(ctx, "f"); err != nil {
		return err
	}
	if err := d.store.Delete(ctx, podKey("a"), nil, storage.DeleteOptions{}); err != nil {
		return err
	}
	d.Say("The watch opens only now, and shows the past and then the present:")
	w, err := d.store.Watch(ctx, "/pods/", storage.ListOptions{Recursive: true, ResourceVersion: fmt.Sprint(from)})
	if err != nil {
		return err
	}
	defer w.Stop()
	if err := d.create(ctx, "g"); err != nil {
		return err
	}
	for range 3 {
		d.event(<-w.ResultChan())
	}
	return ctx.Err()
}

func (d *show) event(e watch.Event) {
	if m, ok := e.Object.(metav1.Object); ok {
		d.Show("revision %-2s %-8s %s", m.GetResourceVersion(), e.Type, m.GetName())
	}
}
