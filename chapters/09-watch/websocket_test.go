package watch

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"golang.org/x/net/websocket"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"

	kinds "kubepath/chapters/02-kinds"
	server "kubepath/chapters/08-server"
)

// dial opens a watch over a WebSocket.
func (a *api) dial(path, accept string) *websocket.Conn {
	a.t.Helper()
	config, err := websocket.NewConfig("ws"+strings.TrimPrefix(a.url, "http")+path, a.url)
	if err != nil {
		a.t.Fatal(err)
	}
	config.Header.Set("Accept", accept)
	conn, err := websocket.DialConfig(config)
	if err != nil {
		a.t.Fatal(err)
	}
	a.t.Cleanup(func() { conn.Close() })
	return conn
}

// receive reads a message.
func receive(t *testing.T, conn *websocket.Conn) []byte {
	t.Helper()
	var message []byte
	if err := websocket.Message.Receive(conn, &message); err != nil {
		t.Fatal(err)
	}
	return message
}

func TestAWebSocketCarriesAMessageForEachEvent(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	conn := a.dial(pods+"?watch=true", "application/json")
	for _, name := range []string{"a", "b"} {
		a.send("POST", pods, pod(name))
		var f frame
		if err := json.Unmarshal(receive(t, conn), &f); err != nil || f.String() != "ADDED "+name {
			t.Errorf("got %s, %v", f, err)
		}
	}
}

func TestAMessageOfProtobufHasNoLengthOfItsOwn(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	conn := a.dial(pods+"?watch=true", "application/vnd.kubernetes.protobuf")
	a.send("POST", pods, pod("a"))
	var e metav1.WatchEvent
	scheme := kinds.NewScheme()
	if _, _, err := protobuf.NewRawSerializer(scheme, scheme).Decode(receive(t, conn), nil, &e); err != nil || e.Type != "ADDED" {
		t.Errorf("got %s, %v", e.Type, err)
	}
}

func TestAWebSocketEndsWithTheWatchTheClientOrTheServer(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	ended := func(conn *websocket.Conn) {
		t.Helper()
		var message []byte
		if err := websocket.Message.Receive(conn, &message); err == nil || err.Error() != "EOF" {
			t.Errorf("got %q, %v, want the end", message, err)
		}
	}
	ended(a.dial(pods+"?watch=true&timeoutSeconds=1", "application/json"))

	listener, err := server.ListenLoopback(0)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- a.server.Run(ctx, listener) }()
	a.url = "http://" + listener.Addr().String()
	leaves, stays := a.dial(pods+"?watch=true", "application/json"), a.dial(pods+"?watch=true", "application/json")
	leaves.Close()
	stop()
	ended(stays)
	if err := <-done; err != nil {
		t.Errorf("the server ended with %v: a request was still open", err)
	}
}

func TestAnErrorBeforeTheWatchBeginsIsAnAnswerAndNotASocket(t *testing.T) {
	t.Parallel()
	a := serve(t, Config{})
	answer := a.open(pods+"?watch=true&resourceVersion=abc", "Connection", "Upgrade", "Upgrade", "websocket",
		"Sec-WebSocket-Version", "13", "Sec-WebSocket-Key", "AAAAAAAAAAAAAAAAAAAAAA==")
	if status := answered(t, answer); status.Code != 500 {
		t.Errorf("got %+v, want 500", status)
	}
}
