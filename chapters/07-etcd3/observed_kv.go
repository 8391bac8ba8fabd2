package etcd3

import (
	"context"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Request is a completed request to etcd.
type Request struct {
	// Op is the operation: a read, or a transaction, whose parts Op.Txn returns. Answer is empty after an error.
	Op       clientv3.Op
	Response clientv3.OpResponse
	Duration time.Duration
	Err      error
}

// WrapKV returns a KV that calls observe after every read and transaction. Replace Config.Client's KV with it for
// metrics (kube-apiserver's etcd_request_duration_seconds needs Took, Operation and Resource) or for tracing. observe
// is called on the goroutine of the request, so calls may be concurrent.
func WrapKV(kv clientv3.KV, observe func(Request)) clientv3.KV { return observedKV{kv, observe} }

type observedKV struct {
	clientv3.KV
	observe func(Request)
}

func (o observedKV) Get(ctx context.Context, key string, opts ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	began := time.Now()
	answer, err := o.KV.Get(ctx, key, opts...)
	call := Request{Op: clientv3.OpGet(key, opts...), Duration: time.Since(began), Err: err}
	if err == nil {
		call.Response = answer.OpResponse()
	}
	o.observe(call)
	return answer, err
}

func (o observedKV) Txn(ctx context.Context) clientv3.Txn {
	return &observedTxn{Txn: o.KV.Txn(ctx), observe: o.observe}
}

// observedTxn records the parts of a transaction while it is built.
type observedTxn struct {
	clientv3.Txn
	observe   func(Request)
	cmps      []clientv3.Cmp
	then, els []clientv3.Op
}

func (t *observedTxn) If(cmps ...clientv3.Cmp) clientv3.Txn {
	t.cmps, t.Txn = cmps, t.Txn.If(cmps...)
	return t
}

func (t *observedTxn) Then(ops ...clientv3.Op) clientv3.Txn {
	t.then, t.Txn = ops, t.Txn.Then(ops...)
	return t
}

func (t *observedTxn) Else(ops ...clientv3.Op) clientv3.Txn {
	t.els, t.Txn = ops, t.Txn.Else(ops...)
	return t
}

func (t *observedTxn) Commit() (*clientv3.TxnResponse, error) {
	began := time.Now()
	answer, err := t.Txn.Commit()
	call := Request{Op: clientv3.OpTxn(t.cmps, t.then, t.els), Duration: time.Since(began), Err: err}
	if err == nil {
		call.Response = answer.OpResponse()
	}
	t.observe(call)
	return answer, err
}

// Operation returns the operation as in upstream's metrics: get, list, count, create, update, delete.
func (c Request) Operation() string {
	_, then, or := c.Op.Txn()
	switch {
	case c.Op.IsCountOnly():
		return "count"
	case c.Op.IsGet() && c.Op.RangeBytes() != nil:
		return "list"
	case c.Op.IsGet():
		return "get"
	case len(then) > 0 && then[0].IsDelete():
		return "delete"
	case len(or) > 0:
		return "update"
	}
	return "create"
}

// Key returns the key of the request, or the first one.
func (c Request) Key() string {
	if _, then, _ := c.Op.Txn(); len(then) > 0 {
		return string(then[0].KeyBytes())
	}
	return string(c.Op.KeyBytes())
}

// Resource returns the key's first segment below prefix: pods for /registry/pods/default/nginx.
func (c Request) Resource(prefix string) string {
	rest, _ := strings.CutPrefix(c.Key(), prefix+"/")
	root, _, _ := strings.Cut(rest, "/")
	return root
}
