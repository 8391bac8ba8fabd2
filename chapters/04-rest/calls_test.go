package rest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

// spy is a shelf that tells what it was called with.
type spy struct {
	*configMapStorage
	list    *metainternalversion.ListOptions
	create  *CreateOptions
	update  *Update
	remove  *DeleteOptions
	deleted func() (runtime.Object, bool)
	updated func(*Update) error
}

func (s *spy) List(ctx context.Context, options *metainternalversion.ListOptions) (runtime.Object, error) {
	s.list = options
	return s.configMapStorage.List(ctx, options)
}

func (s *spy) Create(ctx context.Context, obj runtime.Object, options *CreateOptions) (runtime.Object, error) {
	s.create = options
	return s.configMapStorage.Create(ctx, obj, options)
}

func (s *spy) Update(ctx context.Context, name string, update *Update) (runtime.Object, bool, error) {
	s.update = update
	if s.updated != nil {
		return &corev1.ConfigMap{}, true, s.updated(update)
	}
	return s.configMapStorage.Update(ctx, name, update)
}

func (s *spy) Delete(ctx context.Context, name string, options *DeleteOptions) (runtime.Object, bool, error) {
	s.remove = options
	if s.deleted != nil {
		obj, now := s.deleted()
		return obj, now, nil
	}
	return s.configMapStorage.Delete(ctx, name, options)
}

func (s *spy) DeleteCollection(ctx context.Context, options *DeleteOptions, which *metainternalversion.ListOptions) (runtime.Object, error) {
	s.remove, s.list = options, which
	return s.configMapStorage.DeleteCollection(ctx, options, which)
}

func serveSpy(t testing.TB) (*spy, http.Handler) {
	s := &spy{configMapStorage: newConfigMapStorage()}
	h := serve(t, &APIInstaller{}, map[string]Storage{"configmaps": s})
	if w := ask(h, "POST", configMapsPath, base); w.Code != http.StatusCreated {
		t.Fatal(w.Body)
	}
	return s, h
}

func TestListOptionsReachTheStorage(t *testing.T) {
	t.Parallel()
	s, h := serveSpy(t)
	ask(h, "GET", configMapsPath+"?limit=5&continue=c&labelSelector=a=b&fieldSelector=metadata.name!=x&timeoutSeconds=3", "")
	if got := s.list; got.Limit != 5 || got.Continue != "c" || got.LabelSelector.String() != "a=b" || got.FieldSelector.String() != "metadata.name!=x" || *got.TimeoutSeconds != 3 {
		t.Errorf("options %+v", got)
	}
	ask(h, "GET", "/api/v1/configmaps?resourceVersion=7&resourceVersionMatch=NotOlderThan", "")
	if got := s.list; got.ResourceVersion != "7" || got.ResourceVersionMatch != metav1.ResourceVersionMatchNotOlderThan {
		t.Errorf("options %+v", got)
	}
}

func TestDryRunAndManagerReachTheStorage(t *testing.T) {
	t.Parallel()
	s, h := serveSpy(t)
	ask(h, "POST", configMapsPath+"?dryRun=All&fieldManager=me", `{"metadata":{"name":"dry"}}`)
	if got := s.create; len(got.DryRun) != 1 || got.FieldManager != "me" {
		t.Errorf("create %+v", got)
	}
	if w := ask(h, "GET", configMapsPath+"/dry", ""); w.Code != http.StatusNotFound {
		t.Errorf("a dry run left an object: %d", w.Code)
	}
	ask(h, "PUT", configMapsPath+"/base?dryRun=All&fieldManager=me", base)
	if got := s.update.Options; len(got.DryRun) != 1 || got.FieldManager != "me" {
		t.Errorf("update %+v", got)
	}
}

func TestDeleteOptionsComeFromTheBodyOrElseFromTheQuery(t *testing.T) {
	t.Parallel()
	s, h := serveSpy(t)
	s.deleted = func() (runtime.Object, bool) { return nil, true }
	for _, row := range []struct{ query, body, header string }{
		{"?gracePeriodSeconds=7&propagationPolicy=Orphan&uid=u&resourceVersion=3&dryRun=All", "", ""},
		{"", `{"gracePeriodSeconds":7,"propagationPolicy":"Orphan","preconditions":{"uid":"u","resourceVersion":"3"},"dryRun":["All"]}`, ""},
		{"?gracePeriodSeconds=9", `{"kind":"DeleteOptions","apiVersion":"apps/v1","gracePeriodSeconds":7,"propagationPolicy":"Orphan","preconditions":{"uid":"u","resourceVersion":"3"},"dryRun":["All"]}`, ""},
		{"", "gracePeriodSeconds: 7\npropagationPolicy: Orphan\npreconditions: {uid: u, resourceVersion: '3'}\ndryRun: [All]\n", "Content-Type: application/yaml"},
	} {
		s.remove = nil
		w := ask(h, "DELETE", configMapsPath+"/base"+row.query, row.body, nonEmpty(row.header)...)
		got := s.remove
		if w.Code != http.StatusOK || *got.GracePeriodSeconds != 7 || *got.PropagationPolicy != metav1.DeletePropagationOrphan ||
			*got.Preconditions.UID != "u" || *got.Preconditions.ResourceVersion != "3" || len(got.DryRun) != 1 {
			t.Errorf("%+v: %d, options %+v", row, w.Code, got)
		}
	}
}

