package controlplane_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"testing"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
)

// tenThousand are pods, each of which is almost 10 KB of JSON.
const tenThousand = 10_000

func podNamed(i int) *corev1.Pod {
	p := &corev1.Pod{
		ObjectMeta: metav1.ObjectMeta{
			Name: fmt.Sprintf("p%05d", i), Namespace: "default", UID: types.UID(fmt.Sprintf("00000000-0000-0000-0000-%012d", i)),
			Labels: map[string]string{"app": fmt.Sprint("app-", i%100)},
		},
		Spec: corev1.PodSpec{NodeName: fmt.Sprint("node-", i%500)},
	}
	for c := range 3 {
		container := corev1.Container{Name: fmt.Sprint("c", c), Image: "registry.example.org/team/image:v1.2.3"}
		for e := range 25 {
			container.Env = append(container.Env, corev1.EnvVar{
				Name: fmt.Sprint("VARIABLE_", e), Value: "a value that is about as long as most are, and then a bit longer than that",
			})
		}
		p.Spec.Containers = append(p.Spec.Containers, container)
	}
	return p
}

// storePods puts pods into etcd, as the server would.
func storePods(tb testing.TB, client *clientv3.Client, count int) {
	tb.Helper()
	codec, err := kinds.NewCodecs(kinds.NewScheme()).StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		tb.Fatal(err)
	}
	below := etcd3.Open(etcd3.Config{
		Client: client, Prefix: "/registry", Resource: "/pods", Codec: codec,
		NewFunc: func() runtime.Object { return &corev1.Pod{} },
	})
	var all sync.WaitGroup
	for first := range atOnce {
		all.Go(func() {
			for i := first; i < count; i += atOnce {
				if err := store(below, podNamed(i)); err != nil {
					tb.Error(err)
					return
				}
			}
		})
	}
	all.Wait()
}

func store(below storage.Interface, p *corev1.Pod) error {
	return below.Create(context.Background(), "/pods/default/"+p.Name, p, nil, 0)
}

// objects reports whether a call to etcd asks for stored pods, and not only how new the database is.
func objects(c etcd3.Request) bool {
	return strings.HasPrefix(c.Key(), "/registry/pods/") && (c.Op.RangeBytes() != nil || strings.Contains(c.Key(), "/default/"))
}
