package etcd3

import (
	"encoding/hex"
	"fmt"
	"strings"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
)

// print shows a request to etcd and what came back.
func (d *demonstration) print(c Request) {
	cmps, then, els := c.Op.Txn()
	switch {
	case c.Err != nil:
		d.Show("%s\n-> %v", opText(c.Op), c.Err)
	case !c.Op.IsTxn():
		answer := c.Response.Get()
		d.Show("%s -> %d of %d, at revision %d", opText(c.Op), len(answer.Kvs), answer.Count, answer.Header.Revision)
	default:
		answer := c.Response.Txn()
		text := fmt.Sprintf("if mod = %d then %s", cmps[0].GetCompare().GetModRevision(), opText(then[0]))
		if len(els) > 0 {
			text += " else get"
		}
		d.Show("%s -> %s", text, outcome(answer))
	}
}

func outcome(answer *clientv3.TxnResponse) string {
	if answer.Succeeded {
		return fmt.Sprintf("yes: revision %d", answer.Header.Revision)
	}
	for _, r := range answer.Responses {
		if got, ok := r.Response.(*pb.ResponseOp_ResponseRange); ok {
			return fmt.Sprintf("no: mod is %d", got.ResponseRange.Kvs[0].ModRevision)
		}
	}
	return "no"
}

// opText says an operation without the prefix that all keys have.
func opText(op clientv3.Op) string {
	key := strings.TrimPrefix(string(op.KeyBytes()), DefaultPrefix+"/")
	switch {
	case op.IsPut():
		return fmt.Sprintf("put %s", key)
	case op.IsDelete():
		return "delete " + key
	case op.RangeBytes() == nil:
		return "get " + key
	}
	text := fmt.Sprintf("range from %q, at most %d", key, op.Limit())
	if op.Rev() != 0 {
		text += fmt.Sprintf(", at %d", op.Rev())
	}
	return text
}

// hexHead is the first lines of a hex dump, without the offsets.
func hexHead(data []byte, lines int) string {
	var out strings.Builder
	for line := range strings.Lines(hex.Dump(data[:min(len(data), lines*16)])) {
		out.WriteString(line[len("00000000  "):])
	}
	return out.String()
}
