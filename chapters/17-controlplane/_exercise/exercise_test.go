package exercise

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestABoundPodHasItsNode(t *testing.T) {
	b := newBench(t)
	b.create(nil)
	b.bind("node-1")
	pod := b.pod()
	if pod.Spec.NodeName != "node-1" {
		t.Errorf("spec.nodeName is %q, want the target's name, node-1: the kubelet of that node waits for it", pod.Spec.NodeName)
	}
	c := pod.Status.Conditions
	if len(c) != 1 || c[0].Type != corev1.PodScheduled || c[0].Status != corev1.ConditionTrue {
		t.Errorf("status.conditions is %v, want PodScheduled with status True: whoever waits for the pod looks there", c)
	}
}

func TestAPodIsBoundOnce(t *testing.T) {
	b := newBench(t)
	b.create(nil)
	b.bind("node-1")
	b.wantRefused(b.yours.Bind(b.ctx, "nginx", to("node-2"), nil), `pod nginx is already assigned to node "node-1"`)
	if node := b.pod().Spec.NodeName; node != "node-1" {
		t.Errorf("the pod is on %s now: two kubelets run it", node)
	}
}

func TestASchedulerThatIsAHairTooLateIsRefused(t *testing.T) {
	b := newBench(t)
	b.create(nil)
	b.beforeWrite = first(1, func() { b.byAnother(func(p *corev1.Pod) { p.Spec.NodeName = "node-1" }) })
	b.wantRefused(b.yours.Bind(b.ctx, "nginx", to("node-2"), nil), `pod nginx is already assigned to node "node-1"`)
	if node := b.pod().Spec.NodeName; node != "node-1" {
		t.Errorf("the pod was bound to node-1 just before your write; now it is on %s", node)
	}
}

func TestOfEightSchedulersOneWins(t *testing.T) {
	b := newBench(t)
	b.create(nil)
	b.beforeWrite = b.gate(8)
	won := make([]bool, 8)
	var all sync.WaitGroup
	for i := range won {
		all.Go(func() { won[i] = b.yours.Bind(b.ctx, "nginx", to(fmt.Sprintf("node-%d", i)), nil) == nil })
	}
	all.Wait()
	winners := 0
	for i := range won {
		if won[i] {
			winners++
		}
		if on := b.pod().Spec.NodeName == fmt.Sprintf("node-%d", i); won[i] != on {
			t.Errorf("scheduler %d was told %v, and the pod on its node is %v", i, won[i], on)
		}
	}
	if winners != 1 {
		t.Errorf("%d schedulers were told that the pod is theirs, want 1", winners)
	}
}

func TestWhatOthersWriteMeanwhileIsKept(t *testing.T) {
	b := newBench(t)
	b.create(nil)
	b.beforeWrite = first(1, func() { b.byAnother(func(p *corev1.Pod) { p.Labels = map[string]string{"team": "x"} }) })
	if err := b.yours.Bind(b.ctx, "nginx", to("node-1"), nil); err != nil {
		t.Errorf("somebody added a label between your read and your write: %v, want another attempt and no error", err)
	}
	if pod := b.pod(); pod.Spec.NodeName != "node-1" || pod.Labels["team"] != "x" {
		t.Errorf("node %q and labels %v, want node-1 and team:x", pod.Spec.NodeName, pod.Labels)
	}
}

func TestABindingMeansThePodThatItsSchedulerSaw(t *testing.T) {
	b := newBench(t)
	b.create(nil)
	binding := to("node-1")
	binding.UID = "of-the-pod-before"
	err := b.yours.Bind(b.ctx, "nginx", binding, nil)
	if !apierrors.IsConflict(err) {
		t.Errorf("a binding for the pod that had this name before: %v, want a Conflict", err)
	}
	if node := b.pod().Spec.NodeName; node != "" {
		t.Errorf("the pod is on %s: its scheduler decided about another one, which asked for less", node)
	}
	binding.UID = b.pod().UID
	if err := b.yours.Bind(b.ctx, "nginx", binding, nil); err != nil {
		t.Errorf("a binding with the pod's own uid: %v", err)
	}
}

