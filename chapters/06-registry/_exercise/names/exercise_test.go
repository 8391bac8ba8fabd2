package exercise

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	"kubepath/internal/tools/exercise/exercisetest"
)

func TestAnObjectIsCalledByItsPrefixAndFiveCharacters(t *testing.T) {
	b := newBench(t, "aaaaa")
	if cm := b.create(unnamed("web-")); cm.Name != "web-aaaaa" {
		t.Errorf("generateName web- and the characters aaaaa became %q, want web-aaaaa", cm.Name)
	}
}

func TestANameThatTheClientGaveIsKept(t *testing.T) {
	b := newBench(t, "aaaaa")
	sent := unnamed("web-")
	sent.Name = "mine"
	if cm := b.create(sent); cm.Name != "mine" {
		t.Errorf("an object called mine became %q: generateName is for objects without a name", cm.Name)
	}
	if _, err := b.namer.Create(b.ctx, sent.DeepCopy(), nil); !apierrors.IsAlreadyExists(err) {
		t.Errorf("mine once more: %v, want AlreadyExists at once: a name that the client chose is not replaced", err)
	}
}

func TestALongPrefixIsCutAndTheCharactersAreNot(t *testing.T) {
	b := newBench(t, "aaaaa")
	cm := b.create(unnamed(strings.Repeat("x", 80) + "-"))
	if len(cm.Name) != 63 || !strings.HasSuffix(cm.Name, "aaaaa") {
		t.Errorf("a prefix of 81 characters became a name of %d, %q; want 63, of which the last are aaaaa: they are what makes it unique",
			len(cm.Name), cm.Name)
	}
}

func TestATakenNameIsFollowedByAnother(t *testing.T) {
	b := newBench(t, "aaaaa", "aaaaa", "bbbbb")
	b.create(unnamed("web-"))
	out, err := b.namer.Create(b.ctx, unnamed("web-"), nil)
	if err != nil {
		t.Fatalf("web-aaaaa was taken: got %v, want another attempt with new characters", err)
	}
	if name := out.(*corev1.ConfigMap).Name; name != "web-bbbbb" {
		t.Errorf("created %q, want web-bbbbb", name)
	}
}

func TestAfterEightTakenNamesTheClientIsAsked(t *testing.T) {
	b := newBench(t, "aaaaa")
	b.create(unnamed("web-"))
	b.used = 0
	_, err := b.namer.Create(b.ctx, unnamed("web-"), nil)
	if !apierrors.IsAlreadyExists(err) {
		t.Errorf("every name was taken: got %v, want Create's AlreadyExists", err)
	}
	if b.used != mostAttempts {
		t.Errorf("%d names were tried, want %d: a server that tries for ever keeps its client waiting for ever", b.used, mostAttempts)
	}
}

func TestAnyOtherErrorIsFinal(t *testing.T) {
	b := newBench(t, "aaaaa", "bbbbb")
	_, err := b.namer.Create(b.ctx, unnamed("NOT A NAME-"), nil)
	if !apierrors.IsInvalid(err) {
		t.Errorf("a prefix that is no name: got %v, want Create's Invalid", err)
	}
	if b.used != 1 {
		t.Errorf("%d names were tried, want 1: another name does not make the object valid", b.used)
	}
}

func TestEachAttemptBeginsFromWhatTheClientSent(t *testing.T) {
	b := newBench(t, "aaaaa", "aaaaa", "bbbbb")
	b.create(unnamed("web-"))
	sent := unnamed("web-")
	out, err := b.namer.Create(b.ctx, sent, nil)
	if err != nil {
		t.Fatal(err)
	}
	if data := out.(*corev1.ConfigMap).Data["prepared"]; data != "once" {
		t.Errorf("the second attempt began where the first one failed: the strategy has prepared the same object %s", data)
	}
	if sent.Name != "" || sent.UID != "" {
		t.Errorf("the object that was passed in is now called %q and has uid %q: give each attempt a copy", sent.Name, sent.UID)
	}
}

func TestTheServerNamesByYourCode(t *testing.T) {
	t.Parallel()
	api, _ := exercisetest.Server(t, Plug())
	w := httptest.NewRecorder()
	body := strings.NewReader(`{"apiVersion":"v1","kind":"ConfigMap","metadata":{"generateName":"web-"}}`)
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/api/v1/namespaces/default/configmaps", body)
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	var cm corev1.ConfigMap
	if err := json.Unmarshal(w.Body.Bytes(), &cm); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("POST of an object with a generateName: %d %s, want 201", w.Code, w.Body)
	}
	if !regexp.MustCompile(`^web-[a-z0-9]{5}$`).MatchString(cm.Name) {
		t.Errorf("the server answers with the name %q", cm.Name)
	}
}

// bench is a Namer before chapter 6's Store, with characters that the test chooses.
type bench struct {
	t     *testing.T
	ctx   context.Context
	namer Namer
	used  int // how often characters were asked for
}

// newBench hands out the characters in their order, the last ones again and again.
func newBench(t *testing.T, characters ...string) *bench {
	t.Parallel()
	newFunc := func() runtime.Object { return &corev1.ConfigMap{} }
	b := &bench{t: t, ctx: rest.WithNamespace(t.Context(), "default")}
	b.namer = Namer{
		Creater: &registry.Store{
			Kind:     corev1.SchemeGroupVersion.WithKind("ConfigMap"),
			Resource: schema.GroupResource{Resource: "configmaps"},
			NewFunc:  newFunc,
			Storage:  memory.Open(memory.Config{NewFunc: newFunc}),
			Strategy: countingStrategy{},
		},
		Random: func(int) string {
			next := characters[min(b.used, len(characters)-1)]
			b.used++
			return next
		},
	}
	return b
}

// countingStrategy notes in the object how often it has prepared it.
type countingStrategy struct{ registry.Namespaced }

func (countingStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	cm := obj.(*corev1.ConfigMap)
	if cm.Data == nil {
		cm.Data = map[string]string{"prepared": "once"}
		return
	}
	cm.Data["prepared"] = "more than once"
}

func unnamed(prefix string) *corev1.ConfigMap {
	return &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{GenerateName: prefix}}
}

func (b *bench) create(cm *corev1.ConfigMap) *corev1.ConfigMap {
	b.t.Helper()
	out, err := b.namer.Create(b.ctx, cm, nil)
	if err != nil {
		b.t.Fatalf("create of a ConfigMap whose name is free: %v", err)
	}
	return out.DeepCopyObject().(*corev1.ConfigMap)
}
