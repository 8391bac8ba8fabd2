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
	return c.WatchServer.Watch(stream)
}
