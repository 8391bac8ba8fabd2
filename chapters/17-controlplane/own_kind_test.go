package controlplane_test

import (
	"context"
	"maps"
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// A kind with a Go type of one's own, and three subresources: status, scale and contents.

// Box holds things. Without protobuf methods it is stored as JSON.
type Box struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata,omitempty"`
	Spec              BoxSpec   `json:"spec,omitempty"`
	Status            BoxStatus `json:"status,omitempty"`
}

type BoxSpec struct {
	Size     int32             `json:"size"`
	Contents map[string]string `json:"contents,omitempty"`
}

type BoxStatus struct {
	Full bool `json:"full,omitempty"`
}

type BoxList struct {
	metav1.TypeMeta `json:",inline"`
	metav1.ListMeta `json:"metadata,omitempty"`
	Items           []Box `json:"items"`
}

// DeepCopyObject copies the box: what the generator deepcopy-gen writes for a type.
func (b *Box) DeepCopyObject() runtime.Object {
	to := *b
	b.ObjectMeta.DeepCopyInto(&to.ObjectMeta)
	to.Spec.Contents = maps.Clone(b.Spec.Contents)
	return &to
}

func (l *BoxList) DeepCopyObject() runtime.Object {
	to := *l
	l.ListMeta.DeepCopyInto(&to.ListMeta)
	to.Items = make([]Box, len(l.Items))
	for i := range l.Items {
		to.Items[i] = *l.Items[i].DeepCopyObject().(*Box)
	}
	return &to
}

var boxesV1 = schema.GroupVersion{Group: "store.example.com", Version: "v1"}

// withBoxes adds the Go types to the scheme of the codecs, and the group to the end of the table.
func withBoxes(c *controlplane.Config) {
	scheme := kinds.NewScheme()
	scheme.AddKnownTypes(boxesV1, &Box{}, &BoxList{})
	metav1.AddToGroupVersion(scheme, boxesV1)
	c.Server.Codecs = kinds.NewCodecs(scheme)
	c.Groups = append(controlplane.Groups(), controlplane.Group{
		GroupVersion: boxesV1,
		Resources: []controlplane.Resource{
			{Kind: "Box", Name: "boxes", Strategy: boxStrategy, Status: boxStrategy.StatusStrategy(nil), Subresources: boxSubresources},
		},
	})
}

var boxStrategy = resource.SpecStatus[Box, *Box]{
	Strategy: registry.Namespaced{},
	Spec:     func(b *Box) any { return &b.Spec },
	Status:   func(b *Box) any { return &b.Status },
	ValidateFunc: func(_ context.Context, b *Box) field.ErrorList {
		return validate.NonNegative(field.NewPath("spec", "size"), int64(b.Spec.Size))
	},
}

// boxSubresources returns scale, which is a Scale of autoscaling/v1, and contents, which is the Box with another strategy.
func boxSubresources(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	return map[string]rest.Storage{
		"scale": resource.ScaleREST[Box, *Box]{
			Store:    s,
			Replicas: func(b *Box) *int32 { return &b.Spec.Size },
			Status:   func(b *Box) int32 { return int32(len(b.Spec.Contents)) },
			Selector: func(b *Box) string { return "box=" + b.Name },
		},
		"contents": resource.NewSubresourceREST(s, contentsStrategy{boxStrategy}),
	}
}

// contentsStrategy changes spec.contents and nothing else.
type contentsStrategy struct {
	resource.SpecStatus[Box, *Box]
}

func (s contentsStrategy) PrepareForUpdate(ctx context.Context, obj, old runtime.Object) {
	box := obj.(*Box)
	contents := box.Spec.Contents
	box.Spec = old.(*Box).Spec
	box.Spec.Contents = contents
	s.SpecStatus.PrepareForUpdate(ctx, obj, old)
}

func TestAKindOfOnesOwnIsServedAsAnyOther(t *testing.T) {
	t.Parallel()
	c := newCluster(t, withBoxes)
	const (
		boxes = "/apis/store.example.com/v1/namespaces/default/boxes"
		merge = "application/merge-patch+json"
		apply = "application/apply-patch+yaml"
		box   = `{"apiVersion":"store.example.com/v1","kind":"Box","metadata":{"name":"a"},"spec":{"size":3}}`
	)
	for _, row := range []struct {
		method, path, mediaType, body string
		code                          int
		words                         []string
	}{
		{"POST", boxes, "", box, 201, []string{`"generation":1`}},
		{"POST", boxes, "", `{"metadata":{"name":"b"},"spec":{"size":-1}}`, 422, []string{"spec.size: Invalid value: -1"}},
		{"PATCH", boxes + "/a/status", merge, `{"spec":{"size":9},"status":{"full":true}}`, 200, []string{`"size":3`, `"full":true`}},
		{"PATCH", boxes + "/a/contents", merge, `{"spec":{"size":9,"contents":{"x":"y"}}}`, 200, []string{`"size":3`, `"x":"y"`, `"generation":2`}},
		{"PATCH", boxes + "/a/scale", merge, `{"spec":{"replicas":5}}`, 200, []string{`"kind":"Scale"`, `"replicas":5`, `"selector":"box=a"`}},
		{"PATCH", boxes + "/a?fieldManager=me&force=true", apply, box, 200, []string{`"size":3`, `"generation":4`, `"manager":"me"`}},
		{"GET", boxes, "", "", 200, []string{`"kind":"BoxList"`, `"full":true`}},
	} {
		code, text := c.ask(t, row.method, row.path, row.body, "Content-Type", row.mediaType)
		want(t, row.method+" "+row.path, code, text, row.code, row.words...)
	}
	found, err := c.etcd.Get(t.Context(), "/registry/boxes/default/a")
	if err != nil || len(found.Kvs) != 1 || found.Kvs[0].Value[0] != '{' {
		t.Errorf("in etcd: %v, %v", found, err)
	}
	code, text := c.ask(t, "GET", "/openapi/v3/apis/store.example.com/v1", "")
	want(t, "OpenAPI", code, text, 200, "/boxes/{name}/contents")
}
