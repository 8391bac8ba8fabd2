package versions

import (
	"strings"
	"testing"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

var (
	podKind  = corev1.SchemeGroupVersion.WithKind("Pod")
	firstHPA = autoscalingv1.SchemeGroupVersion.WithKind(kindAutoscaler)
	hubHPA   = autoscalingv2.SchemeGroupVersion.WithKind(kindAutoscaler)
	newKind  = eventsv1.SchemeGroupVersion.WithKind("Event")
)

func TestEveryKindHasOneHubAndAHubIsItsOwn(t *testing.T) {
	t.Parallel()
	table := NewCodecs().Converter
	for served, want := range map[schema.GroupVersionKind]schema.GroupVersionKind{
		firstHPA: hubHPA,
		hubHPA:   hubHPA,
		newKind:  corev1.SchemeGroupVersion.WithKind("Event"),
		podKind:  podKind,
	} {
		if got := table.Hub(served); got != want {
			t.Errorf("the hub of %v is %v, want %v", served, got, want)
		}
	}
}

func TestAnObjectThatIsWhatIsWantedIsNotCopied(t *testing.T) {
	t.Parallel()
	table := NewCodecs().Converter
	for want, obj := range map[schema.GroupVersionKind]runtime.Object{
		podKind:  &corev1.Pod{},
		firstHPA: &autoscalingv1.HorizontalPodAutoscaler{},
		hubHPA:   &autoscalingv2.HorizontalPodAutoscaler{},
		{Group: "example.com", Version: "v1", Kind: "Widget"}: &unstructured.Unstructured{},
	} {
		if got, err := table.Convert(obj, want); err != nil || got != obj {
			t.Errorf("%T became %T, %v", obj, got, err)
		}
	}
}

func TestAKindDoesNotTurnIntoAnother(t *testing.T) {
	t.Parallel()
	_, err := NewCodecs().Converter.Convert(&corev1.Pod{}, schema.GroupVersionKind{Group: "apps", Version: "v1", Kind: "Pod"})
	if err == nil || err.Error() != `*v1.Pod is not a Pod in version "apps/v1"` {
		t.Errorf("got %v", err)
	}
}

func TestAnnotationsCarryWhatTheFirstVersionCannotSay(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs()
	hub := &autoscalingv2.HorizontalPodAutoscaler{Spec: autoscalingv2.HorizontalPodAutoscalerSpec{
		Metrics:  []autoscalingv2.MetricSpec{cpuMetric(50)},
		Behavior: &autoscalingv2.HorizontalPodAutoscalerBehavior{},
	}}
	hub.Annotations = map[string]string{metricSpecsAnnotation: "of no account", "mine": "stays"}
	hub.Spec.Metrics = append(hub.Spec.Metrics, metricToV2(autoscalingv1.MetricSpec{Type: "Pods", Pods: &autoscalingv1.PodsMetricSource{MetricName: "rps"}}))
	hub.Status.Conditions = []autoscalingv2.HorizontalPodAutoscalerCondition{{Type: "AbleToScale", Status: "True"}}
	got, err := codecs.Converter.Convert(hub, firstHPA)
	if err != nil {
		t.Fatal(err)
	}
	old := got.(*autoscalingv1.HorizontalPodAutoscaler)
	for name, want := range map[string]string{
		metricSpecsAnnotation:   `[{"type":"Pods","pods":{"metricName":"rps","targetAverageValue":"0"}}]`,
		behaviorSpecsAnnotation: `{"ScaleUp":null,"ScaleDown":null}`,
		conditionsAnnotation:    `[{"type":"AbleToScale","status":"True","lastTransitionTime":null}]`,
		"mine":                  "stays",
	} {
		if old.Annotations[name] != want {
			t.Errorf("%s is %s, want %s", name, old.Annotations[name], want)
		}
	}
	if *old.Spec.TargetCPUUtilizationPercentage != 50 {
		t.Error("the use of CPU is lost")
	}
}

func TestAnAnnotationThatCannotBeReadIsIgnored(t *testing.T) {
	t.Parallel()
	old := &autoscalingv1.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Annotations: map[string]string{
		metricSpecsAnnotation: "{", behaviorSpecsAnnotation: "[]", metricStatusesAnnotation: "x", conditionsAnnotation: "1",
	}}}
	got, err := NewCodecs().Converter.Convert(old, hubHPA)
	if err != nil {
		t.Fatal(err)
	}
	hub := got.(*autoscalingv2.HorizontalPodAutoscaler)
	if len(hub.Annotations) > 0 || len(hub.Spec.Metrics) != 1 || hub.Spec.Behavior != nil || hub.Status.Conditions != nil {
		t.Errorf("got %+v", hub)
	}
}