func TestWhoCannotBeBound(t *testing.T) {
	for _, row := range []struct {
		what    string
		is      func(*bench)
		message string
	}{
		{"a pod that is going", (*bench).leave, "pod nginx is being deleted, cannot be assigned to a host"},
		{"a pod that waits at gates", func(b *bench) {
			b.byAnother(func(p *corev1.Pod) { p.Spec.SchedulingGates = []corev1.PodSchedulingGate{{Name: "quota"}} })
		}, "pod nginx has non-empty .spec.schedulingGates"},
	} {
		b := newBench(t)
		b.create(func(p *corev1.Pod) { p.Finalizers = []string{"example.com/wait"} })
		row.is(b)
		b.wantRefused(b.yours.Bind(b.ctx, "nginx", to("node-1"), nil), row.message)
		if node := b.pod().Spec.NodeName; node != "" {
			t.Errorf("%s is on %s", row.what, node)
		}
	}
}

func TestAPodThatIsNotThereIsNotFound(t *testing.T) {
	b := newBench(t)
	if err := b.yours.Bind(b.ctx, "nginx", to("node-1"), nil); !apierrors.IsNotFound(err) {
		t.Errorf("got %v, want what the Store says of a pod that is not there, NotFound", err)
	}
}

func TestABindingOnTrialChangesNothing(t *testing.T) {
	b := newBench(t)
	b.create(nil)
	if err := b.yours.Bind(b.ctx, "nginx", to("node-1"), []string{metav1.DryRunAll}); err != nil {
		t.Errorf("a dry run: %v, want what the real one would say, nothing", err)
	}
	if node := b.pod().Spec.NodeName; node != "" {
		t.Errorf("the dry run bound the pod to %s", node)
	}
}

func TestTheServerBindsWithYourCode(t *testing.T) {
	s := newServer(t)
	const pods = "/api/v1/namespaces/default/pods"
	s.want("POST", pods, `{"metadata":{"name":"nginx"},"spec":{"containers":[{"name":"c","image":"nginx"}]}}`, http.StatusCreated)
	const binding = `{"metadata":{"name":"nginx"},"target":{"kind":"Node","name":"node-1"}}`
	s.want("POST", pods+"/nginx/binding", binding, http.StatusCreated)
	if list := s.want("GET", pods+"?fieldSelector=spec.nodeName=node-1", "", http.StatusOK); !strings.Contains(list, `"name":"nginx"`) {
		t.Errorf("the kubelet of node-1 asks for its pods, and does not get nginx: %s", list)
	}
	s.want("POST", pods+"/nginx/binding", binding, http.StatusConflict)
}

// to is a binding of the pod nginx.
func to(node string) *corev1.Binding {
	return &corev1.Binding{
		ObjectMeta: metav1.ObjectMeta{Name: "nginx"},
		Target:     corev1.ObjectReference{Kind: "Node", Name: node},
	}
}

func (b *bench) bind(node string) {
	b.Helper()
	if err := b.yours.Bind(b.ctx, "nginx", to(node), nil); err != nil {
		b.Errorf("a binding of a new pod: %v", err)
	}
}

// wantRefused fails unless err is the 409 of pods/binding with these words.
func (b *bench) wantRefused(err error, why string) {
	b.Helper()
	if !apierrors.IsConflict(err) {
		b.Errorf("got %v, want a refusal with the code 409: %s", err, why)
		return
	}
	if want := `Operation cannot be fulfilled on pods/binding "nginx": ` + why; err.Error() != want {
		b.Errorf("the scheduler reads\n%v\nwant, as from kube-apiserver,\n%s", err, want)
	}
}

// first calls do for the first n writes only.
func first(n int, do func()) func(context.Context) {
	return func(context.Context) {
		if n--; n >= 0 {
			do()
		}
	}
}
