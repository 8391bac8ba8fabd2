package etcd3

import (
	"context"

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

// Demo talks to a real etcd in this process, through the storage, and shows each request that the storage makes of it.
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

// demonstration is the storage on the stage, and the bare client beside it.
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

// paint is an update that sets the color of a config map.
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

// colorOf lets a selector see the color.
func colorOf(obj runtime.Object) (labels.Set, fields.Set, error) {
	return nil, fields.Set{"color": obj.(*corev1.ConfigMap).Data["color"]}, nil
}
