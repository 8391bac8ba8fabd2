package pod

import (
	"bytes"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"sigs.k8s.io/yaml"
)

// FuzzCreatePod: whatever a client sends, the answer is a pod or says what is wrong with the request; and a pod that was
// stored can be read back, in both forms, and be replaced by itself.
func FuzzCreatePod(f *testing.F) {
	for _, r := range readRows(f, "testdata/errors.txt") {
		body, err := yaml.YAMLToJSON([]byte(r.input))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		a := newAPI(t)
		w := a.send("POST", pods, body, "json")
		switch {
		case w.Code >= 500:
			t.Fatalf("create: %d %s", w.Code, w.Body)
		case w.Code != 201:
			return
		}
		created := &corev1.Pod{}
		if err := json.Unmarshal(w.Body.Bytes(), created); err != nil {
			t.Fatal(err)
		}
		path := pods + "/" + created.Name
		for _, form := range []string{"json", "vnd.kubernetes.protobuf"} {
			if w := a.send("GET", path, nil, form); w.Code != 200 {
				t.Fatalf("get as %s: %d %s", form, w.Code, w.Body)
			}
		}
		read := &corev1.Pod{}
		if err := json.Unmarshal(a.send("GET", path, nil, "json").Body.Bytes(), read); err != nil {
			t.Fatal(err)
		}
		if !equality.Semantic.DeepEqual(created, read) {
			t.Fatalf("created\n%v\nread\n%v", created, read)
		}
		if w := a.send("PUT", path, a.send("GET", path, nil, "json").Body.Bytes(), "json"); w.Code != 200 {
			t.Fatalf("put what was read: %d %s", w.Code, w.Body)
		}
	})
}

// send is do without a look at the answer; form is the media type of both ways.
func (a *api) send(method, path string, body []byte, form string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(method, strings.ReplaceAll(path, "%", "%25"), bytes.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Accept", "application/"+form)
	w := httptest.NewRecorder()
	a.handler.ServeHTTP(w, r)
	return w
}
