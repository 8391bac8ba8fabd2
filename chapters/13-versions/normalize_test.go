package versions

import (
	"maps"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kinds "kubepath/chapters/02-kinds"
)

func TestAnnotationsThatAreFieldsAreNumbers(t *testing.T) {
	t.Parallel()
	const (
		generation = "deprecated.daemonset.template.generation"
		rollback   = "deprecated.deployment.rollback.to"
		noNumber   = `strconv.ParseInt: parsing "x": invalid syntax`
	)
	for name, test := range map[string]struct {
		kind       string
		text, want map[string]string
		err        string
	}{
		"a generation that nobody has set":   {kind: "DaemonSet", want: map[string]string{generation: "0"}},
		"a generation beside another":        {kind: "DaemonSet", text: map[string]string{"a": "b", generation: "+07"}, want: map[string]string{"a": "b", generation: "7"}},
		"a generation that is no number":     {kind: "DaemonSet", text: map[string]string{generation: "x"}, err: noNumber},
		"no rollback":                        {kind: "Deployment"},
		"a rollback":                         {kind: "Deployment", text: map[string]string{rollback: "03"}, want: map[string]string{rollback: "3"}},
		"a rollback to nothing":              {kind: "Deployment", text: map[string]string{"a": "b", rollback: ""}, want: map[string]string{"a": "b"}},
		"a rollback to what is no number":    {kind: "Deployment", text: map[string]string{rollback: "x"}, err: "failed to parse annotation[" + rollback + "]=x as int64: " + noNumber},
		"a generation that means no field":   {kind: "Deployment", text: map[string]string{generation: "x"}, want: map[string]string{generation: "x"}},
		"a rollback of what has no rollback": {kind: "DaemonSet", text: map[string]string{rollback: "x"}, want: map[string]string{rollback: "x", generation: "0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			codecs := NewCodecs()
			obj, err := codecs.Scheme.New(appsv1.SchemeGroupVersion.WithKind(test.kind))
			if err != nil {
				t.Fatal(err)
			}
			m := obj.(metav1.Object)
			m.SetAnnotations(test.text)
			switch err := codecs.Converter.Normalize(obj); {
			case test.err != "":
				if err == nil || err.Error() != test.err {
					t.Errorf("%v, want %s", err, test.err)
				}
			case err != nil || !maps.Equal(m.GetAnnotations(), test.want):
				t.Errorf("%v, %v, want %v", m.GetAnnotations(), err, test.want)
			}
		})
	}
}

func TestASecretIsReadWithItsPlainTextAsData(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs()
	body := `{"kind":"Secret","apiVersion":"v1","metadata":{"name":"s"},"data":{"a":"YQ==","b":"Yg=="},"stringData":{"b":"B","c":""}}`
	obj, _, err := codecs.Decode(&codecs.SupportedMediaTypes[0], []byte(body), kinds.DecodeOptions{})
	if err != nil {
		t.Fatal(err)
	}
	s := obj.(*corev1.Secret)
	want := map[string]string{"a": "a", "b": "B", "c": ""}
	if s.StringData != nil || len(s.Data) != len(want) {
		t.Errorf("%q, %v", s.Data, s.StringData)
	}
	for key, value := range want {
		if got, ok := s.Data[key]; !ok || string(got) != value {
			t.Errorf("%s is %q, want %q", key, got, value)
		}
	}
}

func TestWhatIsNormalizedIsOnlyRead(t *testing.T) {
	t.Parallel()
	table := NewCodecs().Converter
	d := &appsv1.DaemonSet{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{"deprecated.daemonset.template.generation": "2"}}}
	shared := d.Annotations
	done := make(chan error)
	go func() { done <- table.Normalize(d) }() // for the race detector
	if err := table.Normalize(d); err != nil {
		t.Error(err)
	}
	if err := <-done; err != nil {
		t.Error(err)
	}
	d.Annotations["seen"] = "yes"
	if shared["seen"] != "yes" {
		t.Error("the annotations are other ones now")
	}
}
