package openapi

import (
	"encoding/json"
	"net/http"
	"reflect"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	discoveryv1 "k8s.io/api/discovery/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/intstr"
	"k8s.io/kube-openapi/pkg/validation/spec"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

func newTestDefinitions(v openAPIVersion) *definitions {
	return (&Builder{Scheme: kinds.NewScheme()}).newDefinitions(v)
}

func define[T any](v openAPIVersion) spec.Schema {
	d := newTestDefinitions(v)
	return d.byName[d.add(reflect.TypeFor[T]())].Schema
}

func property[T any](v openAPIVersion, name string) spec.Schema { return define[T](v).Properties[name] }

// Each row is an excerpt of what kube-apiserver v1.36 says, without the sentence.
func TestSchemasSayWhatKubeAPIServerSays(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what   string
		schema spec.Schema
		want   string
	}{
		{"a list whose items have keys", property[corev1.Container](v3, "ports"),
			`{"type":"array","items":{"default":{},"$ref":"#/components/schemas/io.k8s.api.core.v1.ContainerPort"},"x-kubernetes-list-map-keys":["containerPort","protocol"],"x-kubernetes-list-type":"map","x-kubernetes-patch-merge-key":"containerPort","x-kubernetes-patch-strategy":"merge"}`},
		{"an enum", property[corev1.Container](v3, "imagePullPolicy"),
			`{"type":"string","enum":["Always","IfNotPresent","Never"]}`},
		{"a string that must be there has a default", property[corev1.Container](v3, "name"), `{"type":"string","default":""}`},
		{"but not in version 2", property[corev1.Container](v2, "name"), `{"type":"string"}`},
		{"a number", property[appsv1.DeploymentSpec](v3, "replicas"), `{"type":"integer","format":"int32"}`},
		{"a struct", property[appsv1.DeploymentSpec](v3, "strategy"),
			`{"default":{},"$ref":"#/components/schemas/io.k8s.api.apps.v1.DeploymentStrategy","x-kubernetes-patch-strategy":"retainKeys"}`},
		{"bytes in a map", property[corev1.ConfigMap](v3, "binaryData"),
			`{"type":"object","additionalProperties":{"type":"string","format":"byte"}}`},
		{"strings in a map", property[corev1.ConfigMap](v3, "data"),
			`{"type":"object","additionalProperties":{"type":"string","default":""}}`},
		{"a type that reads itself has no default", property[metav1.ObjectMeta](v3, "creationTimestamp"),
			`{"$ref":"#/components/schemas/io.k8s.apimachinery.pkg.apis.meta.v1.Time"}`},
		{"a default that a comment names", property[corev1.ContainerPort](v3, "protocol"),
			`{"type":"string","default":"TCP","enum":["SCTP","TCP","UDP"]}`},
		{"an enum whose constants are conversions", property[networkingv1.HTTPIngressPath](v3, "pathType"),
			`{"type":"string","enum":["Exact","ImplementationSpecific","Prefix"]}`},
		{"of another package's constants", property[discoveryv1.EndpointSlice](v3, "addressType"),
			`{"type":"string","default":"","enum":["FQDN","IPv4","IPv6"]}`},
		{"enums in a list", property[corev1.PersistentVolumeClaimSpec](v3, "accessModes"),
			`{"type":"array","items":{"type":"string","default":"","enum":["ReadOnlyMany","ReadWriteMany","ReadWriteOnce","ReadWriteOncePod"]},"x-kubernetes-list-type":"atomic"}`},
		{"a time", define[metav1.Time](v3), `{"type":"string","format":"date-time"}`},
		{"a number or a string", define[intstr.IntOrString](v3), `{"format":"int-or-string","oneOf":[{"type":"integer"},{"type":"string"}]}`},
		{"which version 2 cannot say", define[intstr.IntOrString](v2), `{"type":"string","format":"int-or-string"}`},
		{"a quantity", define[resource.Quantity](v3), `{"oneOf":[{"type":"string"},{"type":"number"}]}`},
		{"a patch is anything", define[metav1.Patch](v3), `{"type":"object"}`},
	} {
		row.schema.Description = ""
		got, err := json.Marshal(row.schema)
		if err != nil {
			t.Fatal(err)
		}
		if !sameJSON(t, string(got), row.want) {
			t.Errorf("%s:\n got %s\nwant %s", row.what, got, row.want)
		}
	}
}

func sameJSON(t *testing.T, a, b string) bool {
	t.Helper()
	var x, y any
	if err := json.Unmarshal([]byte(a), &x); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(b), &y); err != nil {
		t.Fatal(err)
	}
	return reflect.DeepEqual(x, y)
}

