package server

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func status(t *testing.T, r *http.Response) metav1.Status {
	t.Helper()
	var s metav1.Status
	if err := json.NewDecoder(r.Body).Decode(&s); err != nil || s.Kind != "Status" || s.APIVersion != "v1" {
		t.Fatalf("the answer is no Status: %+v %v", s, err)
	}
	if int(s.Code) != r.StatusCode {
		t.Errorf("the Status says %d, the answer %d", s.Code, r.StatusCode)
	}
	return s
}

func TestAPanicEndsTheRequestAndNotTheServer(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	s := newServer(t, Config{ErrorLog: slog.New(slog.NewTextHandler(&log, nil))})
	s.Handle("/panic", http.HandlerFunc(func(http.ResponseWriter, *http.Request) { panic("the moon is full") }))
	got := status(t, ask(s, "GET", "/panic"))
	if got.Code != 500 || got.Reason != metav1.StatusReasonInternalError ||
		got.Message != "This request caused apiserver to panic. Look in the logs for details." {
		t.Errorf("answer: %+v", got)
	}
	for _, want := range []string{"the moon is full", "uri=/panic", "panic_recovery_test.go"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
	if again := ask(s, "GET", "/healthz"); again.StatusCode != 200 {
		t.Errorf("the next request: %d", again.StatusCode)
	}
}

func TestAPanicInTheMiddleOfAnAnswerCutsIt(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{})
	s.Handle("/panic", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		io.WriteString(w, "a part")
		http.NewResponseController(w).Flush()
		panic("no more")
	}))
	web := httptest.NewServer(s)
	t.Cleanup(web.Close)
	answer, err := http.Get(web.URL + "/panic")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if data, err := io.ReadAll(answer.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("read %q, %v; a part was taken for the whole", data, err)
	}
}
