package watch

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"time"

	"golang.org/x/net/websocket"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
)

// wantsWebSocket reports whether the client requests an upgrade to a WebSocket, as browsers do.
func wantsWebSocket(r *http.Request) bool {
	return hasToken(r.Header.Get("Connection"), "upgrade") && hasToken(r.Header.Get("Upgrade"), "websocket")
}

func hasToken(header, token string) bool {
	for part := range strings.SplitSeq(header, ",") {
		if strings.EqualFold(strings.TrimSpace(part), token) {
			return true
		}
	}
	return false
}

// handleWS sends a message for each event: text for JSON, binary for other media types. It ignores messages from the
// client. The watch ends when the client closes the connection. Upstream: WatchServer.HandleWS.
func (o Config) handleWS(ctx context.Context, c *rest.Call, events watch.Interface) {
	server := websocket.Server{Handler: func(conn *websocket.Conn) {
		defer closeWebSocket(conn)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			defer cancel()
			discardReads(conn)
		}()
		encoder := newWatchEncoder(c)
		encoder.frame, encoder.framed = messageFramers[c.OutputMediaType.MediaType], false // a WebSocket message has a length
		conn.PayloadType = websocket.TextFrame
		if !c.OutputMediaType.EncodesAsText {
			conn.PayloadType = websocket.BinaryFrame
		}
		deadline := o.newWriteDeadline(ctx, conn.SetWriteDeadline)
		defer deadline.stop()
		encoder.encodeAll(ctx, events, func(frame []byte) error {
			defer deadline.begin()()
			_, err := conn.Write(frame)
			return err
		})
	}}
	server.ServeHTTP(hijacker{c.Writer}, c.Request)
}

// closeWebSocket sends a close message, if the client reads it in time, and closes the connection.
func closeWebSocket(conn *websocket.Conn) {
	_ = conn.SetWriteDeadline(time.Now().Add(finalWriteTimeout)) // fails only for a connection without deadlines
	conn.Close()
}

// discardReads reads until the connection ends.
func discardReads(conn *websocket.Conn) {
	buffer := make([]byte, 512)
	for {
		if _, err := conn.Read(buffer); err != nil {
			return
		}
	}
}

// hijacker is a ResponseWriter whose Hijack finds the connection through wrapped writers.
type hijacker struct{ http.ResponseWriter }

func (h hijacker) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return http.NewResponseController(h.ResponseWriter).Hijack()
}
