package rest

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	"kubepath/internal/demo"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
)

// returning is a storage whose get and list return what the test wants.
type returning struct {
	*configMapStorage
	obj runtime.Object
}

func (r returning) Get(context.Context, string, *metav1.GetOptions) (runtime.Object, error) {
	return r.obj, nil
}

func (r returning) List(context.Context, *metainternalversion.ListOptions) (runtime.Object, error) {
	return r.obj, nil
}

// carrier carries an object as the watch cache will: it must be unwrapped before its fields are read.
type carrier struct {
	runtime.Object
	metav1.TypeMeta
}

func (c *carrier) GetObjectKind() schema.ObjectKind { return &c.TypeMeta }
func (c *carrier) DeepCopyObject() runtime.Object   { return c }
func (c *carrier) GetObject() runtime.Object        { return c.Object }
func (c *carrier) CacheEncode(_ runtime.Identifier, encode func(runtime.Object, io.Writer) error, w io.Writer) error {
	return encode(c.Object, w)
}

func TestShapesAreMadeOfEveryKindOfListAndObject(t *testing.T) {
	t.Parallel()
	cm := corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "a"}}
	meta := metav1.ListMeta{ResourceVersion: "9", Continue: "c"}
	for name, obj := range map[string]runtime.Object{
		"a typed list":               &corev1.ConfigMapList{ListMeta: meta, Items: []corev1.ConfigMap{cm}},
		"a list of separate objects": &kinds.List{ListMeta: meta, Items: []runtime.Object{&cm}},
		"a list of carried objects":  &kinds.List{ListMeta: meta, Items: []runtime.Object{&carrier{Object: &cm}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := serve(t, &APIInstaller{}, map[string]Storage{"configmaps": returning{newConfigMapStorage(), obj}})
			table := into[metav1.Table](t, ask(h, "GET", configMapsPath+"?includeObject=Object", "", tableV1), http.StatusOK)
			if table.ResourceVersion != "9" || table.Continue != "c" || table.Rows[0].Cells[0] != "a" || !bytes.HasPrefix(table.Rows[0].Object.Raw, []byte(`{"kind":"ConfigMap","apiVersion":"v1"`)) {
				t.Errorf("table %+v", table)
			}
			all := into[metav1.PartialObjectMetadataList](t, ask(h, "GET", configMapsPath, "", partialsV1), http.StatusOK)
			if all.ResourceVersion != "9" || all.Continue != "c" || all.Items[0].Name != "a" {
				t.Errorf("metadata %+v", all)
			}
			list := into[corev1.ConfigMapList](t, ask(h, "GET", configMapsPath, ""), http.StatusOK)
			if list.Kind != "ConfigMapList" || list.APIVersion != "v1" || list.Items[0].Name != "a" {
				t.Errorf("itself %+v", list)
			}
		})
	}
	h := serve(t, &APIInstaller{}, map[string]Storage{"configmaps": returning{newConfigMapStorage(), &carrier{Object: &cm}}})
	if got := into[metav1.PartialObjectMetadata](t, ask(h, "GET", configMapsPath+"/a", "", partialV1), http.StatusOK); got.Name != "a" {
		t.Errorf("one carried object: %+v", got)
	}
	if cm.Kind != "" {
		t.Error("an object of the storage was written to")
	}
}

// relabel is a Converter that notes what it converted.
type relabel struct{}

func (relabel) Hub(served schema.GroupVersionKind) schema.GroupVersionKind { return served }
func (relabel) Normalize(runtime.Object) error                             { return nil }
func (relabel) FieldAnnotations(schema.GroupVersionKind) []string          { return nil }
func (relabel) Convert(obj runtime.Object, target schema.GroupVersionKind) (runtime.Object, error) {
	if obj.(metav1.Object).GetName() == "bad" {
		return nil, errors.New("no way there")
	}
	obj = obj.DeepCopyObject()
	obj.(metav1.Object).SetLabels(map[string]string{"converted-to": target.Version})
	return obj, nil
}

