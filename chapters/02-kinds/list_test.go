package kinds

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
)

func TestACopiedListSharesNothing(t *testing.T) {
	t.Parallel()
	list := podList(2)
	copied := list.DeepCopyObject().(*List)
	copied.Items[0].(*corev1.Pod).Labels["app"] = "changed"
	*copied.RemainingItemCount = 99
	if got := list.Items[0].(*corev1.Pod).Labels["app"]; got != "web" {
		t.Errorf("the original's label became %q", got)
	}
	if *list.RemainingItemCount != 3 {
		t.Errorf("the original's remainingItemCount became %d", *list.RemainingItemCount)
	}
	if empty := (&List{}).DeepCopyObject().(*List); empty.Items != nil {
		t.Error("no items became an empty slice")
	}
}

func TestAListKnowsItsTypedForm(t *testing.T) {
	t.Parallel()
	typed, err := podList(3).Typed(NewScheme())
	if err != nil {
		t.Fatal(err)
	}
	pods := typed.(*corev1.PodList)
	if len(pods.Items) != 3 || pods.Items[2].Name != "pod-2" || pods.ResourceVersion != "42" || pods.Kind != "PodList" {
		t.Errorf("got %v %v with %d items", pods.TypeMeta, pods.ListMeta, len(pods.Items))
	}
	if pods.Items[0].Kind != "" {
		t.Error("an item of a typed list names its kind")
	}
}

func TestDeliverToARefHandsOverTheObjectItself(t *testing.T) {
	t.Parallel()
	pod, ref := aPod("a"), &ResultPointer{}
	if ref.GetObjectKind().GroupVersionKind().Kind != "" || ref.DeepCopyObject().(*ResultPointer).Object != nil {
		t.Error("an empty ResultPointer holds something")
	}
	if err := SetResult(ref, pod); err != nil {
		t.Fatal(err)
	}
	if ref.Object != runtime.Object(pod) {
		t.Error("the ResultPointer holds another object")
	}
	if ref.GetObjectKind().GroupVersionKind().Kind != "Pod" || ref.DeepCopyObject().(*ResultPointer).Object == ref.Object {
		t.Error("a ResultPointer does not behave as the object that it holds")
	}
}

func TestDeliverCopiesIntoAnOutPointerOfTheSameType(t *testing.T) {
	t.Parallel()
	rows := map[string]struct {
		out, obj runtime.Object
		refused  string
	}{
		"no result is wanted":               {nil, aPod("a"), ""},
		"the same type":                     {&corev1.Pod{}, aPod("a"), ""},
		"an object that keeps its bytes":    {&corev1.Pod{}, &keeper{Object: aPod("a")}, ""},
		"another type":                      {&corev1.Secret{}, aPod("a"), "cannot deliver a *v1.Pod into a *v1.Secret"},
		"a pointer that points to nothing":  {(*corev1.Pod)(nil), aPod("a"), "the out-pointer is not a pointer to an object"},
		"an object of another kind of list": {&corev1.PodList{}, podList(1), "cannot deliver a *kinds.List into a *v1.PodList"},
	}
	for name, row := range rows {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := SetResult(row.out, row.obj)
			if got := text(err); got != row.refused {
				t.Fatalf("error %q, want %q", got, row.refused)
			}
			if pod, ok := row.out.(*corev1.Pod); ok && err == nil && pod.Name != "a" {
				t.Errorf("received %v", pod)
			}
		})
	}
}

func text(err error) string {
	if err == nil {
		return ""
	}
	return err.Error()
}
