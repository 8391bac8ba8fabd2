package watch

import (
	"encoding/json"
	"io"
	"net/http"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

func TestAWatchBeginsWhereTheClientSays(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	first := a.send("POST", pods, pod("a"))
	a.send("POST", pods, pod("b"))
	last := a.send("PUT", pods+"/b", pod("b", `"x":"y"`))
	refused := "&sendInitialEvents=false&resourceVersionMatch=NotOlderThan"
	for _, row := range []struct {
		claim, query string
		past         []string
	}{
		{"from a version: what came after it", "&resourceVersion=" + first, []string{"ADDED b", "MODIFIED b"}},
		{"from the newest one: nothing", "&resourceVersion=" + last, nil},
		{"from 0: what exists", "&resourceVersion=0", []string{"ADDED a", "ADDED b"}},
		{"from nothing: what exists", "", []string{"ADDED a", "ADDED b"}},
		{"initial events refused, from nothing: only what changes now", refused, nil},
		{"initial events refused, from a version: what came after it", refused + "&resourceVersion=" + first, []string{"ADDED b", "MODIFIED b"}},
	} {
		t.Run(row.claim, func(t *testing.T) {
			s := a.watch(pods + "?watch=true" + row.query)
			s.t = t
			s.sees(row.past...)
			a.send("POST", pods, pod("c"))
			s.sees("ADDED c")
			a.send("DELETE", pods+"/c?gracePeriodSeconds=0", "")
			s.sees("DELETED c")
		})
	}
}

func TestInitialEventsEndWithABookmark(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	a.send("POST", pods, pod("a"))
	last := a.send("POST", pods, pod("b"))
	s := a.watch(pods + "?watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true")
	s.sees("ADDED a", "ADDED b")
	end := s.next()
	if end.Type != "BOOKMARK" || end.Object.Kind != "Pod" || end.Object.Metadata.ResourceVersion != last ||
		end.Object.Metadata.Annotations[metav1.InitialEventsAnnotationKey] != "true" {
		t.Errorf("got %+v, want a bookmark at %s with the annotation %s", end, last, metav1.InitialEventsAnnotationKey)
	}
	a.send("POST", pods, pod("c"))
	s.sees("ADDED c")
}

func TestOptionsThatContradictEachOtherAreRefused(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	for query, code := range map[string]int{
		"&sendInitialEvents=true":                         http.StatusUnprocessableEntity,
		"&resourceVersion=1&resourceVersionMatch=Exact":   http.StatusUnprocessableEntity,
		"&resourceVersionMatch=NotOlderThan":              http.StatusUnprocessableEntity,
		"&labelSelector=a in":                             http.StatusBadRequest,
		"&timeoutSeconds=soon":                            http.StatusBadRequest,
		"&fieldSelector=spec.nosuch=1":                    http.StatusBadRequest,
		"&resourceVersion=abc":                            http.StatusInternalServerError, // as upstream: a list says 400
		"&allowWatchBookmarks=true&sendInitialEvents=xyz": http.StatusUnprocessableEntity,
	} {
		if answer := a.open(pods + "?watch=true" + query); answer.StatusCode != code {
			t.Errorf("%s: %s, want %d", query, answer.Status, code)
		}
	}
}

// answered is the Status of an answer.
func answered(t *testing.T, answer *http.Response) (s metav1.Status) {
	t.Helper()
	body, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(body, &s)
	}
	if err != nil {
		t.Fatalf("%s: %v", body, err)
	}
	return s
}

// ended is the Status of an ERROR event that is all a stream says.
func ended(t *testing.T, answer *http.Response) metav1.Status {
	t.Helper()
	var e struct {
		Type   string
		Object metav1.Status
	}
	body, err := io.ReadAll(answer.Body)
	if err == nil {
		err = json.Unmarshal(body, &e)
	}
	if err != nil || e.Type != "ERROR" || answer.StatusCode != http.StatusOK {
		t.Fatalf("%s %s: %v, want 200 and an ERROR event", answer.Status, body, err)
	}
	return e.Object
}

func TestAVersionThatIsGoneIs410AndOneOfTheFutureIsTriedAgain(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	first := a.send("POST", pods, pod("a"))
	a.send("POST", pods, pod("b"))
	a.db.Compact(a.db.Revision())

	gone := ended(t, a.open(pods+"?watch=true&resourceVersion="+first))
	if gone.Code != http.StatusGone || gone.Reason != metav1.StatusReasonExpired {
		t.Errorf("a version that is gone: %d %s, want 410 Expired", gone.Code, gone.Reason)
	}
	future := ended(t, a.open(pods+"?watch=true&resourceVersion=999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true"))
	err := &apierrors.StatusError{ErrStatus: future}
	if !apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge) || future.Code != http.StatusGatewayTimeout {
		t.Errorf("a version of the future: %+v, want 504 with the cause ResourceVersionTooLarge", future)
	}
	if seconds, ok := apierrors.SuggestsClientDelay(err); !ok || seconds != 1 {
		t.Errorf("the client is not told when to come back: %+v", future.Details)
	}
}

func TestAFailureAfterTheBeginningIsAnEvent(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	newPod := func() runtime.Object { return &corev1.Pod{} }
	expired := apierrors.NewResourceExpired("too old resource version: 1 (7)").ErrStatus
	a.url = a.served(Config{}, map[string]rest.Storage{"pods": told{Storage: a.store("Pod", nil, newPod), events: []watch.Event{
		{Type: watch.Added, Object: &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}}},
		{Type: watch.Error, Object: &expired},
	}}})
	for _, accept := range []string{"application/json", "application/json;as=Table;v=v1;g=meta.k8s.io"} {
		s := a.watch("/api/v1/watch/pods", "Accept", accept)
		s.next()
		f := s.next()
		if f.String() != "ERROR 410 Expired" || f.Object.Kind != "Status" || f.Object.APIVersion != "v1" || f.Object.Message != expired.Message {
			t.Errorf("%s: got %+v, want the Status as an ERROR event", accept, f)
		}
		s.ends()
	}
}