func TestTheObjectInATableIsInTheVersionServed(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	codecs.Converter = relabel{}
	c := &Call{RequestScope: &RequestScope{Codecs: codecs, Kind: corev1.SchemeGroupVersion.WithKind("ConfigMap")}}
	obj, err := c.asServed(&corev1.ConfigMap{})
	if err != nil || obj.(*corev1.ConfigMap).Labels["converted-to"] != "v1" || obj.GetObjectKind().GroupVersionKind() != c.Kind {
		t.Errorf("%v, %v", obj, err)
	}
	if _, err := c.asServed(&corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "bad"}}); err == nil {
		t.Error("an object that cannot be converted is shown")
	}
}

func TestANameInThePathBecomesTheFieldSelector(t *testing.T) {
	t.Parallel()
	c := &Call{Info: &installer.RequestInfo{Name: "a"}}
	for name, row := range map[string]struct {
		selector fields.Selector
		want     string
	}{
		"none":       {nil, "metadata.name=a"},
		"everything": {fields.Everything(), "metadata.name=a"},
		"the same":   {fields.OneTermEqualSelector("metadata.name", "a"), "metadata.name=a"},
		"another":    {fields.OneTermEqualSelector("metadata.name", "b"), ""},
		"by a field": {fields.OneTermEqualSelector("metadata.namespace", "b"), ""},
	} {
		options := &metainternalversion.ListOptions{FieldSelector: row.selector}
		err := c.addNameSelector(options)
		if row.want == "" {
			if err == nil || err.Error() != "fieldSelector metadata.name doesn't match requested name" {
				t.Errorf("%s: %v", name, err)
			}
		} else if err != nil || options.FieldSelector.String() != row.want {
			t.Errorf("%s: %v, %v", name, options.FieldSelector, err)
		}
	}
}

func TestTheNamespaceTravelsInTheContext(t *testing.T) {
	t.Parallel()
	if got := NamespaceFrom(WithNamespace(t.Context(), "ns")); got != "ns" {
		t.Errorf("got %q", got)
	}
	if got := NamespaceFrom(t.Context()); got != "" {
		t.Errorf("got %q of none", got)
	}
}

// binding is a subresource whose bodies name an object that exists.
type binding struct {
	bare
	seen *metav1.ObjectMeta
}

func (binding) PreserveRequestObjectMetaSystemFieldsOnSubresourceCreate() bool { return true }
func (b binding) Create(_ context.Context, _ string, obj runtime.Object, _ *CreateOptions) (runtime.Object, error) {
	*b.seen = obj.(*corev1.Binding).ObjectMeta
	return &metav1.Status{Status: metav1.StatusSuccess}, nil
}

func TestABindingKeepsTheUIDThatItIsMeantFor(t *testing.T) {
	t.Parallel()
	b := binding{bare{&corev1.Binding{}}, &metav1.ObjectMeta{}}
	h := serve(t, &APIInstaller{}, map[string]Storage{"pods": scoped{bare{&corev1.Pod{}}, true}, "pods/binding": b})
	w := ask(h, "POST", "/api/v1/namespaces/ns/pods/p/binding", `{"metadata":{"name":"p","uid":"u"},"target":{"name":"node"}}`)
	if w.Code != http.StatusCreated || b.seen.UID != "u" || b.seen.Namespace != "ns" {
		t.Errorf("%d %s: %+v", w.Code, w.Body, b.seen)
	}
}

func TestADemoThatServesEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	var out bytes.Buffer
	if err := Demo(ctx, &demo.Stage{Out: &out, Serve: true}); err != nil || !bytes.Contains(out.Bytes(), []byte("curl http://127.0.0.1:")) {
		t.Errorf("%v\n%s", err, out.String())
	}
}

// Upstream appends to a nil slice there, and clients have seen it so for years.
func TestAnEmptyListIsWrittenAsUpstreamWritesIt(t *testing.T) {
	t.Parallel()
	h := serveShelf(t, base)
	for accept, want := range map[string]string{
		"application/json": `"items":[]`,
		"application/yaml": "items: []\n",
		"application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io":      `"items":null`,
		"application/json;as=PartialObjectMetadataList;v=v1beta1;g=meta.k8s.io": `"items":null`,
		"application/yaml;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io":      "items: null\n",
	} {
		w := ask(h, "GET", configMapsPath+"?fieldSelector=metadata.name=none", "", "Accept: "+accept)
		if w.Code != 200 || !strings.Contains(w.Body.String(), want) {
			t.Errorf("%s: %d %s, want %s", accept, w.Code, w.Body, want)
		}
	}
}
