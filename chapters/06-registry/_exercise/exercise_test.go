package exercise

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
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

func TestACreateBeginsAtGeneration1WithoutStatus(t *testing.T) {
	b := newBench(t)
	d := b.create(web(func(d *appsv1.Deployment) {
		d.Generation = 7
		d.Status.ReadyReplicas = 3
	}))
	if d.Generation != 1 {
		t.Errorf("generation %d, want 1, whatever the client sent: controllers compare it with what they have observed", d.Generation)
	}
	if d.Status.ReadyReplicas != 0 {
		t.Errorf("status.readyReplicas %d, want 0: a new Deployment has no Pods yet, and only its controller knows when it has", d.Status.ReadyReplicas)
	}
}

func TestAPutDoesNotWriteTheStatus(t *testing.T) {
	b := newBench(t)
	b.create(web())
	b.given(func(d *appsv1.Deployment) { d.Status.ReadyReplicas = 2 })
	d := b.put(func(d *appsv1.Deployment) {
		d.Spec.Replicas = replicas(5)
		d.Status = appsv1.DeploymentStatus{}
	})
	if d.Status.ReadyReplicas != 2 {
		t.Errorf("status.readyReplicas %d after a PUT without status, want 2 as stored: kubectl replace -f sends no status, and must not erase it",
			d.Status.ReadyReplicas)
	}
	if *d.Spec.Replicas != 5 {
		t.Errorf("spec.replicas %d, want the client's 5", *d.Spec.Replicas)
	}
}

func TestAChangeOfTheSpecRaisesTheGeneration(t *testing.T) {
	b := newBench(t)
	b.create(web())
	if d := b.put(func(d *appsv1.Deployment) { d.Spec.Replicas = replicas(5) }); d.Generation != 2 {
		t.Errorf("generation %d after the first change of the spec, want 2", d.Generation)
	}
	if d := b.put(func(d *appsv1.Deployment) { d.Annotations = map[string]string{"a": "b"} }); d.Generation != 3 {
		t.Errorf("generation %d after a change of the annotations, want 3: the controller copies them to its ReplicaSets", d.Generation)
	}
}

func TestWhatIsNotTheSpecLeavesTheGeneration(t *testing.T) {
	b := newBench(t)
	b.create(web())
	if d := b.put(func(d *appsv1.Deployment) { d.Labels = map[string]string{"team": "x"} }); d.Generation != 1 {
		t.Errorf("generation %d after a change of a label, want 1: the controller has nothing to do", d.Generation)
	}
	if d := b.put(func(d *appsv1.Deployment) { d.Generation = 9; d.Labels = nil }); d.Generation != 1 {
		t.Errorf("generation %d after a client sent 9, want 1", d.Generation)
	}
}

func TestAPutThatChangesNothingIsNotWritten(t *testing.T) {
	b := newBench(t)
	before := b.create(web())
	after := b.put(func(*appsv1.Deployment) {})
	if after.ResourceVersion != before.ResourceVersion {
		t.Errorf("resourceVersion %s became %s although nothing changed: whoever applies the same manifest every minute would wake every watcher",
			before.ResourceVersion, after.ResourceVersion)
	}
}

func TestTheSelectorStays(t *testing.T) {
	b := newBench(t)
	b.create(web())
	_, err := b.try(b.store, func(d *appsv1.Deployment) {
		d.Spec.Selector.MatchLabels["app"] = "b"
		d.Spec.Template.Labels["app"] = "b"
	})
	b.wantInvalid(err, `Deployment.apps "web" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable`)
	if got := b.stored().Spec.Selector.MatchLabels["app"]; got != "a" {
		t.Errorf("the stored selector picks app=%s", got)
	}
}

func TestASelectorThatDoesNotPickTheTemplateIsRefused(t *testing.T) {
	const message = "Deployment.apps \"web\" is invalid: spec.template.metadata.labels: Invalid value: {\"app\":\"b\"}: " +
		"`selector` does not match template `labels`"
	b := newBench(t)
	other := func(d *appsv1.Deployment) { d.Spec.Template.Labels["app"] = "b" }
	_, err := b.store.Create(b.ctx, web(other), nil)
	b.wantInvalid(err, message)
	b.create(web())
	_, err = b.try(b.store, other)
	b.wantInvalid(err, message)
}

func TestAPutOfTheStatusWritesTheStatusAlone(t *testing.T) {
	b := newBench(t)
	b.create(web(func(d *appsv1.Deployment) { d.Labels = map[string]string{"team": "x"} }))
	status := *b.store
	status.Strategy = statusStrategy{}
	d, err := b.try(&status, func(d *appsv1.Deployment) {
		d.Spec.Replicas = replicas(9)
		d.Labels = nil
		d.Status.ObservedGeneration = 1
	})
	if err != nil {
		t.Fatal(err)
	}
	if *d.Spec.Replicas != 1 || d.Labels["team"] != "x" {
		t.Errorf("replicas %d and labels %v after a PUT of the status, want 1 and team:x as stored: a controller writes back an object that it read a while ago",
			*d.Spec.Replicas, d.Labels)
	}
	if d.Status.ObservedGeneration != 1 {
		t.Errorf("status.observedGeneration %d, want 1: the status is what this path is for", d.Status.ObservedGeneration)
	}
	if d.Generation != 1 {
		t.Errorf("generation %d after a PUT of the status, want 1: a controller that raised it would chase itself for ever", d.Generation)
	}
}

