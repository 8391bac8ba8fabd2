package rest

import (
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

const (
	tableV1      = "Accept: application/json;as=Table;v=v1;g=meta.k8s.io"
	tableV1beta1 = "Accept: application/json;as=Table;v=v1beta1;g=meta.k8s.io"
	partialV1    = "Accept: application/json;as=PartialObjectMetadata;v=v1;g=meta.k8s.io"
	partialsV1   = "Accept: application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io"
)

// into decodes a successful answer.
func into[T any](t testing.TB, w *httptest.ResponseRecorder, code int) (out T) {
	t.Helper()
	if w.Code != code {
		t.Fatalf("answer %d, want %d: %s", w.Code, code, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return out
}

func TestUnknownFieldsAreWarnedOfUnlessTheClientSaysOtherwise(t *testing.T) {
	t.Parallel()
	const body = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"NAME","foo":"bar"},"unknown":1}`
	both := []string{`299 - "unknown field \"metadata.foo\""`, `299 - "unknown field \"unknown\""`}
	for name, row := range map[string]struct {
		query, body, header string
		want                []string
	}{
		"by default":   {"", body, "", both},
		"when asked":   {"?fieldValidation=Warn", body, "", both},
		"not ignored":  {"?fieldValidation=Ignore", body, "", nil},
		"repeated":     {"", `{"metadata":{"name":"e"},"data":{"k":"1"},"data":{"k":"2"}}`, "", []string{`299 - "duplicate field \"data\""`}},
		"yaml repeats": {"", "metadata: {name: f}\ndata: {k: a}\ndata: {k: b}\n", "Content-Type: application/yaml", []string{`299 - "line 3: key \"data\" already set in map"`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ask(serveShelf(t), "POST", configMapsPath+row.query, row.body, append([]string{}, nonEmpty(row.header)...)...)
			if w.Code != http.StatusCreated || !slices.Equal(w.Header().Values("Warning"), row.want) {
				t.Errorf("answer %d, warnings %q, want %q", w.Code, w.Header().Values("Warning"), row.want)
			}
		})
	}
}

func nonEmpty(s string) []string {
	if s == "" {
		return nil
	}
	return []string{s}
}

func TestWarningsAreSentOnceAndCutWhenThereAreTooMany(t *testing.T) {
	t.Parallel()
	header := http.Header{}
	ctx := WithWarningRecorder(t.Context(), header)
	AddWarning(ctx, "one")
	AddWarning(ctx, "one")
	AddWarning(ctx, "")
	if got := header.Values("Warning"); !slices.Equal(got, []string{`299 - "one"`}) {
		t.Fatalf("warnings %q", got)
	}
	for i := range 100 {
		AddWarning(ctx, fmt.Sprintf("%03d%s", i, strings.Repeat("é", 400)))
	}
	total := 0
	for _, line := range header.Values("Warning") {
		total += len([]rune(line)) - len(`299 - ""`)
	}
	if total < maxWarnings || total >= maxWarnings+maxWarning {
		t.Errorf("%d characters of warnings", total)
	}
	if got := header.Values("Warning")[1]; got != fmt.Sprintf(`299 - "000%s"`, strings.Repeat("é", 253)) {
		t.Errorf("a long warning became %q", got)
	}
	AddWarning(context.Background(), "nobody hears this")
}

func TestACreateIgnoresWhatOnlyTheServerDecides(t *testing.T) {
	t.Parallel()
	obj := into[corev1.ConfigMap](t, ask(serveShelf(t), "POST", configMapsPath, `{"metadata":{"name":"a","uid":"x","creationTimestamp":"2001-01-01T00:00:00Z",
		"deletionTimestamp":"2001-01-01T00:00:00Z","deletionGracePeriodSeconds":3,"selfLink":"/x"},"data":{"a":"b"}}`), http.StatusCreated)
	want := corev1.ConfigMap{
		TypeMeta:   metav1.TypeMeta{Kind: "ConfigMap", APIVersion: "v1"},
		ObjectMeta: metav1.ObjectMeta{Name: "a", Namespace: "ns", ResourceVersion: "1"},
		Data:       map[string]string{"a": "b"},
	}
	if fmt.Sprint(obj) != fmt.Sprint(want) {
		t.Errorf("created %v, want %v", obj, want)
	}
}

func TestEqualOwnersAreUnited(t *testing.T) {
	t.Parallel()
	w := ask(serveShelf(t), "POST", configMapsPath, `{"metadata":{"name":"a","ownerReferences":[
		{"apiVersion":"v1","kind":"Pod","name":"p","uid":"1"},{"apiVersion":"v1","kind":"Pod","name":"p","uid":"1"},{"apiVersion":"v1","kind":"Pod","name":"q","uid":"2"}]}}`)
	if got := into[corev1.ConfigMap](t, w, http.StatusCreated).OwnerReferences; len(got) != 2 {
		t.Errorf("owners %v", got)
	}
	if got := w.Header().Get("Warning"); !strings.HasSuffix(got, `duplicate UID(s) observed: 1"`) {
		t.Errorf("warning %q", got)
	}
}