func TestSelectorsNameTheFieldsOfTheirOwnVersion(t *testing.T) {
	t.Parallel()
	scheme := NewCodecs().Scheme
	for field, want := range map[string]string{"regarding.name": "involvedObject.name", "reportingController": "reportingComponent"} {
		if got, _, err := scheme.ConvertFieldLabel(newKind, field, "x"); err != nil || got != want {
			t.Errorf("%s is %s, %v; want %s", field, got, err, want)
		}
	}
	if _, _, err := scheme.ConvertFieldLabel(newKind, "involvedObject.name", "x"); err == nil ||
		err.Error() != "field label not supported: involvedObject.name" {
		t.Errorf("a name of the other group: %v", err)
	}
}

func TestAKindCanBeKeptInAnotherVersion(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs()
	keep, err := NewStorageCodec(codecs, runtime.ContentTypeJSON, autoscalingv1.SchemeGroupVersion)
	if err != nil {
		t.Fatal(err)
	}
	usual, err := NewStorageCodec(codecs, runtime.ContentTypeJSON)
	if err != nil {
		t.Fatal(err)
	}
	if keep.Identifier() == usual.Identifier() {
		t.Error("what is cached for one codec would be taken for the other's")
	}
	object := &autoscalingv2.HorizontalPodAutoscaler{ObjectMeta: metav1.ObjectMeta{Name: "web"}}
	for version, codec := range map[string]runtime.Codec{"v1": keep, "v2": usual} {
		stored, err := runtime.Encode(codec, object)
		if err != nil || !strings.Contains(string(stored), `"apiVersion":"autoscaling/`+version+`"`) {
			t.Fatalf("stored %s, %v", stored, err)
		}
		for _, reader := range []runtime.Codec{keep, usual} { // whichever setting reads it
			into := &autoscalingv2.HorizontalPodAutoscaler{}
			if _, _, err := reader.Decode(stored, nil, into); err != nil || into.Name != "web" || into.APIVersion != "autoscaling/v2" {
				t.Errorf("%s reads as %+v, %v", version, into, err)
			}
		}
	}
	if pod, err := runtime.Encode(keep, &corev1.Pod{}); err != nil || !strings.Contains(string(pod), `"apiVersion":"v1"`) {
		t.Errorf("another kind is stored as %s, %v", pod, err)
	}
}

func TestNothingIsStoredInAVersionThatDoesNotExist(t *testing.T) {
	t.Parallel()
	_, err := NewStorageCodec(NewCodecs(), runtime.ContentTypeJSON, schema.GroupVersion{Group: "autoscaling", Version: "v7"})
	if err == nil || err.Error() != "nothing can be stored as autoscaling/v7: no kind has that version" {
		t.Errorf("got %v", err)
	}
}

func TestAClientsCodecsCompleteNothing(t *testing.T) {
	t.Parallel()
	obj := &corev1.Pod{}
	kinds.NewScheme().Default(obj)
	if obj.Spec.RestartPolicy != "" {
		t.Error("a client would send what it did not say")
	}
}
