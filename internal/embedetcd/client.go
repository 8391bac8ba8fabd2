package embedetcd

import (
	"context"
	"sync"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3client"
	"go.etcd.io/etcd/server/v3/etcdserver/api/v3rpc"
	"go.etcd.io/etcd/server/v3/proxy/grpcproxy/adapter"
)

// newClient is a client by function calls. A server of gRPC waits for its handlers before etcd stops; without one, calls
// that read etcd's data in a goroutine of their own are counted, so that the data is not closed under them.
func newClient(member *etcdserver.EtcdServer, calls *calls) *clientv3.Client {
	c := v3client.New(member)
	c.KV = clientv3.NewKVFromKVClient(adapter.KvServerToKvClient(countedKV{v3rpc.NewQuotaKVServer(member), calls}), c)
	c.Watcher = clientv3.NewWatchFromWatchClient(adapter.WatchServerToWatchClient(countedWatch{v3rpc.NewWatchServer(member), calls}), c)
	return c
}

// calls are those that are inside of the member.
type calls struct {
	mu     sync.Mutex
	ended  bool
	inside sync.WaitGroup
}

// begin counts one more, which ends with inside.Done; no more once end was called.
func (c *calls) begin() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.ended {
		return rpctypes.ErrGRPCStopped
	}
	c.inside.Add(1)
	return nil
}

// end refuses further calls, and waits for those that are inside.
func (c *calls) end() {
	c.mu.Lock()
	c.ended = true
	c.mu.Unlock()
	c.inside.Wait()
}

// countedKV counts reads, and transactions, since they may read.
type countedKV struct {
	pb.KVServer
	calls *calls
}

func (c countedKV) Range(ctx context.Context, r *pb.RangeRequest) (*pb.RangeResponse, error) {
	if err := c.calls.begin(); err != nil {
		return nil, err
	}
	defer c.calls.inside.Done()
	return c.KVServer.Range(ctx, r)
}

func (c countedKV) Txn(ctx context.Context, r *pb.TxnRequest) (*pb.TxnResponse, error) {
	if err := c.calls.begin(); err != nil {
		return nil, err
	}
	defer c.calls.inside.Done()
	return c.KVServer.Txn(ctx, r)
}

// countedWatch counts streams of watches, which read what was there before a change.
type countedWatch struct {
	pb.WatchServer
	calls *calls
}

func (c countedWatch) Watch(stream pb.Watch_WatchServer) error {
	if err := c.calls.begin(); err != nil {
		return err
	}
	defer c.calls.inside.Done()
	return c.WatchServer.Watch(queueRequests(stream))
}

// queuedRequests takes requests in as they come. Without a queue, a client that ends many watches while events come waits
// for etcd to take a request, and etcd for the client to take an event, for ever: the adapter's channels are short, and
// neither side reads while it writes.
type queuedRequests struct {
	pb.Watch_WatchServer
	news chan struct{}

	mu    sync.Mutex
	queue []*pb.WatchRequest
	err   error // after the queue
}

func queueRequests(stream pb.Watch_WatchServer) *queuedRequests {
	q := &queuedRequests{Watch_WatchServer: stream, news: make(chan struct{}, 1)}
	go q.fill()
	return q
}

// fill ends with the stream.
func (q *queuedRequests) fill() {
	for {
		r, err := q.Watch_WatchServer.Recv()
		q.mu.Lock()
		if q.err = err; err == nil {
			q.queue = append(q.queue, r)
		}
		q.mu.Unlock()
		select {
		case q.news <- struct{}{}:
		default:
		}
		if err != nil {
			return
		}
	}
}

// Recv implements pb.Watch_WatchServer.
func (q *queuedRequests) Recv() (*pb.WatchRequest, error) {
	for {
		if r, err := q.next(); r != nil || err != nil {
			return r, err
		}
		<-q.news
	}
}

func (q *queuedRequests) next() (*pb.WatchRequest, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if len(q.queue) == 0 {
		return nil, q.err
	}
	r := q.queue[0]
	q.queue = q.queue[1:]
	return r, nil
}
