package kinds_test

import (
	"bytes"
	"fmt"
	"os"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	nodev1 "k8s.io/api/node/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// One object in three formats: text says its kind first, protobuf has it in an envelope around the message.
func ExampleCodecs_Encode() {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	pod := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "nginx"}}
	for i := range codecs.SupportedMediaTypes {
		var out bytes.Buffer
		form := kinds.MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[i]}
		if err := codecs.Encode(&out, pod, corev1.SchemeGroupVersion, form); err != nil {
			fmt.Println(err)
		}
		fmt.Printf("%s: %d bytes, %.20q...\n", form.ContentType(), out.Len(), out.String())
	}
	// Output:
	// application/json: 100 bytes, "{\"kind\":\"Pod\",\"apiVe"...
	// application/yaml: 85 bytes, "apiVersion: v1\nkind:"...
	// application/vnd.kubernetes.protobuf: 95 bytes, "k8s\x00\n\t\n\x02v1\x12\x03Pod\x12J\n\x15\n"...
}

// A list of any kind is written as its typed list, without one.
func ExampleList() {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	list := &kinds.List{TypeMeta: metav1.TypeMeta{Kind: "ConfigMapList"}}
	for _, name := range []string{"a", "b"} {
		list.Items = append(list.Items, &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: name}})
	}
	codecs.Encode(os.Stdout, list, corev1.SchemeGroupVersion, kinds.MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[0]})
	// Output:
	// {"kind":"ConfigMapList","apiVersion":"v1","metadata":{},"items":[{"metadata":{"name":"a"}},{"metadata":{"name":"b"}}]}
}

// What is stored says itself what it is: storage reads every format that it finds.
func ExampleCodecs_StorageCodec() {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	codec, err := codecs.StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		fmt.Println(err)
	}
	stored, _ := runtime.Encode(codec, &corev1.ConfigMap{Data: map[string]string{"a": "b"}})
	for _, data := range [][]byte{stored, []byte(`{"kind":"ConfigMap","apiVersion":"v1","data":{"a":"b"}}`)} {
		var out kinds.ResultPointer
		if _, _, err := codec.Decode(data, nil, &out); err != nil {
			fmt.Println(err)
		}
		fmt.Printf("%.8q... is a %T with %v\n", data, out.Object, out.Object.(*corev1.ConfigMap).Data)
	}
	// Output:
	// "k8s\x00\n\x0f\n\x02"... is a *v1.ConfigMap with map[a:b]
	// "{\"kind\":"... is a *v1.ConfigMap with map[a:b]
}

func ExampleRESTMapper_Find() {
	mapper := kinds.NewRESTMapper(
		kinds.Resource{Kind: corev1.SchemeGroupVersion.WithKind("Pod"), Name: "pods", ShortNames: []string{"po"}, Namespaced: true},
		kinds.Resource{Kind: appsv1.SchemeGroupVersion.WithKind("Deployment"), Name: "deployments", ShortNames: []string{"deploy"}, Namespaced: true},
		kinds.Resource{Kind: networkingv1.SchemeGroupVersion.WithKind("Ingress"), Name: "ingresses", ShortNames: []string{"ing"}, Namespaced: true},
	)
	for _, arg := range []string{"po", "deploy.apps", "Ingress", "deplyment"} {
		r, err := mapper.Find(arg)
		if err != nil {
			fmt.Println(err)
			continue
		}
		fmt.Println(arg, "is", kinds.GroupVersionPath(r.Kind.GroupVersion())+"/"+r.Name)
	}
	// Output:
	// po is /api/v1/pods
	// deploy.apps is /apis/apps/v1/deployments
	// Ingress is /apis/networking.k8s.io/v1/ingresses
	// the server doesn't have a resource type "deplyment": did you mean deployments?
}

func ExamplePrintTree() {
	kinds.PrintTree(os.Stdout, []kinds.Resource{
		{Kind: appsv1.SchemeGroupVersion.WithKind("ReplicaSet"), Name: "replicasets", ShortNames: []string{"rs"}, Namespaced: true},
		{Kind: appsv1.SchemeGroupVersion.WithKind("Deployment"), Name: "deployments", ShortNames: []string{"deploy"}, Namespaced: true},
		{Kind: nodev1.SchemeGroupVersion.WithKind("RuntimeClass"), Name: "runtimeclasses"},
	})
	// Output:
	// /apis/apps/v1
	// ├─ deployments  Deployment  ns       deploy
	// └─ replicasets  ReplicaSet  ns       rs
	// /apis/node.k8s.io/v1
	// └─ runtimeclasses  RuntimeClass  cluster
}
