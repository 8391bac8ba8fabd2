package exercise

import (
	"bufio"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/watch"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
)

func TestTheClientHasItsHeadersBeforeTheFirstEvent(t *testing.T) {
	c := start(t, watch.NewFake())
	c.gets("200\n", "the first event may come in an hour, and until then the client would not know that it watches")
}

func TestEachEventReachesTheClientAtOnce(t *testing.T) {
	events := watch.NewFakeWithChanSize(1, false)
	c := start(t, events)
	want := "200\n"
	for n := range 3 {
		events.Action(watch.Added, added(n).Object)
		want += fmt.Sprintf("ADDED %d\n", n)
		c.gets(want, "an event that lies in the server's buffer is not seen by anybody")
	}
}

func TestEventsThatAreThereTogetherLeaveTogether(t *testing.T) {
	events := watch.NewFakeWithChanSize(5, false)
	for n := range 5 {
		events.Action(watch.Added, added(n).Object)
	}
	c := start(t, events)
	c.gets("200\nADDED 0\nADDED 1\nADDED 2\nADDED 3\nADDED 4\n", "five events were waiting")
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.flushes > 2 {
		t.Errorf("%d flushes for the headers and five events that were there together, want 2: each flush is a packet, and a call of the system", c.flushes)
	}
}

func TestTheEndOfTheWatchEndsTheAnswer(t *testing.T) {
	events := watch.NewFakeWithChanSize(2, false)
	events.Action(watch.Added, added(1).Object)
	events.Stop()
	c := start(t, events)
	c.ends("the channel is closed: the storage has no more to say, or has cut off a client that was too slow")
	if got := c.has + c.pending; got != "200\nADDED 1\n" { // what is pending is sent when the handler returns
		t.Errorf("the client gets %q, want also what came before the end", got)
	}
}

func TestTheEndOfTheContextEndsTheAnswer(t *testing.T) {
	c := start(t, watch.NewFake())
	c.stop()
	c.ends("ctx has ended: the watch's time is over, the client has gone, or the server stops")
}

func TestAClientThatIsGoneEndsTheAnswer(t *testing.T) {
	events := watch.NewFakeWithChanSize(10, false)
	c := start(t, events, func(c *client) { c.gone = true })
	for n := range 3 {
		events.Action(watch.Added, added(n).Object)
	}
	c.until(func() bool { return c.writes > 0 }, func() string { return "no event was written" })
	c.ends("a write has failed: nobody reads any more, and the watch below costs something as long as you stay")
}

func TestAnEventThatCannotBeWrittenEndsTheAnswer(t *testing.T) {
	events := watch.NewFakeWithChanSize(3, false)
	events.Action(watch.Added, added(1).Object)
	events.Action(watch.Added, &number{bad: true})
	events.Action(watch.Added, added(3).Object)
	c := start(t, events)
	c.ends("frame has failed: a client that is not shown an event believes for ever in the state before it; one whose watch ends lists again")
	if got := c.has + c.pending; got != "200\nADDED 1\n" {
		t.Errorf("the client gets %q, want only what came before the event that could not be written", got)
	}
}

// The server of chapters 2 to 9 with your function in it.
func TestTheServerWatchesWithYourCode(t *testing.T) {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	newPod := func() runtime.Object { return &corev1.Pod{} }
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), Plug().Verbs...)}.New()
	if err != nil {
		t.Fatal(err)
	}
	v1 := schema.GroupVersion{Version: "v1"}
	err = s.InstallLegacyAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions: []schema.GroupVersion{v1},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"pods": &registry.Store{
			Kind: v1.WithKind("Pod"), Resource: schema.GroupResource{Resource: "pods"}, NewFunc: newPod, Singular: "pod",
			Strategy: registry.Namespaced{}, Storage: memory.Open(memory.Config{NewFunc: newPod}),
		}}},
	})
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(s)
	defer web.Close()
	const pods = "/api/v1/namespaces/default/pods"
	create := func(name string) {
		answer, err := http.Post(web.URL+pods, "application/json", strings.NewReader(`{"metadata":{"name":"`+name+`"}}`))
		if err != nil {
			t.Fatal(err)
		}
		answer.Body.Close()
	}
	create("a")
	answer, err := http.Get(web.URL + pods + "?watch=true&timeoutSeconds=1")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if answer.StatusCode != http.StatusOK || answer.Header.Get("Content-Type") != "application/json" {
		t.Fatalf("the answer is %s of %s, want 200 of application/json", answer.Status, answer.Header.Get("Content-Type"))
	}
	create("b")
	lines := bufio.NewScanner(answer.Body)
	for _, name := range []string{"a", "b"} {
		if !lines.Scan() || !strings.HasPrefix(lines.Text(), `{"type":"ADDED"`) || !strings.Contains(lines.Text(), `"name":"`+name+`"`) {
			t.Fatalf("got %.100s %v, want a line that says that %s was ADDED", lines.Text(), lines.Err(), name)
		}
	}
	if lines.Scan() || lines.Err() != nil {
		t.Errorf("after its time the stream goes on with %.100s, or ends with %v, want a clean end", lines.Text(), lines.Err())
	}
}
