package etcd3

import (
	"context"
	"encoding/hex"
	"fmt"
	"strings"

	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	"kubepath/internal/demo"
	"kubepath/internal/embedetcd"
)

// Demo uses the storage with a real etcd in this process, and shows each request of the storage to etcd.
func Demo(ctx context.Context, s *demo.Stage) error {
	server, err := embedetcd.Start(ctx, embedetcd.Options{})
	if err != nil {
		return err
	}
	defer server.Close()
	d, err := newDemonstration(s, server.Client())
	if err != nil {
		return err
	}
	for _, act := range []func(context.Context, *demonstration) error{
		showCreate, showConflict, showBytes, showWatch, showPages, showEncryption,
	} {
		if err := act(ctx, d); err != nil {
			return err
		}
	}
	return nil
}

// demonstration has the storage, and an etcd client that is not observed.
type demonstration struct {
	*demo.Stage
	storage.Interface
	config Config
	bare   clientv3.KV
}

func newDemonstration(s *demo.Stage, client *clientv3.Client) (*demonstration, error) {
	codec, err := kinds.NewCodecs(kinds.NewScheme()).StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		return nil, err
	}
	d := &demonstration{Stage: s, bare: client.KV}
	client.KV = WrapKV(client.KV, d.print)
	d.config = Config{
		Client:   client,
		Codec:    codec,
		NewFunc:  func() runtime.Object { return &corev1.ConfigMap{} },
		Resource: "/configmaps",
	}
	d.Interface = Open(d.config)
	return d, nil
}

// paint returns an update that sets the color of a config map.
func paint(color string, meanwhile func()) storage.Update {
	return storage.Update{Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
		if meanwhile != nil {
			meanwhile()
			meanwhile = nil
		}
		m := old.(*corev1.ConfigMap)
		m.Data["color"] = color
		return storage.MutateResult{Object: m}, nil
	}}
}

func (d *demonstration) create(ctx context.Context, name string) (*corev1.ConfigMap, error) {
	m := &corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ConfigMap"},
		ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: "default"},
		Data:       map[string]string{"color": "red"},
	}
	out := &corev1.ConfigMap{}
	return out, d.Create(ctx, "/configmaps/default/"+name, m, out, 0)
}

// page lists two objects.
func (d *demonstration) page(ctx context.Context, token string) (*kinds.List, error) {
	out := &kinds.List{}
	opts := storage.ListOptions{Recursive: true, Predicate: storage.SelectionPredicate{Limit: 2, Continue: token}}
	return out, d.GetList(ctx, "/configmaps", opts, out)
}

// colorOf is an AttrFunc with the color as a field.
func colorOf(obj runtime.Object) (labels.Set, fields.Set, error) {
	return nil, fields.Set{"color": obj.(*corev1.ConfigMap).Data["color"]}, nil
}

// print shows a request to etcd and its response.
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

// opText returns an operation as text, without the prefix of all keys.
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

// hexHead returns the first lines of a hex dump, without the offsets.
func hexHead(data []byte, lines int) string {
	var out strings.Builder
	for line := range strings.Lines(hex.Dump(data[:min(len(data), lines*16)])) {
		out.WriteString(line[len("00000000  "):])
	}
	return out.String()
}