func TestRequiredFieldsAreThoseOfTheServedVersion(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		what      string
		got, want []string
	}{
		{"no omitempty", define[corev1.PodSpec](v3).Required, []string{"containers"}},
		{"two", define[appsv1.DeploymentSpec](v3).Required, []string{"selector", "template"}},
		{"required since v1.37", define[appsv1.Deployment](v3).Required, nil},
		{"optional in spite of its tag", define[metav1.LabelSelector](v3).Required, nil},
	} {
		if !reflect.DeepEqual([]string(row.got), row.want) {
			t.Errorf("%s: %v, want %v", row.what, row.got, row.want)
		}
	}
}

func TestAFieldThatIsNewerThanTheServedVersionIsNotDescribed(t *testing.T) {
	t.Parallel()
	d := newTestDefinitions(v3)
	pod := d.byName[d.add(reflect.TypeFor[corev1.PodSpec]())].Schema
	if _, ok := pod.Properties["evictionResponders"]; ok {
		t.Error("spec.evictionResponders came with v1.37")
	}
	if _, ok := d.byName["io.k8s.api.core.v1.EvictionResponder"]; ok {
		t.Error("the type of a field that is not described is described")
	}
}

func TestAnEnumSaysWhatItsValuesMean(t *testing.T) {
	t.Parallel()
	got := property[corev1.Container](v3, "imagePullPolicy").Description
	want := "\n\nPossible enum values:\n - `\"Always\"` means that kubelet always attempts to pull the latest image. Container will fail If the pull fails.\n - `\"IfNotPresent\"`"
	if !strings.Contains(got, want) {
		t.Errorf("%s", got)
	}
}

func TestAKindOfEveryGroupNamesOnlyItsDocumentsOwn(t *testing.T) {
	t.Parallel()
	d := newTestDefinitions(v3)
	all := d.byName[d.add(reflect.TypeFor[metav1.DeleteOptions]())].Schema
	schemas := map[string]*spec.Schema{"DeleteOptions": &all}
	if n := len(all.Extensions["x-kubernetes-group-version-kind"].([]any)); n < 30 {
		t.Fatalf("%d kinds", n)
	}
	filterScopedGVKs(schemas, appsv1.SchemeGroupVersion)
	got, _ := json.Marshal(all.Extensions)
	want := `{"x-kubernetes-group-version-kind":[{"group":"","kind":"DeleteOptions","version":"v1"},{"group":"apps","kind":"DeleteOptions","version":"v1"}]}`
	if string(got) != want {
		t.Errorf("%s", got)
	}
}

// widget is a type without generated methods, as a resource of one's own has it.
type widget struct {
	metav1.TypeMeta   `json:",inline"`
	metav1.ObjectMeta `json:"metadata"`

	Spec widgetSpec `json:"spec"`
}

type widgetSpec struct {
	Size int32 `json:"size"`
}

func TestATypeWithoutAGeneratedNameIsInBothDocuments(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	container := installer.NewContainer(codecs, nil)
	group := installer.APIGroupVersion{
		Root: "/apis", GroupVersion: schema.GroupVersion{Group: "example.com", Version: "v1"}, Codecs: codecs,
		Resources: []installer.Resource{{
			Name: "widgets", Kind: schema.GroupVersionKind{Group: "example.com", Version: "v1", Kind: "Widget"},
			Verbs: []installer.VerbHandler{{
				Verb:    installer.Verb{Name: "create", Methods: []string{"POST"}},
				Handler: http.NotFoundHandler(), Reads: &widget{}, Writes: &widget{},
			}},
		}},
	}
	if _, err := group.InstallREST(container); err != nil {
		t.Fatal(err)
	}
	b := &Builder{Scheme: kinds.NewScheme(), WebServices: container.RegisteredWebServices()}
	three, err := b.v3(b.WebServices[0])
	if err != nil {
		t.Fatal(err)
	}
	two, err := b.v2()
	if err != nil {
		t.Fatal(err)
	}
	const name = "kubepath.chapters.11-openapi.widget"
	if three.Components == nil || three.Components.Schemas[name] == nil {
		t.Fatalf("version 3 has no definition of the type: %v", three.Components)
	}
	for want, field := range map[string]spec.Schema{
		"#/components/schemas/" + name + "Spec": three.Components.Schemas[name].Properties["spec"],
		"#/definitions/" + name + "Spec":        two.Definitions[name].Properties["spec"],
	} {
		ref := field.Ref.String()
		if len(field.AllOf) > 0 { // beside a default, version 3 wraps the reference
			ref = field.AllOf[0].Ref.String()
		}
		if ref != want {
			t.Errorf("the field spec refers to %q, want %q", ref, want)
		}
	}
	if three.Components.Schemas[name+"Spec"] == nil || two.Definitions[name+"Spec"].Properties == nil {
		t.Error("the type of the field is not defined")
	}
}
