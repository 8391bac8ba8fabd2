package kinds

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

var v1 = schema.GroupVersion{Version: "v1"}

// aPod is a pod as a decoder returns it: it names its kind.
func aPod(name string) *corev1.Pod {
	return &corev1.Pod{
		TypeMeta: metav1.TypeMeta{Kind: "Pod", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{
			Name: name, Namespace: "default", UID: "11111111-2222-3333-4444-555555555555", ResourceVersion: "7",
			Labels:      map[string]string{"app": "web", "tier": "<front>"},
			Annotations: map[string]string{"note": "a \"quoted\" word & more"},
		},
		Spec: corev1.PodSpec{
			NodeName: "node-1",
			Containers: []corev1.Container{{
				Name: "nginx", Image: "nginx:1.27", Ports: []corev1.ContainerPort{{ContainerPort: 80}},
				Resources: corev1.ResourceRequirements{Requests: corev1.ResourceList{"cpu": resource.MustParse("100m")}},
			}},
		},
		Status: corev1.PodStatus{Phase: corev1.PodRunning},
	}
}

func podList(n int) *List {
	remaining := int64(3)
	l := &List{TypeMeta: metav1.TypeMeta{Kind: "PodList", APIVersion: "v1"}}
	l.ListMeta = metav1.ListMeta{ResourceVersion: "42", Continue: "abc<>", RemainingItemCount: &remaining}
	for i := range n {
		l.Items = append(l.Items, aPod(fmt.Sprintf("pod-%d", i)))
	}
	return l
}

// typedPods is the list that upstream would write.
func typedPods(l *List) *corev1.PodList {
	typed := &corev1.PodList{TypeMeta: l.TypeMeta, ListMeta: l.ListMeta}
	if l.Items != nil {
		typed.Items = []corev1.Pod{}
	}
	for _, item := range l.Items {
		pod := *item.(*corev1.Pod)
		pod.TypeMeta = metav1.TypeMeta{}
		typed.Items = append(typed.Items, pod)
	}
	return typed
}

func forms(c *Codecs) map[string]MediaTypeOptions {
	all := map[string]MediaTypeOptions{"indented json": {SerializerInfo: &c.SupportedMediaTypes[0], Pretty: true}}
	for i := range c.SupportedMediaTypes {
		all[c.SupportedMediaTypes[i].MediaType] = MediaTypeOptions{SerializerInfo: &c.SupportedMediaTypes[i]}
	}
	return all
}

func TestAListIsWrittenAsItsTypedList(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	bare := podList(1)
	bare.ListMeta = metav1.ListMeta{}
	empty := podList(0)
	empty.Items = []runtime.Object{}
	lists := map[string]*List{"nil items": podList(0), "empty": empty, "one": podList(1), "many": podList(1000), "without metadata": bare}
	for format, form := range forms(codecs) {
		for size, list := range lists {
			t.Run(format+" "+size, func(t *testing.T) {
				t.Parallel()
				var got, want bytes.Buffer
				if err := codecs.Encode(&got, list, v1, form); err != nil {
					t.Fatal(err)
				}
				serializer := form.Serializer
				if form.Pretty {
					serializer = form.SerializerInfo.PrettySerializer
				}
				if err := serializer.Encode(typedPods(list), &want); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want.String(), got.String()); diff != "" {
					t.Errorf("differs from the typed list (-typed +list):\n%s", diff[:min(len(diff), 2000)])
				}
			})
		}
	}
}

func TestEncodeDoesNotWriteToTheObject(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	pod := aPod("a")
	pod.TypeMeta = metav1.TypeMeta{}
	var out bytes.Buffer
	if err := codecs.Encode(&out, pod, v1, MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[0]}); err != nil {
		t.Fatal(err)
	}
	if pod.Kind != "" || !bytes.HasPrefix(out.Bytes(), []byte(`{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"`)) {
		t.Errorf("object %+v, text %.60s", pod.TypeMeta, out.String())
	}
}

var _ runtime.Object = (*List)(nil)
