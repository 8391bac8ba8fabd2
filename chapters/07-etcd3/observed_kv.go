package etcd3

import (
	"context"
	"strings"
	"time"

	clientv3 "go.etcd.io/etcd/client/v3"
)

// Request is one request to etcd, after it was answered.
type Request struct {
	// Op is what was asked: a read, or a transaction whose parts Op.Txn tells. Answer is empty after an error.
	Op       clientv3.Op
	Response clientv3.OpResponse
	Duration time.Duration
	Err      error
}

// WrapKV tells observe about every read and transaction of this package: replace Config.Client's KV with it for metrics
// (kube-apiserver's etcd_request_duration_seconds is made of Took, Operation and Resource), or to see what is asked.
// observe is called by the goroutine that asked, and may be called by several at once.
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

// observedTxn keeps the parts of a transaction while it is put together.
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

// Operation is what the request does, in the words of upstream's metrics: get, list, count, create, update, delete.
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

// Key is the key, or the first key, that the request is about.
func (c Request) Key() string {
	if _, then, _ := c.Op.Txn(); len(then) > 0 {
		return string(then[0].KeyBytes())
	}
	return string(c.Op.KeyBytes())
}

// Resource is the key's root below prefix: pods for /registry/pods/default/nginx.
func (c Request) Resource(prefix string) string {
	rest, _ := strings.CutPrefix(c.Key(), prefix+"/")
	root, _, _ := strings.Cut(rest, "/")
	return root
}
