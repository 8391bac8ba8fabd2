package server

import (
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
)

// pipes is a network inside of the process, so that tests run in a synctest bubble: with a clock of their own, and
// failing if a goroutine is left at the end.
type pipes struct {
	conns  chan net.Conn
	closed chan struct{}
	once   sync.Once
}

func newPipes() *pipes { return &pipes{conns: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.closed) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes"} }

func (p *pipes) dial(context.Context, string, string) (net.Conn, error) {
	client, server := net.Pipe()
	select {
	case p.conns <- server:
		return client, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

// running is a server that runs in a bubble.
type running struct {
	*GenericAPIServer
	network *pipes
	client  *http.Client
	stop    context.CancelFunc
	done    chan error
}

func run(t *testing.T, s *GenericAPIServer) *running {
	network := newPipes()
	ctx, stop := context.WithCancel(t.Context())
	r := &running{s, network, &http.Client{Transport: &http.Transport{DialContext: network.dial}}, stop, make(chan error, 1)}
	go func() { r.done <- s.Run(ctx, network) }()
	return r
}

// get asks for a path and sends the body, or an error's text, to the channel.
func (r *running) get(path string) <-chan string {
	said := make(chan string, 1)
	go func() {
		answer, err := r.client.Get("http://server" + path)
		if err != nil {
			said <- err.Error()
			return
		}
		defer answer.Body.Close()
		data, err := io.ReadAll(answer.Body)
		said <- answer.Status + " " + string(data) + errorText(err)
	}()
	return said
}

func errorText(err error) string {
	if err == nil {
		return ""
	}
	return " (" + err.Error() + ")"
}
