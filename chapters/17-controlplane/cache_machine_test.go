package controlplane_test

import (
	"context"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
	"k8s.io/client-go/kubernetes"
	clientrest "k8s.io/client-go/rest"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/embedetcd"
)

// machine is an etcd that listens, and an API server that reaches it as it would another process. Both can be stopped
// and started again at the same addresses.
type machine struct {
	testing.TB
	dir     string // of etcd
	etcdAt  string
	door    *door               // of the API server
	observe func(etcd3.Request) // told of each read and transaction; nil: nobody

	etcd *embedetcd.Server
	api  http.Handler
	wrap func(storage.Interface) storage.Interface // around each cache; nil: nothing
	stop func()                                    // the API server; it returns when that has ended
}

// door is a port that stays open while the server behind it comes and goes: who knocks meanwhile has to wait. Clients that
// are refused would, after a few times, wait for up to a minute before they try again.
type door struct {
	net.Listener
	in chan net.Conn
}

func openDoor(tb testing.TB) *door {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	d := &door{listener, make(chan net.Conn)}
	over := make(chan struct{})
	tb.Cleanup(func() { close(over); listener.Close() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			select {
			case d.in <- conn:
			case <-over:
				conn.Close()
			}
		}
	}()
	return d
}

// through is the door for one server: it closes, and the port does not.
func (d *door) through() net.Listener { return &doorway{door: d, closed: make(chan struct{})} }

type doorway struct {
	*door
	once   sync.Once
	closed chan struct{}
}

func (d *doorway) Accept() (net.Conn, error) {
	select {
	case conn := <-d.in:
		return conn, nil
	case <-d.closed:
		return nil, net.ErrClosed
	}
}

func (d *doorway) Close() error {
	d.once.Do(func() { close(d.closed) })
	return nil
}

// newMachine starts etcd. Without a directory it cannot be started again, and writes to no disk.
func newMachine(tb testing.TB, dir string) *machine {
	tb.Helper()
	m := &machine{TB: tb, dir: dir, etcdAt: "127.0.0.1:0", door: openDoor(tb)}
	m.startEtcd()
	tb.Cleanup(func() { m.etcd.Close() })
	return m
}

func (m *machine) startEtcd() {
	m.Helper()
	etcd, err := embedetcd.Start(context.Background(), embedetcd.Options{DataDir: m.dir, ListenClient: m.etcdAt})
	if err != nil {
		m.Fatal(err)
	}
	m.etcd, m.etcdAt = etcd, etcd.Endpoint()
}

// startAPI starts an API server. It ends with stop, or with the test.
func (m *machine) startAPI() {
	m.Helper()
	client, err := etcd3.Dial(context.Background(), etcd3.TransportConfig{ServerList: []string{"http://" + m.etcdAt}})
	if err != nil {
		m.Fatal(err)
	}
	if m.observe != nil {
		client.KV = etcd3.WrapKV(client.KV, m.observe)
	}
	m.run(client, m.door.through())
}

func (m *machine) run(client *clientv3.Client, listener net.Listener) {
	m.Helper()
	api, err := controlplane.New(controlplane.Config{
		Server: server.Config{Codecs: kinds.NewCodecs(kinds.NewScheme())},
		Etcd:   client, WatchCache: &controlplane.WatchCache{Size: 100, Wrap: m.wrap},
	})
	if err != nil {
		m.Fatal(err)
	}
	m.api = api
	ready := make(chan struct{})
	if err := api.AddPostStartHook("test", func(context.Context) error { close(ready); return nil }); err != nil {
		m.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- api.Run(ctx, listener) }()
	stopped := false
	m.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		if err := <-ended; err != nil {
			m.Error(err)
		}
		client.Close()
	}
	m.Cleanup(m.stop)
	<-ready
}

// client is client-go's, without a limit of its own.
func (m *machine) client() kubernetes.Interface {
	m.Helper()
	client, err := kubernetes.NewForConfig(m.config())
	if err != nil {
		m.Fatal(err)
	}
	return client
}

func (m *machine) config() *clientrest.Config {
	transport := &http.Transport{MaxIdleConnsPerHost: 100}
	m.Cleanup(transport.CloseIdleConnections)
	return &clientrest.Config{Host: "http://" + m.door.Addr().String(), QPS: -1, Transport: transport, Timeout: 0}
}

// until waits for what must come to be.
func (m *machine) until(what string, is func() bool) {
	m.Helper()
	late := time.After(5 * time.Minute)
	again := time.NewTicker(10 * time.Millisecond)
	defer again.Stop()
	for !is() {
		select {
		case <-again.C:
		case <-late:
			m.Fatalf("not within five minutes: %s", what)
		}
	}
}
