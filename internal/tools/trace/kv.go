package trace

import (
	"context"
	"fmt"
	"strings"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/api/v3/mvccpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// Decoder shows a stored value: its media type and its content as JSON would have it.
type Decoder func(value []byte) (mediaType string, content any)

// KV stands between the storage and etcd. Replace a client's KV with it.
func KV(kv clientv3.KV, decode Decoder) clientv3.KV { return tracedKV{kv, decode} }

// tracedKV traces what the storage of chapter 7 asks etcd: reads and transactions.
type tracedKV struct {
	clientv3.KV
	decode Decoder
}

func (t tracedKV) Get(ctx context.Context, key string, opts ...clientv3.OpOption) (*clientv3.GetResponse, error) {
	e := &Etcd{Op: "range", Key: key}
	op := clientv3.OpGet(key, opts...)
	if end := op.RangeBytes(); end != nil {
		e.RangeEnd = string(end)
	}
	ctx, h := begin(ctx, "etcd", caller, func() string { return opText(op) })
	response, err := t.KV.Get(ctx, key, opts...)
	if h != nil && err == nil {
		e.Revision, e.Count = response.Header.Revision, response.Count
		t.read(e, response.Kvs)
		h.etcd(e)
	}
	h.end(err, func() string {
		return fmt.Sprintf("%d of %d keys, revision %d", len(response.Kvs), e.Count, e.Revision)
	})
	return response, err
}

func (t tracedKV) Txn(ctx context.Context) clientv3.Txn {
	return &tracedTxn{Txn: t.KV.Txn(ctx), kv: t, ctx: ctx}
}

// read notes what a range returned; of several values, the size.
func (t tracedKV) read(e *Etcd, kvs []*mvccpb.KeyValue) {
	for _, kv := range kvs {
		e.Bytes += len(kv.Value)
	}
	if len(kvs) == 1 {
		e.ModRevision = kvs[0].ModRevision
		e.MediaType, e.Value = t.decode(kvs[0].Value)
	}
}

// tracedTxn notes the parts of a transaction while it is put together.
type tracedTxn struct {
	clientv3.Txn
	kv          tracedKV
	ctx         context.Context
	cmps        []clientv3.Cmp
	then, else_ []clientv3.Op
}

func (t *tracedTxn) If(cmps ...clientv3.Cmp) clientv3.Txn {
	t.cmps, t.Txn = cmps, t.Txn.If(cmps...)
	return t
}

func (t *tracedTxn) Then(ops ...clientv3.Op) clientv3.Txn {
	t.then, t.Txn = ops, t.Txn.Then(ops...)
	return t
}

func (t *tracedTxn) Else(ops ...clientv3.Op) clientv3.Txn {
	t.else_, t.Txn = ops, t.Txn.Else(ops...)
	return t
}

func (t *tracedTxn) Commit() (*clientv3.TxnResponse, error) {
	e := &Etcd{Op: "txn"}
	_, h := begin(t.ctx, "etcd", caller, func() string { return t.describe(e) })
	response, err := t.Txn.Commit()
	if h != nil && err == nil {
		t.answer(e, response)
		h.etcd(e)
	}
	h.end(err, func() string {
		if response.Succeeded {
			return fmt.Sprintf("succeeded, revision %d", e.Revision)
		}
		return fmt.Sprintf("compare failed, revision %d", e.Revision)
	})
	return response, err
}

// describe fills in what is asked and says it in one line.
func (t *tracedTxn) describe(e *Etcd) string {
	for i := range t.cmps {
		e.Compare = append(e.Compare, compareText(t.cmps[i].GetCompare()))
	}
	for _, op := range t.then {
		e.Then = append(e.Then, opText(op))
		if e.Key == "" {
			e.Key = string(op.KeyBytes())
		}
		if op.IsPut() {
			e.Bytes = len(op.ValueBytes())
			e.MediaType, e.Value = t.kv.decode(op.ValueBytes())
		}
	}
	for _, op := range t.else_ {
		e.Else = append(e.Else, opText(op))
	}
	return fmt.Sprintf("if %s then %s", strings.Join(e.Compare, " and "), strings.Join(e.Then, ", "))
}

// answer fills in what came back. A put that succeeded gave its key the new revision.
func (t *tracedTxn) answer(e *Etcd, response *clientv3.TxnResponse) {
	e.Revision, e.Succeeded = response.Header.Revision, &response.Succeeded
	if response.Succeeded && len(t.then) > 0 && t.then[0].IsPut() {
		e.ModRevision = response.Header.Revision
		return
	}
	for _, r := range response.Responses {
		if found := r.GetResponseRange(); found != nil {
			e.Bytes = 0
			t.kv.read(e, found.Kvs)
		}
	}
}

// opText says an operation: put /registry/pods/default/x (412 bytes).
func opText(op clientv3.Op) string {
	switch {
	case op.IsPut():
		return fmt.Sprintf("put %s (%d bytes)", op.KeyBytes(), len(op.ValueBytes()))
	case op.IsDelete():
		return fmt.Sprintf("delete %s", op.KeyBytes())
	case op.RangeBytes() == nil:
		return fmt.Sprintf("get %s", op.KeyBytes())
	}
	text := fmt.Sprintf("range %s to %s", op.KeyBytes(), op.RangeBytes())
	if op.IsCountOnly() {
		text += ", count only"
	}
	if op.Limit() > 0 {
		text += fmt.Sprintf(", at most %d", op.Limit())
	}
	if op.Rev() > 0 {
		text += fmt.Sprintf(", at revision %d", op.Rev())
	}
	return text
}

// compareText says a comparison: mod(/registry/pods/default/x) = 0.
func compareText(c *pb.Compare) string {
	operator := map[pb.Compare_CompareResult]string{
		pb.Compare_EQUAL: "=", pb.Compare_NOT_EQUAL: "!=", pb.Compare_GREATER: ">", pb.Compare_LESS: "<",
	}[c.Result]
	switch target := c.TargetUnion.(type) {
	case *pb.Compare_ModRevision:
		return fmt.Sprintf("mod(%s) %s %d", c.Key, operator, target.ModRevision)
	case *pb.Compare_CreateRevision:
		return fmt.Sprintf("create(%s) %s %d", c.Key, operator, target.CreateRevision)
	case *pb.Compare_Version:
		return fmt.Sprintf("version(%s) %s %d", c.Key, operator, target.Version)
	case *pb.Compare_Lease:
		return fmt.Sprintf("lease(%s) %s %d", c.Key, operator, target.Lease)
	default:
		return fmt.Sprintf("value(%s) %s ...", c.Key, operator)
	}
}
