package exercise

import (
	"encoding/json"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	server "kubepath/chapters/08-server"
)

func TestARequestThatDoesNotPanicIsLeftAlone(t *testing.T) {
	b := newBench(t)
	code, body, err := b.get("/version")
	if code != http.StatusOK || !strings.Contains(body, "gitVersion") || err != nil {
		t.Errorf("GET /version: %d %q %v, want 200 and what the handler wrote", code, body, err)
	}
	if n := len(b.logged()); n != 0 {
		t.Errorf("%d panics were logged, want none", n)
	}
}

func TestAPanicIsAnsweredWith500(t *testing.T) {
	b := newBench(t)
	code, body, err := b.get("/version?panic=early")
	if code != http.StatusInternalServerError || err != nil {
		t.Fatalf("the handler panicked before it wrote anything: %d %v, want an answer with 500", code, err)
	}
	var status metav1.Status
	if json.Unmarshal([]byte(body), &status) != nil || status.Reason != metav1.StatusReasonInternalError {
		t.Errorf("the body is %q, want the Status of internalError", body)
	}
}

func TestTheNextRequestIsServed(t *testing.T) {
	b := newBench(t)
	b.get("/version?panic=early")
	b.get("/version?panic=late")
	if code, _, err := b.get("/version"); code != http.StatusOK {
		t.Errorf("after two panics: %d %v, want 200", code, err)
	}
}

func TestAnAnswerThatHadBegunIsCut(t *testing.T) {
	b := newBench(t)
	code, body, err := b.get("/half")
	if err == nil {
		t.Errorf("the handler panicked after half of its answer: the client was given %d %q without an error, and takes the half for the whole", code, body)
	}
}

func TestAnAbortThatTheHandlerMeantGoesOn(t *testing.T) {
	b := newBench(t)
	code, body, err := b.get("/abort")
	if err == nil {
		t.Errorf("the handler panicked with http.ErrAbortHandler: the client was given %d %q, want the connection to be cut without a word", code, body)
	}
	if n := len(b.logged()); n != 0 {
		t.Errorf("%d panics were logged, want none: http.ErrAbortHandler is not a bug", n)
	}
}

func TestThePanicIsLoggedWithItsStack(t *testing.T) {
	b := newBench(t)
	b.get("/explode")
	logged := b.logged()
	if len(logged) != 1 {
		t.Fatalf("%d panics were logged, want 1: without the log, nobody will ever know", len(logged))
	}
	if logged[0].reason != "a bug" {
		t.Errorf("logged was %v, want what the handler panicked with: a bug", logged[0].reason)
	}
	if !strings.Contains(logged[0].stack, ".explode(") {
		t.Errorf("the stack does not show the function that panicked:\n%s", logged[0].stack)
	}
}

func TestAnAnswerThatWasCutIsLoggedToo(t *testing.T) {
	b := newBench(t)
	b.get("/half")
	if n := len(b.logged()); n != 1 {
		t.Errorf("%d panics were logged, want 1", n)
	}
}

// bench is your filter between net/http and a whole server.
type bench struct {
	web *httptest.Server

	mu  sync.Mutex
	log []entry
}

type entry struct {
	reason any
	stack  string
}

func newBench(t *testing.T) *bench {
	t.Helper()
	t.Parallel()
	s, err := server.Config{}.New()
	if err != nil {
		t.Fatal(err)
	}
	paths := http.NewServeMux()
	paths.Handle("/", panicOnRequest(s))
	paths.HandleFunc("/explode", explode)
	paths.HandleFunc("/half", half)
	paths.HandleFunc("/abort", func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
	b := &bench{}
	filter := Recover(func(reason any, stack []byte) {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.log = append(b.log, entry{reason, string(stack)})
	})
	b.web = httptest.NewUnstartedServer(filter(paths))
	b.web.Config.ErrorLog = log.New(io.Discard, "", 0)
	b.web.Start()
	t.Cleanup(b.web.Close)
	return b
}

func explode(http.ResponseWriter, *http.Request) { panic("a bug") }

// half begins a list and panics amid of it.
func half(w http.ResponseWriter, _ *http.Request) {
	io.WriteString(w, `{"kind":"PodList","items":[`)
	http.NewResponseController(w).Flush()
	panic("a bug, late")
}

func (b *bench) get(path string) (code int, body string, err error) {
	answer, err := b.web.Client().Get(b.web.URL + path)
	if err != nil {
		return 0, "", err
	}
	defer answer.Body.Close()
	data, err := io.ReadAll(answer.Body)
	return answer.StatusCode, string(data), err
}

// logged is what was logged for the requests that were answered.
func (b *bench) logged() []entry {
	b.web.Close() // waits for the handlers
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log
}
