package watch

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"

	"golang.org/x/net/websocket"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// wantsWebSocket reports whether the client asks to turn the connection into a WebSocket, as browsers do.
func wantsWebSocket(r *http.Request) bool {
	return names(r.Header.Get("Connection"), "upgrade") && names(r.Header.Get("Upgrade"), "websocket")
}

func names(header, token string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}

// overWebSocket sends a message for each event: text in JSON, binary in protobuf. What the client sends is dropped; that
// it closes the connection ends the watch. Upstream: WatchServer.HandleWS.
func overWebSocket(ctx context.Context, c *rest.Call, events watch.Interface) error {
	server := websocket.Server{Handler: func(conn *websocket.Conn) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			defer cancel()
			drop(conn)
		}()
		conn.PayloadType = websocket.TextFrame
		if c.Form.Type == runtime.ContentTypeProtobuf {
			conn.PayloadType = websocket.BinaryFrame
		}
		frames := newFrames(c)
		for event := range each(ctx, events) {
			frame, err := frames.of(event)
			if err != nil {
				return
			}
			if _, err := conn.Write(frame); err != nil {
				return
			}
		}
	}}
	server.ServeHTTP(hijacker{c.Writer}, c.Request)
	return nil
}

// drop reads until the connection ends.
func drop(conn *websocket.Conn) {
	buffer := make([]byte, 512)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}

// hijacker finds the connection behind writers that wrap each other.
type hijacker struct{ http.ResponseWriter }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(h.ResponseWriter).Hijack()
}
