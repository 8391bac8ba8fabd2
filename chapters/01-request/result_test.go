package request_test

import (
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	request "kubepath/chapters/01-request"
)

const blue = `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"x"},"data":{"colour":"blue"}}`

func TestIntoFillsTheObject(t *testing.T) {
	t.Parallel()
	for says, codec := range map[string]request.Codec{"without a scheme": nil, "with one": request.JSON(coreScheme(t))} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			c := clientOver(t, always(201, blue), request.Config{Codec: codec})
			var got corev1.ConfigMap
			result := c.Post().Resource("configmaps").Do(t.Context())
			if err := result.Into(&got); err != nil {
				t.Fatal(err)
			}
			if got.Data["colour"] != "blue" || result.StatusCode() != 201 || result.ContentType() != "application/json" {
				t.Errorf("got %v, %d, %s", got.Data, result.StatusCode(), result.ContentType())
			}
		})
	}
}

func TestAStatusIsNotReadIntoAnObject(t *testing.T) {
	t.Parallel()
	for says, codec := range map[string]request.Codec{"without a scheme": nil, "with one": request.JSON(coreScheme(t))} {
		t.Run(says, func(t *testing.T) {
			t.Parallel()
			c := clientOver(t, always(200, success), request.Config{Codec: codec})
			got := configMap("x")
			if err := c.Delete().Resource("configmaps").Name("x").Do(t.Context()).Into(got); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(configMap("x"), got); diff != "" {
				t.Errorf("the object changed:\n%s", diff)
			}
			failure := clientOver(t, always(200, busy), request.Config{Codec: codec})
			if err := failure.Get().Do(t.Context()).Into(got); text(err) != "busy" {
				t.Errorf("the error is %v", err)
			}
		})
	}
}

func TestGetGivesTheKindThatTheBodyNames(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		says  string
		codec request.Codec
		body  string
		want  any
	}{
		{"a type of the scheme", request.JSON(coreScheme(t)), blue, &corev1.ConfigMap{}},
		{"Unstructured without a scheme", nil, blue, &unstructured.Unstructured{}},
		{"Unstructured for what the scheme does not know", request.JSON(coreScheme(t)), `{"kind":"Widget","apiVersion":"example.com/v1"}`, &unstructured.Unstructured{}},
		{"a Status in any case", nil, success, &metav1.Status{}},
		{"a Table in any case", nil, `{"kind":"Table","apiVersion":"meta.k8s.io/v1"}`, &metav1.Table{}},
	} {
		t.Run(row.says, func(t *testing.T) {
			t.Parallel()
			got, err := clientOver(t, always(200, row.body), request.Config{Codec: row.codec}).Get().Do(t.Context()).Get()
			if err != nil {
				t.Fatal(err)
			}
			if a, b := typeName(got), typeName(row.want); a != b {
				t.Errorf("got a %s, want a %s", a, b)
			}
		})
	}
}

func TestWhatCannotBeDecodedIsAnError(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		says, want string
		answer     roundTrip
	}{
		{"nothing", "0-length response with status code: 200 and content type: application/json", always(200, "")},
		{"an unknown media type", "serializer for text/html doesn't exist", always(200, "<p>", "Content-Type: text/html")},
		{"another kind", "the server answered with a *unstructured.Unstructured, not a *v1.ConfigMap", always(200, `{"kind":"Pod","apiVersion":"v2"}`)},
	} {
		t.Run(row.says, func(t *testing.T) {
			t.Parallel()
			c := clientOver(t, row.answer, request.Config{Codec: request.JSON(coreScheme(t))})
			if err := c.Get().Do(t.Context()).Into(&corev1.ConfigMap{}); text(err) != row.want {
				t.Errorf("got %v, want %s", err, row.want)
			}
		})
	}
}

func TestRawIsWhatCame(t *testing.T) {
	t.Parallel()
	c := clientOver(t, always(200, "ok\n", "Content-Type: text/plain"), request.Config{})
	raw, err := c.Get().AbsPath("/readyz").DoRaw(t.Context())
	if err != nil || string(raw) != "ok\n" {
		t.Errorf("got %q, %v", raw, err)
	}
	c = clientOver(t, always(429, busy), request.Config{})
	raw, err = c.Get().DoRaw(t.Context())
	if text(err) != "busy" || string(raw) != busy {
		t.Errorf("got %q, %v", raw, err)
	}
}

func TestStreamGivesTheBodyAsItIs(t *testing.T) {
	t.Parallel()
	c := clientOver(t, always(200, "line 1\nline 2\n", "Content-Type: text/plain"), request.Config{})
	body, err := c.Get().Resource("pods").Name("x").SubResource("log").Stream(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	if got, err := io.ReadAll(body); string(got) != "line 1\nline 2\n" || err != nil {
		t.Errorf("got %q, %v", got, err)
	}
}

func TestWarningsAreHandedOn(t *testing.T) {
	t.Parallel()
	var heard []string
	c := clientOver(t, always(200, success, `Warning: 299 - "v1 ComponentStatus is deprecated"`), request.Config{
		WarningHandler: func(text string) { heard = append(heard, text) },
	})
	result := c.Get().Do(t.Context())
	if len(heard) != 1 || len(result.Warnings()) != 1 || result.Warnings()[0].Text != heard[0] || heard[0] != "v1 ComponentStatus is deprecated" {
		t.Errorf("heard %q, kept %v", heard, result.Warnings())
	}
}
