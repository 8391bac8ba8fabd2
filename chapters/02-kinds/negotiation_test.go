package kinds

import (
	"errors"
	"net/url"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

const (
	onlyThese   = "only the following media types are accepted: application/json, application/yaml, application/vnd.kubernetes.protobuf"
	onlyStreams = "only the following media types are accepted: application/json;stream=watch, application/vnd.kubernetes.protobuf;stream=watch"
	formats     = "application/json, application/yaml, application/vnd.kubernetes.protobuf"
)

// tables offers version v1 of Table, as an endpoint of chapter 4 does.
func tables(_ *SerializerInfo, as schema.GroupVersionKind) bool {
	return as == schema.GroupVersionKind{Group: "meta.k8s.io", Version: "v1", Kind: "Table"}
}

func TestAcceptChooses(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	rows := map[string]struct{ header, want string }{
		"no header means JSON":              {"", "application/json"},
		"a name":                            {"application/yaml", "application/yaml"},
		"anything means JSON":               {"*/*", "application/json"},
		"any application type means JSON":   {"application/*", "application/json"},
		"a lone star":                       {"*", "application/json"},
		"the first of two":                  {"application/vnd.kubernetes.protobuf,application/json", "application/vnd.kubernetes.protobuf"},
		"the higher q":                      {"application/json;q=0.5, application/yaml;q=0.9", "application/yaml"},
		"the next, if the first is unknown": {"text/csv, application/yaml", "application/yaml"},
		"a browser":                         {"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", "application/json"},
		"nothing known":                     {"text/csv", onlyThese},
		"no type at all":                    {"json", onlyThese},
		"pretty":                            {"application/json;pretty=1", "application/json pretty"},
		"pretty needs a 1":                  {"application/json;pretty=true", "application/json"},
		"unknown parameters mean nothing":   {"application/json;charset=utf-8", "application/json"},
		"a table":                           {"application/json;as=Table;v=v1;g=meta.k8s.io", "application/json as Table"},
		"a table of an older version": {"application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
			"application/json"},
		"what kubectl get sends": {"application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
			"application/json as Table"},
		"another kind, no fallback":   {"application/json;as=Nonsense;v=v1;g=meta.k8s.io", onlyThese},
		"a group without a kind":      {"application/json;g=meta.k8s.io", onlyThese},
		"a stream form":               {"application/vnd.kubernetes.protobuf;stream=watch", "application/vnd.kubernetes.protobuf"},
		"a stream form of YAML":       {"application/yaml;stream=watch", onlyThese},
		"an unknown stream":           {"application/json;stream=other", onlyThese},
		"a version of the server":     {"application/json;sv=v1", onlyThese},
		"the stream, else the object": {"application/json;stream=other,application/json", "application/json"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			form, err := codecs.NegotiateOutputMediaType(row.header, tables)
			if got := describe(form, err); got != row.want {
				t.Errorf("Accept: %s\n got %s\nwant %s", row.header, got, row.want)
			}
		})
	}
}

func describe(form MediaTypeOptions, err error) string {
	if err != nil {
		return err.Error()
	}
	text := form.ContentType()
	if form.Pretty {
		text += " pretty"
	}
	if !form.Convert.Empty() {
		text += " as " + form.Convert.Kind
	}
	return text
}

func TestAStreamNeedsAFormatThatHasFrames(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	for header, want := range map[string]string{
		"":                                    "application/json",
		"application/json":                    "application/json",
		"application/vnd.kubernetes.protobuf": "application/vnd.kubernetes.protobuf;stream=watch",
		"application/vnd.kubernetes.protobuf;stream=watch": "application/vnd.kubernetes.protobuf;stream=watch",
		"application/yaml": onlyStreams,
		"text/csv":         onlyStreams,
	} {
		form, err := codecs.NegotiateOutputMediaTypeStream(header, nil)
		got := text(err)
		if err == nil {
			got = form.StreamContentType()
		}
		if got != want {
			t.Errorf("Accept: %s: got %s, want %s", header, got, want)
		}
	}
}

func TestContentTypeFindsTheFormatOfABody(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	unknown := "the body of the request was in an unknown format - accepted media types include: " + formats
	for header, want := range map[string]string{
		"":                                    "application/json",
		"application/json":                    "application/json",
		"application/json; charset=utf-8":     "application/json",
		"Application/YAML":                    "application/yaml",
		"application/vnd.kubernetes.protobuf": "application/vnd.kubernetes.protobuf",
		"application/xml":                     unknown,
		"json":                                unknown,
		"application/json;;;":                 unknown,
	} {
		m, err := codecs.NegotiateInputSerializer(header)
		got := text(err)
		if err == nil {
			got = m.MediaType
		}
		if got != want {
			t.Errorf("Content-Type: %s: got %s, want %s", header, got, want)
		}
	}
}

func TestARefusalIsAStatus(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	_, notAcceptable := codecs.NegotiateOutputMediaType("text/csv", nil)
	_, unsupported := codecs.NegotiateInputSerializer("text/csv")
	for _, row := range []struct {
		err, is error
		reason  string
		code    int32
	}{
		{notAcceptable, ErrNotAcceptable, "NotAcceptable", 406},
		{unsupported, ErrUnsupportedMediaType, "UnsupportedMediaType", 415},
	} {
		status := row.err.(apierrors.APIStatus).Status()
		if string(status.Reason) != row.reason || status.Code != row.code || status.Message != row.err.Error() || status.Details != nil {
			t.Errorf("got %+v", status)
		}
		if !errors.Is(row.err, row.is) {
			t.Errorf("%v is not %v", row.err, row.is)
		}
	}
}

func TestPrettyIsForPeople(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		query, agent string
		want         bool
	}{
		"the query asks":            {"pretty=true", "kubectl/v1.36", true},
		"the query refuses":         {"pretty=0", "curl/8", false},
		"the query says nonsense":   {"pretty=maybe", "curl/8", false},
		"the query says nothing":    {"pretty=", "curl/8", true},
		"curl":                      {"", "curl/8.5.0", true},
		"wget":                      {"limit=5", "Wget/1.21", true},
		"a browser":                 {"", "Mozilla/5.0 (X11; Linux x86_64)", true},
		"a program":                 {"", "kubectl/v1.36", false},
		"a program named like curl": {"", "libcurl", false},
	}
	for name, row := range rows {
		if got := IsPrettyPrint(&url.URL{RawQuery: row.query}, row.agent); got != row.want {
			t.Errorf("%s: got %v", name, got)
		}
	}
	if IsPrettyPrint(nil, "") {
		t.Error("pretty for nobody")
	}
}