func TestTheAnswerToADelete(t *testing.T) {
	t.Parallel()
	dying := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "base"}}
	for name, row := range map[string]struct {
		returns runtime.Object
		now     bool
		body    string
		code    int
		want    string
	}{
		"nothing to show":              {nil, true, "", 200, `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"base","kind":"ConfigMap"},"code":200}`},
		"a Status":                     {&metav1.Status{Status: "Success", Details: &metav1.StatusDetails{Name: "base", Kind: "configmaps", UID: "u"}}, true, "", 200, `{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Success","details":{"name":"base","kind":"configmaps","uid":"u"}}`},
		"an object that will go":       {dying, false, "", 200, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"base"}}`},
		"one that waits for its own":   {dying, false, `{"orphanDependents":false}`, 202, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"base"}}`},
		"one that is gone, not orphan": {dying, true, `{"orphanDependents":false}`, 200, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"base"}}`},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, h := serveSpy(t)
			s.deleted = func() (runtime.Object, bool) { return row.returns, row.now }
			w := ask(h, "DELETE", configMapsPath+"/base", row.body)
			if got := strings.TrimSpace(w.Body.String()); w.Code != row.code || got != row.want {
				t.Errorf("%d %s, want %d %s", w.Code, got, row.code, row.want)
			}
		})
	}
}

func TestDeletingACollectionAnswersWithWhatItDeleted(t *testing.T) {
	t.Parallel()
	s, h := serveSpy(t)
	ask(h, "POST", configMapsPath, `{"metadata":{"name":"other","labels":{"g":"x"}}}`)
	list := into[corev1.ConfigMapList](t, ask(h, "DELETE", configMapsPath+"?labelSelector=g=x&gracePeriodSeconds=3", ""), http.StatusOK)
	if list.Kind != "ConfigMapList" || len(list.Items) != 1 || list.Items[0].Name != "other" || *s.remove.GracePeriodSeconds != 3 {
		t.Errorf("%+v with %+v", list, s.remove)
	}
	if w := ask(h, "GET", configMapsPath+"/base", ""); w.Code != http.StatusOK {
		t.Errorf("the other object is gone too: %d", w.Code)
	}
}

func TestAnUpdateIsMadeAfreshForEachAttempt(t *testing.T) {
	t.Parallel()
	s, h := serveSpy(t)
	s.updated = func(u *Update) error {
		for range 3 {
			obj, err := u.Mutate(t.Context(), &corev1.ConfigMap{})
			if err != nil {
				return err
			}
			cm := obj.(*corev1.ConfigMap)
			if cm.Namespace != "ns" || cm.Data["k"] != "v" || len(cm.Data) != 1 {
				return fmt.Errorf("an attempt got %v", cm)
			}
			cm.Data["k"], cm.Data["spoiled"] = "by the last attempt", "yes"
		}
		if u.Preconditions == nil || *u.Preconditions.UID != "u" {
			return errors.New("the uid is no precondition")
		}
		return nil
	}
	body := `{"metadata":{"name":"base","uid":"u"},"data":{"k":"v"},"unknown":1}`
	w := ask(h, "PUT", configMapsPath+"/base", body)
	if w.Code != http.StatusCreated || len(w.Header().Values("Warning")) != 1 {
		t.Errorf("%d %v %s", w.Code, w.Header(), w.Body)
	}
}

// logs is what pods/log is: options of its own, and an answer that is a stream.
type logs struct{ subpath string }

func (l logs) NewGetOptions() (runtime.Object, string) { return &corev1.PodLogOptions{}, l.subpath }

func (l logs) Get(ctx context.Context, name string, options runtime.Object) (runtime.Object, error) {
	return &lines{text: fmt.Sprintf("%s/%s %+v", NamespaceFrom(ctx), name, options)}, nil
}

type lines struct {
	metav1.TypeMeta
	text string
}

func (l *lines) DeepCopyObject() runtime.Object { return l }
func (l *lines) InputStream(context.Context, string, string) (io.ReadCloser, bool, string, error) {
	return io.NopCloser(strings.NewReader(l.text)), true, "text/plain", nil
}

func TestAGetWithOptionsReadsThemFromTheQuery(t *testing.T) {
	t.Parallel()
	pods := scoped{bare{&corev1.Pod{}}, true}
	h := serve(t, &APIInstaller{}, map[string]Storage{
		"pods": pods,
		"pods/log": struct {
			bare
			GetterWithOptions
		}{pods.bare, logs{}},
		"pods/path": struct {
			bare
			GetterWithOptions
		}{pods.bare, logs{subpath: "container"}},
	})
	for _, row := range []struct{ url, want string }{
		{"log", "{Container:,Follow:false,"},
		{"log?container=c&follow&tailLines=5&timestamps=false&limitBytes=9", "{Container:c,Follow:true,Previous:false,SinceSeconds:nil,SinceTime:<nil>,Timestamps:false,TailLines:*5,LimitBytes:*9"},
		{"path", "{Container:,"}, {"path/a/b/", "{Container:/a/b/,"}, {"path/a?container=x", "{Container:/a,"},
	} {
		w := ask(h, "GET", "/api/v1/namespaces/ns/pods/p/"+row.url, "")
		if got := w.Body.String(); w.Code != 200 || w.Header().Get("Content-Type") != "text/plain" || !strings.Contains(got, row.want) || !strings.HasPrefix(got, "ns/p ") {
			t.Errorf("%s: %d %s", row.url, w.Code, got)
		}
	}
	for url, want := range map[string]string{
		"log?tailLines=few":      `strconv.ParseInt: parsing "few": invalid syntax`,
		"log?sinceTime=tomorrow": `parsing time "tomorrow" as "2006-01-02T15:04:05Z07:00": cannot parse "tomorrow" as "2006"`,
	} {
		if got := statusOf(t, ask(h, "GET", "/api/v1/namespaces/ns/pods/p/"+url, "")); got.Code != 400 || got.Message != want {
			t.Errorf("%s: %d %q", url, got.Code, got.Message)
		}
	}
}

func TestACreateBelowANameKnowsTheName(t *testing.T) {
	t.Parallel()
	h := serve(t, &APIInstaller{}, map[string]Storage{
		"pods": scoped{bare{&corev1.Pod{}}, true}, "pods/eviction": eviction{bare{&policyv1.Eviction{}}},
	})
	w := ask(h, "POST", "/api/v1/namespaces/ns/pods/p/eviction", `{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}`)
	if got := statusOf(t, w); w.Code != http.StatusCreated || got.Code != http.StatusCreated || got.Message != "p of ns" {
		t.Errorf("%d %+v", w.Code, got)
	}
	w = ask(h, "POST", "/api/v1/namespaces/ns/pods/p/eviction", `{"apiVersion":"policy/v1beta1","kind":"Eviction","metadata":{"name":"p"}}`)
	if got := statusOf(t, w); got.Message != "the API version in the data (policy/v1beta1) does not match the expected API version (policy/v1)" {
		t.Errorf("%+v", got)
	}
}

func TestABodyOfTheLimitIsReadAndOneByteMoreIsNot(t *testing.T) {
	t.Parallel()
	for size, ok := range map[int]bool{0: true, 99: true, 100: true, 101: false, 5000: false} {
		for _, announced := range []bool{true, false} {
			r := httptest.NewRequest("POST", "/", bytes.NewReader(make([]byte, size)))
			if !announced {
				r.ContentLength = -1
			}
			body, err := ReadBody(r, 100)
			if ok != (err == nil) || ok && len(body.Bytes) != size {
				t.Errorf("%d bytes, announced %t: %v", size, announced, err)
			}
			if ok {
				body.Free()
			} else if got := ErrorToAPIStatus(err); got.Code != 413 || got.Message != "Request entity too large: limit is 100" {
				t.Errorf("%+v", got)
			}
		}
	}
	broken := httptest.NewRequest("POST", "/", io.MultiReader(strings.NewReader("abc"), failing{}))
	if _, err := ReadBody(broken, 0); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("a body that breaks off: %v", err)
	}
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

func TestAReusedBodyDoesNotReachIntoAnObjectReadFromIt(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	c := &Call{RequestScope: &RequestScope{Codecs: codecs, Kind: corev1.SchemeGroupVersion.WithKind("Secret")}, Context: t.Context()}
	want := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Name: "n", ManagedFields: []metav1.ManagedFieldsEntry{{FieldsV1: &metav1.FieldsV1{Raw: []byte(`{"f:a":{}}`)}}}},
		Data: map[string][]byte{"k": []byte("value")}, StringData: map[string]string{"s": "text"}}
	for i := range codecs.SupportedMediaTypes {
		var body bytes.Buffer
		if err := codecs.Encode(&body, want, c.Kind.GroupVersion(), kinds.MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[i]}); err != nil {
			t.Fatal(err)
		}
		obj, err := c.Decode(&codecs.SupportedMediaTypes[i], body.Bytes(), "")
		if err != nil {
			t.Fatal(err)
		}
		for j := range body.Bytes() {
			body.Bytes()[j] = '!'
		}
		got := obj.(*corev1.Secret)
		if got.Name != "n" || string(got.Data["k"]) != "value" || got.StringData["s"] != "text" || string(got.ManagedFields[0].FieldsV1.Raw) != `{"f:a":{}}` {
			t.Errorf("%s: the object changed with the buffer: %v", codecs.SupportedMediaTypes[i].MediaType, got)
		}
	}
}