func TestATableHasARowForEachObjectWithAsMuchOfItAsAsked(t *testing.T) {
	t.Parallel()
	h := serveShelf(t, base)
	for name, row := range map[string]struct{ url, header, version, object string }{
		"a list":                {configMapsPath, tableV1, "meta.k8s.io/v1", `"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1"`},
		"one object":            {configMapsPath + "/base", tableV1, "meta.k8s.io/v1", `"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1"`},
		"the older version":     {configMapsPath, tableV1beta1, "meta.k8s.io/v1beta1", `"kind":"PartialObjectMetadata","apiVersion":"meta.k8s.io/v1beta1"`},
		"with the object":       {configMapsPath + "?includeObject=Object", tableV1, "meta.k8s.io/v1", `"kind":"ConfigMap","apiVersion":"v1"`},
		"without an object":     {configMapsPath + "?includeObject=None", tableV1, "meta.k8s.io/v1", `null`},
		"what kubectl asks":     {configMapsPath, tableV1 + ",application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json", "meta.k8s.io/v1", `"kind":"Partial`},
		"protobuf has no cells": {configMapsPath, "Accept: application/vnd.kubernetes.protobuf;as=Table;v=v1;g=meta.k8s.io," + tableV1[8:], "meta.k8s.io/v1", `"kind":"Partial`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ask(h, "GET", row.url, "", row.header)
			table := into[metav1.Table](t, w, http.StatusOK)
			if table.Kind != "Table" || table.APIVersion != row.version || table.ResourceVersion != "1" || len(table.Rows) != 1 {
				t.Fatalf("answer %s", w.Body)
			}
			if got := table.ColumnDefinitions[0]; got.Name != "Name" || got.Format != "name" || got.Description == "" {
				t.Errorf("first column %v", got)
			}
			if got := fmt.Sprint(table.Rows[0].Cells); got != "[base 0001-01-01T00:00:00Z]" {
				t.Errorf("cells %s", got)
			}
			if got := string(table.Rows[0].Object.Raw); !strings.Contains(got, row.object) && !(got == "" && row.object == "null") {
				t.Errorf("object %s, want %s", got, row.object)
			}
			if w.Header().Get("Content-Type") != "application/json" {
				t.Errorf("content type %q", w.Header().Get("Content-Type"))
			}
		})
	}
}

func TestAKindWithoutMetadataHasNoTable(t *testing.T) {
	t.Parallel()
	_, err := NewDefaultTableConvertor(configMapResource).ConvertToTable(t.Context(), &metav1.Status{}, nil)
	if got := ErrorToAPIStatus(err); got.Code != 406 || got.Message != "the resource configmaps does not support being converted to a Table" {
		t.Errorf("got %v", got)
	}
}

