package request_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/client-go/kubernetes/scheme"

	request "kubepath/chapters/01-request"
)

func typeName(v any) string { return fmt.Sprintf("%T", v) }

func TestAnObjectComesBackAsItWasWritten(t *testing.T) {
	t.Parallel()
	for says, codec := range map[string]request.Codec{
		"JSON": request.JSON(coreScheme(t)), "JSON without a scheme": request.JSON(nil), "protobuf": request.Protobuf(coreScheme(t)),
	} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			data, contentType, err := codec.Encode(configMap("x"), v1)
			if err != nil {
				t.Fatal(err)
			}
			got := &corev1.ConfigMap{}
			if out, err := codec.Decode(data, contentType, got); err != nil || out != runtime.Object(got) {
				t.Fatal(out, err)
			}
			got.TypeMeta = metav1.TypeMeta{}
			if diff := cmp.Diff(configMap("x"), got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestProtobufIsWrittenWhereItCanBe(t *testing.T) {
	t.Parallel()
	codec := request.Protobuf(coreScheme(t))
	if got := codec.Accept(); got != "application/vnd.kubernetes.protobuf,application/json" {
		t.Errorf("accepts %s", got)
	}
	data, contentType, err := codec.Encode(configMap("x"), v1)
	if err != nil || contentType != runtime.ContentTypeProtobuf || !bytes.HasPrefix(data, []byte("k8s\x00")) {
		t.Errorf("a ConfigMap is %q as %s, %v", data, contentType, err)
	}
	widget := &unstructured.Unstructured{Object: map[string]any{"kind": "Widget", "apiVersion": "example.com/v1"}}
	data, contentType, err = codec.Encode(widget, v1)
	if err != nil || contentType != runtime.ContentTypeJSON || !strings.Contains(string(data), "Widget") {
		t.Errorf("a Widget is %q as %s, %v", data, contentType, err)
	}
}

func TestAKindThatManyVersionsHaveIsWrittenInTheClients(t *testing.T) {
	t.Parallel()
	codec := request.JSON(scheme.Scheme)
	data, _, err := codec.Encode(&metav1.DeleteOptions{}, apps)
	if want := `{"kind":"DeleteOptions","apiVersion":"apps/v1"}`; err != nil || strings.TrimSpace(string(data)) != want {
		t.Errorf("got %s, %v", data, err)
	}
}

func TestEncodingLeavesTheObjectAsItWas(t *testing.T) {
	t.Parallel()
	obj := configMap("x")
	data, _, err := request.JSON(coreScheme(t)).Encode(obj, v1)
	if err != nil || !strings.Contains(string(data), `"kind":"ConfigMap","apiVersion":"v1"`) {
		t.Errorf("got %s, %v", data, err)
	}
	if obj.Kind != "" {
		t.Errorf("the object has become a %s", obj.Kind)
	}
}
