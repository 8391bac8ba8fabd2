package cacher

import (
	"context"
	"fmt"
	"io"
	"strings"
	"sync/atomic"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/internal/demo"
	"kubepath/internal/embedetcd"
)

// Demo counts the requests that lists, a past list and a hundred watches send to an etcd in this process, without the
// cache and with it.
func Demo(ctx context.Context, s *demo.Stage) error {
	d := &show{Stage: s, codecs: kinds.NewCodecs(kinds.NewScheme())}
	server, err := embedetcd.Start(ctx, embedetcd.Options{})
	if err != nil {
		return err
	}
	defer server.Close()
	if err := d.open(server.Client()); err != nil {
		return err
	}
	defer d.cache.Stop()
	for _, act := range []func(context.Context) error{d.fill, d.lists, d.past, d.watches, d.forgotten} {
		if err := act(ctx); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// show holds the demo's storages: etcd, and the cache in front of it.
type show struct {
	*demo.Stage
	codecs *kinds.Codecs
	below  storage.Interface
	cache  *Cacher

	ranges, gets atomic.Int64 // requests to etcd
	full         string       // a version at which all pods exist
}

const shownPods = 1000

func (d *show) open(client *clientv3.Client) error {
	codec, err := d.codecs.StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		return err
	}
	client.KV = etcd3.WrapKV(client.KV, func(call etcd3.Request) {
		switch call.Operation() {
		case "list":
			d.ranges.Add(1)
		case "get":
			d.gets.Add(1)
		}
	})
	newPod := func() runtime.Object { return &corev1.Pod{} }
	d.below = etcd3.Open(etcd3.Config{Client: client, Codec: codec, NewFunc: newPod, Resource: "/pods"})
	d.cache = New(Config{
		Storage: d.below, Resource: "/pods", NewFunc: newPod, HistorySize: 10, HistoryAge: time.Nanosecond, Backlog: -1,
	})
	return nil
}

func (d *show) fill(ctx context.Context) error {
	for i := range shownPods {
		pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: fmt.Sprintf("p%03d", i), Namespace: "default"}}
		if err := d.cache.Create(ctx, "/pods/default/"+pod.Name, pod, nil, 0); err != nil {
			return err
		}
	}
	d.Title("The first read fills the cache")
	d.cache.WaitReady(ctx)
	d.Say("%d pods, listed in %d pages. From now on, a watch reports the changes.", shownPods, d.ranges.Load())
	return nil
}

// cost runs f and shows how many requests it sent to etcd.
func (d *show) cost(what string, f func() error) error {
	ranges, gets := d.ranges.Load(), d.gets.Load()
	err := f()
	d.Show("%-36s %3d ranges of objects, %3d single keys", what, d.ranges.Load()-ranges, d.gets.Load()-gets)
	return err
}

func (d *show) list(ctx context.Context, from storage.Interface, opts storage.ListOptions) (*kinds.List, error) {
	opts.Recursive = true
	list := &kinds.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "PodList"}}
	err := from.GetList(ctx, "/pods", opts, list)
	return list, err
}

func (d *show) lists(ctx context.Context) error {
	d.Title("What 20 lists ask of etcd")
	for _, row := range []struct {
		what    string
		from    storage.Interface
		version string
	}{
		{"without the cache", d.below, ""},
		{"from the cache", d.cache, ""},
		{"from the cache, resourceVersion=0", d.cache, "0"},
	} {
		if err := d.cost(row.what, func() error {
			for range 20 {
				list, err := d.list(ctx, row.from, storage.ListOptions{ResourceVersion: row.version})
				if err != nil {
					return err
				}
				d.full = list.ResourceVersion
			}
			return nil
		}); err != nil {
			return err
		}
	}
	d.Say("The single key does not exist: the answer tells the newest revision, and the\n" +
		"list waits until the cache has seen it. A list at version 0 does not wait.")
	return nil
}

// past lists at a past version.
func (d *show) past(ctx context.Context) error {
	d.Title("A list of the past is the present list, with the later changes undone")
	for _, name := range []string{"p001", "p002", "p003"} {
		if err := d.cache.Delete(ctx, "/pods/default/"+name, nil, storage.DeleteOptions{}); err != nil {
			return err
		}
	}
	now, err := d.list(ctx, d.cache, storage.ListOptions{})
	if err != nil {
		return err
	}
	return d.cost("version "+d.full+", three deletions ago:", func() error {
		then, err := d.list(ctx, d.cache, storage.ListOptions{
			ResourceVersion: d.full, ResourceVersionMatch: metav1.ResourceVersionMatchExact,
		})
		d.Show("%d pods now, %d then", len(now.Items), len(then.Items))
		return err
	})
}

// watches sends one change to a hundred watches.
func (d *show) watches(ctx context.Context) error {
	d.Title("100 watches get one change, which is encoded once")
	form, err := d.codecs.NegotiateOutputMediaTypeStream("application/json", nil)
	if err != nil {
		return err
	}
	var all []watch.Interface
	now, _ := d.cache.watchCache.resourceVersion()
	for range 100 {
		w, err := d.cache.Watch(ctx, "/pods", storage.ListOptions{ResourceVersion: fmt.Sprint(now), Recursive: true})
		if err != nil {
			return err
		}
		defer w.Stop()
		all = append(all, w)
	}
	if err := d.annotate(ctx, "seen", "by all"); err != nil {
		return err
	}
	encodings, bytes := 0, 0
	for _, w := range all {
		var out strings.Builder
		shared := (<-w.ResultChan()).Object.(runtime.CacheableObject)
		err := shared.CacheEncode("json", func(obj runtime.Object, to io.Writer) error {
			encodings++
			return d.codecs.Encode(to, obj, corev1.SchemeGroupVersion, form)
		}, &out)
		if err != nil {
			return err
		}
		bytes += out.Len()
	}
	d.Show("%d events, %d bytes in all, %d encoding", len(all), bytes, encodings)
	return nil
}

func (d *show) annotate(ctx context.Context, name, value string) error {
	return d.cache.GuaranteedUpdate(ctx, "/pods/default/p000", nil, storage.Update{
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			metav1.SetMetaDataAnnotation(&old.(*corev1.Pod).ObjectMeta, name, value)
			return storage.MutateResult{Object: old}, nil
		},
	})
}

// forgotten watches from a version that is older than the history.
func (d *show) forgotten(ctx context.Context) error {
	d.Title("A watch from a version older than the history gets 410")
	for i := range 12 {
		if err := d.annotate(ctx, "n", fmt.Sprint(i)); err != nil {
			return err
		}
	}
	if _, err := d.list(ctx, d.cache, storage.ListOptions{}); err != nil { // waits until the cache has seen them
		return err
	}
	w, err := d.cache.Watch(ctx, "/pods", storage.ListOptions{ResourceVersion: d.full, Recursive: true})
	if err != nil {
		return err
	}
	defer w.Stop()
	e := <-w.ResultChan()
	if status, ok := e.Object.(*metav1.Status); ok {
		d.Show("%s %d %s: %s", e.Type, status.Code, status.Reason, status.Message)
	}
	d.Say("This cache holds the last 10 changes; a server's cache holds at least 100,\nand all of the last 75 s.")
	return nil
}
