package watch

import (
	"bufio"
	"context"
	"net"
	"net/http"
	"strings"
	"time"

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
func (o Config) overWebSocket(ctx context.Context, c *rest.Call, events watch.Interface) {
	server := websocket.Server{Handler: func(conn *websocket.Conn) {
		defer farewell(conn)
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		go func() {
			defer cancel()
			drop(conn)
		}()
		frames := newFrames(c)
		conn.PayloadType = websocket.TextFrame
		if c.OutputMediaType.MediaType == runtime.ContentTypeProtobuf { // a message has its length already
			conn.PayloadType, frames.wrap = websocket.BinaryFrame, inMessage
		}
		patience := o.patience(ctx, conn.SetWriteDeadline)
		defer patience.end()
		frames.each(ctx, events, func(frame []byte) error {
			defer patience.during()()
			_, err := conn.Write(frame)
			return err
		})
	}}
	server.ServeHTTP(hijacker{c.Writer}, c.Request)
}

// farewell closes the connection with a message that says so, if the client takes it.
func farewell(conn *websocket.Conn) {
	_ = conn.SetWriteDeadline(time.Now().Add(lastWords)) // a connection without deadlines is not a connection
	conn.Close()
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