func TestTheServerAnswersWithYourStrategy(t *testing.T) {
	t.Parallel()
	api, _ := exercisetest.Server(t, Plug())
	sent := web(func(d *appsv1.Deployment) { d.Status.ReadyReplicas = 3 })
	sent.APIVersion, sent.Kind = "apps/v1", "Deployment"
	body, err := json.Marshal(sent)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/apis/apps/v1/namespaces/default/deployments", strings.NewReader(string(body)))
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	var got appsv1.Deployment
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil || w.Code != http.StatusCreated {
		t.Fatalf("POST of a Deployment: %d %s, want 201", w.Code, w.Body)
	}
	if got.Generation != 1 || got.Status.ReadyReplicas != 0 {
		t.Errorf("the server answers generation %d and readyReplicas %d, want 1 and 0", got.Generation, got.Status.ReadyReplicas)
	}
}

// bench is a Store of Deployments with the learner's strategy, over chapter 5's storage in memory.
type bench struct {
	t     *testing.T
	ctx   context.Context
	store *registry.Store
}

func newBench(t *testing.T) *bench {
	t.Parallel()
	newFunc := func() runtime.Object { return &appsv1.Deployment{} }
	return &bench{
		t:   t,
		ctx: rest.WithNamespace(t.Context(), "default"),
		store: &registry.Store{
			Kind:     appsv1.SchemeGroupVersion.WithKind("Deployment"),
			Resource: schema.GroupResource{Group: "apps", Resource: "deployments"},
			NewFunc:  newFunc,
			Storage:  memory.Open(memory.Config{NewFunc: newFunc}),
			Strategy: deploymentStrategy{},
		},
	}
}

func replicas(n int32) *int32 { return &n }

// web is a valid Deployment, changed.
func web(changes ...func(*appsv1.Deployment)) *appsv1.Deployment {
	d := &appsv1.Deployment{
		ObjectMeta: metav1.ObjectMeta{Name: "web"},
		Spec: appsv1.DeploymentSpec{
			Replicas: replicas(1),
			Selector: &metav1.LabelSelector{MatchLabels: map[string]string{"app": "a"}},
			Template: corev1.PodTemplateSpec{
				ObjectMeta: metav1.ObjectMeta{Labels: map[string]string{"app": "a"}},
				Spec:       corev1.PodSpec{Containers: []corev1.Container{{Name: "main", Image: "nginx"}}},
			},
		},
	}
	for _, change := range changes {
		change(d)
	}
	return d
}

func (b *bench) create(d *appsv1.Deployment) *appsv1.Deployment {
	b.t.Helper()
	out, err := b.store.Create(b.ctx, d, nil)
	if err != nil {
		b.t.Fatalf("create of a valid Deployment: %v", err)
	}
	return out.DeepCopyObject().(*appsv1.Deployment)
}

// try replaces what is stored by a changed copy of it, as a client does that reads, edits and PUTs.
func (b *bench) try(s *registry.Store, change func(*appsv1.Deployment)) (*appsv1.Deployment, error) {
	b.t.Helper()
	out, _, err := s.Update(b.ctx, "web", &rest.Update{
		Mutate: func(_ context.Context, old runtime.Object) (runtime.Object, error) {
			next := old.DeepCopyObject().(*appsv1.Deployment)
			change(next)
			return next, nil
		},
	})
	if err != nil {
		return nil, err
	}
	return out.DeepCopyObject().(*appsv1.Deployment), nil
}

func (b *bench) put(change func(*appsv1.Deployment)) *appsv1.Deployment {
	b.t.Helper()
	d, err := b.try(b.store, change)
	if err != nil {
		b.t.Fatalf("a valid PUT: %v", err)
	}
	return d
}

// given changes what is stored past the learner's strategy.
func (b *bench) given(change func(*appsv1.Deployment)) {
	b.t.Helper()
	free := *b.store
	free.Strategy = registry.Namespaced{}
	if _, err := b.try(&free, change); err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) stored() *appsv1.Deployment {
	b.t.Helper()
	out, err := b.store.Get(b.ctx, "web", nil)
	if err != nil {
		b.t.Fatal(err)
	}
	return out.(*appsv1.Deployment)
}

// wantInvalid fails unless err is the 422 with this message.
func (b *bench) wantInvalid(err error, message string) {
	b.t.Helper()
	var status *apierrors.StatusError
	if !errors.As(err, &status) || status.ErrStatus.Code != http.StatusUnprocessableEntity {
		b.t.Fatalf("got %v, want a refusal (422):\n%s", err, message)
	}
	if status.ErrStatus.Message != message {
		b.t.Errorf("the client reads\n%s\nwant, as from kube-apiserver,\n%s", status.ErrStatus.Message, message)
	}
}