func TestMetadataCanBeHadWithoutTheRest(t *testing.T) {
	t.Parallel()
	h := serveShelf(t, base)
	one := into[metav1.PartialObjectMetadata](t, ask(h, "GET", configMapsPath+"/base", "", partialV1), http.StatusOK)
	if one.Kind != "PartialObjectMetadata" || one.APIVersion != "meta.k8s.io/v1" || one.Name != "base" {
		t.Errorf("one: %+v", one)
	}
	w := ask(h, "GET", configMapsPath, "", partialsV1)
	all := into[metav1.PartialObjectMetadataList](t, w, http.StatusOK)
	if all.Kind != "PartialObjectMetadataList" || all.APIVersion != "meta.k8s.io/v1" || all.ResourceVersion != "1" {
		t.Errorf("all: %s", w.Body)
	}
	if item := all.Items[0]; item.Kind != "PartialObjectMetadata" || item.APIVersion != "meta.k8s.io/v1" || item.Name != "base" {
		t.Errorf("item: %s", w.Body)
	}
	made := ask(h, "POST", configMapsPath, `{"metadata":{"name":"d"},"data":{"a":"b"}}`, partialV1)
	if got := into[metav1.PartialObjectMetadata](t, made, http.StatusCreated); got.Name != "d" || strings.Contains(made.Body.String(), "data\":{\"a") {
		t.Errorf("create: %s", made.Body)
	}
}

func TestAnAnswerHasTheFormThatTheClientAccepts(t *testing.T) {
	t.Parallel()
	h := serveShelf(t, base)
	one := configMapsPath + "/base"
	for name, row := range map[string]struct {
		url, header, contentType, begins, ends string
	}{
		"json":                {one, "", "application/json", `{"kind":"ConfigMap","apiVersion":"v1","metadata"`, "}\n"},
		"pretty":              {one + "?pretty=true", "", "application/json", "{\n  \"kind\"", "}"},
		"pretty in Accept":    {one, "Accept: application/json;pretty=1", "application/json", "{\n  \"kind\"", "}"},
		"yaml":                {one, "Accept: application/yaml", "application/yaml", "apiVersion: v1\n", "\n"},
		"yaml of an error":    {configMapsPath + "/nosuch", "Accept: application/yaml", "application/yaml", "apiVersion: v1\n", "\n"},
		"protobuf":            {one, "Accept: application/vnd.kubernetes.protobuf,application/json", "application/vnd.kubernetes.protobuf", "k8s\x00", ""},
		"protobuf of a list":  {configMapsPath, "Accept: application/vnd.kubernetes.protobuf", "application/vnd.kubernetes.protobuf", "k8s\x00", ""},
		"a form nobody knows": {one, "Accept: application/json;as=Nonsense;v=v1;g=meta.k8s.io,application/json", "application/json", `{"kind":"ConfigMap"`, "}\n"},
		"no item":             {configMapsPath + "?labelSelector=a=b", "", "application/json", `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[]}`, "}\n"},
		"an item has no kind": {configMapsPath, "", "application/json", `{"kind":"ConfigMapList","apiVersion":"v1","metadata":{"resourceVersion":"1"},"items":[{"metadata":{"name":"base"`, "]}\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ask(h, "GET", row.url, "", nonEmpty(row.header)...)
			body := w.Body.String()
			if w.Header().Get("Content-Type") != row.contentType || !strings.HasPrefix(body, row.begins) || !strings.HasSuffix(body, row.ends) {
				t.Errorf("%s: %q", w.Header(), body)
			}
		})
	}
}

