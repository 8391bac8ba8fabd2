package etcd3_test

import (
	"context"
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
	etcd3 "kubepath/chapters/07-etcd3"
	"kubepath/internal/embedetcd"
)

func Example() {
	ctx := context.Background()
	etcd, err := embedetcd.Start(ctx, embedetcd.Options{})
	if err != nil {
		panic(err)
	}
	defer etcd.Close()
	codec, err := kinds.NewCodecs(kinds.NewScheme()).StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		panic(err)
	}
	pods := etcd3.Open(etcd3.Config{
		Client:  etcd.Client(),
		Codec:   codec,
		NewFunc: func() runtime.Object { return &corev1.Pod{} },
	})

	var created corev1.Pod
	nginx := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Namespace: "default", Name: "nginx"}}
	fmt.Println(pods.Create(ctx, "/pods/default/nginx", nginx, &created, 0), created.ResourceVersion)
	err = pods.Create(ctx, "/pods/default/nginx", nginx, nil, 0)
	fmt.Println(err)
	fmt.Println(errors.Is(err, storage.ErrExists))

	answer, _ := etcd.Client().Get(ctx, "/registry/pods/default/nginx")
	fmt.Printf("%d %.4q\n", answer.Kvs[0].ModRevision, answer.Kvs[0].Value)
	// Output:
	// <nil> 2
	// create "/registry/pods/default/nginx": key exists
	// true
	// 2 "k8s\x00"
}

func ExamplePrefixTransformers() {
	key, err := etcd3.NewGCMTransformer("key1", []byte("0123456789abcdef0123456789abcdef"))
	if err != nil {
		panic(err)
	}
	atRest := etcd3.PrefixTransformers{key, etcd3.Identity()}

	stored, _ := atRest.TransformToStorage([]byte("secret"), "/registry/secrets/default/s")
	fmt.Printf("%.22s and %d bytes\n", stored, len(stored)-len(key.Prefix))
	_, _, err = atRest.TransformFromStorage(stored, "/registry/secrets/other/s")
	fmt.Println(err)
	_, stale, _ := atRest.TransformFromStorage([]byte("stored before encryption"), "/registry/secrets/default/s")
	fmt.Println("stale:", stale)
	// Output:
	// k8s:enc:aesgcm:v1:key1 and 34 bytes
	// cipher: message authentication failed
	// stale: true
}
