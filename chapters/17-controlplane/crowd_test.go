package controlplane

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// counting counts what is encoded, by name.
type counting struct {
	runtime.Serializer
	mu    sync.Mutex
	times map[string]int
}

func (c *counting) Encode(obj runtime.Object, w io.Writer) error {
	if configMap, ok := obj.(*corev1.ConfigMap); ok {
		c.mu.Lock()
		c.times[configMap.Name]++
		c.mu.Unlock()
	}
	return c.Serializer.Encode(obj, w)
}

// countJSON has the codecs count what they write in JSON.
func countJSON(codecs *kinds.Codecs) *counting {
	for i := range codecs.SupportedMediaTypes {
		if m := &codecs.SupportedMediaTypes[i]; m.MediaType == runtime.ContentTypeJSON {
			c := &counting{Serializer: m.Serializer, times: map[string]int{}}
			m.Serializer = c
			return c
		}
	}
	return nil
}

// The whole server, its watch cache and sockets between: each of 1,000 watchers sees each of 200 writes once, in their
// order, and each event is encoded once for all of them.
func TestAThousandWatchersSeeEveryEventOnceAndInOrder(t *testing.T) {
	t.Parallel()
	watchers, writers, each := 1000, 4, 50
	if testing.Short() {
		watchers = 100
	}
	codecs := kinds.NewCodecs(kinds.NewScheme())
	encoded := countJSON(codecs)
	api := serveWatched(t, newEtcd(t), codecs)
	start, err := api.write("first", 10)
	if err != nil {
		t.Fatal(err)
	}
	followers := make([]*follower, watchers)
	for i := range followers {
		if followers[i], err = api.follow(start); err != nil {
			t.Fatal(err)
		}
	}
	var reading, writing sync.WaitGroup
	for i, f := range followers {
		reading.Go(func() {
			if err := f.read(writers * each); err != nil {
				t.Errorf("watcher %d, after %d events: %v", i, len(f.saw), err)
			}
		})
	}
	wrote := make([][]uint64, writers)
	for w := range writers {
		writing.Go(func() {
			for i := range each {
				version, err := api.write(fmt.Sprintf("c-%d-%d", w, i), 500)
				if err != nil {
					t.Error(err)
				}
				wrote[w] = append(wrote[w], version)
			}
		})
	}
	writing.Wait()
	reading.Wait()
	want := slices.Sorted(slices.Values(slices.Concat(wrote...)))
	for i, f := range followers {
		if !slices.Equal(f.saw, want) {
			t.Fatalf("watcher %d saw %d, written was %d", i, f.saw, want)
		}
	}
	for name, times := range encoded.times {
		if times != 1 {
			t.Errorf("%s was encoded %d times for %d watchers", name, times, watchers)
		}
	}
	if len(encoded.times) != writers*each {
		t.Errorf("%d objects were encoded, want %d", len(encoded.times), writers*each)
	}
}

// A client that stops reading is cut off when a thousand events wait for it. What it reads later is what was on its way;
// it goes on from there, and has lost nothing.
func TestAClientThatStopsReadingHoldsUpNobodyAndLosesNothing(t *testing.T) {
	t.Parallel()
	api := serveWatched(t, newEtcd(t), kinds.NewCodecs(kinds.NewScheme()))
	start, err := api.write("first", 10)
	if err != nil {
		t.Fatal(err)
	}
	stuck, err := api.follow(start)
	if err != nil {
		t.Fatal(err)
	}
	reading, err := api.follow(start)
	if err != nil {
		t.Fatal(err)
	}
	const many, size = 1700, 20_000 // more than the connection's buffers and the queue hold
	read := make(chan error, 1)
	go func() { read <- reading.read(many) }() // at its own pace, whatever the other one does
	var want []uint64
	for i := range many {
		version, err := api.write(fmt.Sprintf("c-%d", i), size)
		if err != nil {
			t.Fatal(err)
		}
		want = append(want, version)
	}
	if err := <-read; err != nil || !slices.Equal(reading.saw, want) {
		t.Errorf("the client that reads saw %d events, want %d: %v", len(reading.saw), many, err)
	}
	if err := stuck.read(-1); err != nil && !errors.Is(err, io.ErrUnexpectedEOF) { // in the middle of a frame, after half a minute
		t.Fatal(err)
	}
	if len(stuck.saw) == many {
		t.Fatal("the client that stopped reading was not cut off")
	}
	again, err := api.follow(stuck.last(start))
	if err != nil {
		t.Fatal(err)
	}
	if err := again.read(many - len(stuck.saw)); err != nil {
		t.Fatal(err)
	}
	if got := append(stuck.saw, again.saw...); !slices.Equal(got, want) {
		t.Errorf("in two parts of %d and %d it saw other events than were written", len(stuck.saw), len(again.saw))
	}
}