func TestALargeAnswerIsCompressedForAClientThatTakesIt(t *testing.T) {
	t.Parallel()
	const takes = "Accept-Encoding: deflate, gzip"
	large := strings.Repeat("x", defaultGzipThresholdBytes/2)
	h := serveShelf(t, base,
		`{"metadata":{"name":"one"},"data":{"k":"`+large+`"}}`, `{"metadata":{"name":"two"},"data":{"k":"`+large+`"}}`,
		`{"metadata":{"name":"whole"},"data":{"k":"`+large+large+`"}}`)
	for name, row := range map[string]struct {
		url, header string
		gzip        bool
	}{
		"a small object":            {configMapsPath + "/base", takes, false},
		"a large object":            {configMapsPath + "/whole", takes, true},
		"a large object, not taken": {configMapsPath + "/whole", "", false},
		"a small list":              {configMapsPath + "?fieldSelector=metadata.name=base", takes, false},
		"a large list":              {configMapsPath + "?fieldSelector=metadata.name!=whole", takes, true},
		"a list of a large object":  {configMapsPath, takes, true},
		"a large list, not taken":   {configMapsPath, "", false},
		"no space is needed":        {configMapsPath, "Accept-Encoding: gzip,deflate", true},
		"refused":                   {configMapsPath, "Accept-Encoding: gzip;q=0", false},
		"something else":            {configMapsPath, "Accept-Encoding: identity;q=1, gzip;q=0", false},
		"weighed":                   {configMapsPath, "Accept-Encoding: br;q=1.0, gzip;q=0.8, *;q=0.1", false},
		"anything":                  {configMapsPath, "Accept-Encoding: *", false},
		"an old name":               {configMapsPath, "Accept-Encoding: x-gzip", false},
		"other letters":             {configMapsPath, "Accept-Encoding: GZIP", false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := ask(h, "GET", row.url, "", nonEmpty(row.header)...)
			body := io.Reader(w.Body)
			if w.Header().Get("Content-Encoding") == "gzip" {
				var err error
				if body, err = gzip.NewReader(body); err != nil || w.Header().Get("Vary") != "Accept-Encoding" {
					t.Fatal(w.Header(), err)
				}
			} else if row.gzip {
				t.Fatalf("not compressed: %v", w.Header())
			}
			if !row.gzip && w.Header().Get("Content-Encoding") != "" {
				t.Fatalf("compressed: %v", w.Header())
			}
			text, err := io.ReadAll(body)
			if err != nil || !json.Valid(text) {
				t.Errorf("%v: %d bytes", err, len(text))
			}
		})
	}
}

func TestAnErrorBecomesAStatus(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	plain := errors.New(`resourceVersion: Invalid value: "abc"`)
	for name, row := range map[string]struct {
		err     error
		code    int
		reason  metav1.StatusReason
		message string
		retry   string
	}{
		"its own":           {apierrors.NewNotFound(configMapResource, "a"), 404, metav1.StatusReasonNotFound, `configmaps "a" not found`, ""},
		"its own, wrapped":  {fmt.Errorf("deep down: %w", apierrors.NewConflict(configMapResource, "a", plain)), 409, metav1.StatusReasonConflict, `Operation cannot be fulfilled on configmaps "a": ` + plain.Error(), ""},
		"an ordinary error": {plain, 500, "", plain.Error(), ""},
		"too late":          {fmt.Errorf("get: %w", context.DeadlineExceeded), 504, metav1.StatusReasonTimeout, "Timeout: request did not complete within requested timeout - get: context deadline exceeded", ""},
		"try again":         {apierrors.NewTooManyRequests("slow down", 7), 429, metav1.StatusReasonTooManyRequests, "slow down", "7"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := httptest.NewRecorder()
			ErrorNegotiated(w, httptest.NewRequest("GET", "/", nil), codecs, row.err)
			status := statusOf(t, w)
			if w.Code != row.code || status.Reason != row.reason || status.Message != row.message || w.Header().Get("Retry-After") != row.retry {
				t.Errorf("%d %v: %s", w.Code, w.Header(), w.Body)
			}
		})
	}
}

// unspeakable is an object that no codec can write.
type unspeakable struct{ metav1.TypeMeta }

func (u *unspeakable) DeepCopyObject() runtime.Object { return u }

func TestAnObjectThatCannotBeWrittenIsAnError(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	r := httptest.NewRequest("GET", "/", nil)
	w := httptest.NewRecorder()
	WriteObjectNegotiated(w, r, codecs, Response{Object: &unspeakable{}, Version: schema.GroupVersion{Version: "v1"}})
	if w.Code != 500 || statusOf(t, w).Message == "" {
		t.Errorf("%d %s", w.Code, w.Body)
	}

	list := newConfigMapList()
	list.Items = []runtime.Object{&corev1.ConfigMap{Data: map[string]string{"a": strings.Repeat("x", 2*defaultGzipThresholdBytes)}}, &unspeakable{}}
	defer func() {
		if recover() != http.ErrAbortHandler {
			t.Error("half a list ended as if it were whole")
		}
	}()
	WriteObjectNegotiated(httptest.NewRecorder(), r, codecs, Response{Object: list, Version: schema.GroupVersion{Version: "v1"}})
}
