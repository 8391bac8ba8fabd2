package exercise

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/equality"

	"kubepath/internal/tools/exercise/exercisetest"
)

func TestTheUseOfCPUHasAFieldInV1(t *testing.T) {
	t.Parallel()
	old := mustFirst(t, inHub(cpu(50)))
	if percent := old.Spec.TargetCPUUtilizationPercentage; percent == nil || *percent != 50 {
		t.Errorf("targetCPUUtilizationPercentage is %s, want 50", text(percent))
	}
	if carried, has := old.Annotations[carrier]; has {
		t.Errorf("the annotation says %q, want none: there is nothing that v1 cannot say", carried)
	}
	if old.Spec.MaxReplicas != 4 || old.Annotations["mine"] != "stays" {
		t.Errorf("maxReplicas %d and annotations %v, want what both versions have as it was", old.Spec.MaxReplicas, old.Annotations)
	}
}

func TestTheFieldOfV1BecomesAMetric(t *testing.T) {
	t.Parallel()
	h := mustHub(t, inFirst(50, ""))
	wantMetrics(t, h, "cpu 50")
	if h.Spec.MaxReplicas != 4 || h.Annotations["mine"] != "stays" {
		t.Errorf("maxReplicas %d and annotations %v, want what both versions have as it was", h.Spec.MaxReplicas, h.Annotations)
	}
}

func TestWhatV1CannotSayTravelsInAnAnnotation(t *testing.T) {
	t.Parallel()
	old := mustFirst(t, inHub(requests("rps"), cpu(50)))
	if got := old.Annotations[carrier]; got != packedRPS {
		t.Errorf("the annotation says\n%s\nwant, as clients of v1 know it,\n%s", got, packedRPS)
	}
	if percent := old.Spec.TargetCPUUtilizationPercentage; percent == nil || *percent != 50 {
		t.Errorf("targetCPUUtilizationPercentage is %s, want 50", text(percent))
	}
}

func TestTheAnnotationEndsBeforeTheHub(t *testing.T) {
	t.Parallel()
	h := mustHub(t, inFirst(50, packedRPS))
	wantMetrics(t, h, "rps, cpu 50")
	if carried, has := h.Annotations[carrier]; has {
		t.Errorf("the hub has the annotation %q: it would be stored, and after the next change of the metrics say something else than they do", carried)
	}
	if h.Annotations["mine"] != "stays" {
		t.Errorf("annotations %v: those that are not yours to take are gone", h.Annotations)
	}
}

func TestAClientOfV1LosesNothingOfWhatItDoesNotKnow(t *testing.T) {
	t.Parallel()
	old := mustFirst(t, inHub(requests("rps"), requests("errors"), cpu(50)))
	sixty := int32(60)
	old.Spec.TargetCPUUtilizationPercentage = &sixty // the client's change
	wantMetrics(t, mustHub(t, old), "rps, errors, cpu 60")
}

func TestAnAutoscalerWithoutMetricsAimsAtEightyPercent(t *testing.T) {
	t.Parallel()
	wantMetrics(t, mustHub(t, inFirst(0, "")), "cpu 80")
	wantMetrics(t, mustHub(t, inFirst(0, packedRPS)), "rps")
}

func TestAnAnnotationThatSomebodyWroteIntoTheHubIsNotBelieved(t *testing.T) {
	t.Parallel()
	h := inHub(cpu(50))
	h.Annotations[carrier] = packedRPS
	old := mustFirst(t, h)
	if carried, has := old.Annotations[carrier]; has {
		t.Errorf("a client of v1 gets the annotation %q, which the metrics of the hub do not say: on its way back it would become one of them", carried)
	}
}

func TestAConversionLeavesItsArgumentAsItIs(t *testing.T) {
	t.Parallel()
	h := inHub(requests("rps"), cpu(50))
	h.Annotations[carrier] = "by hand"
	before := h.DeepCopy()
	mustFirst(t, h)
	if !equality.Semantic.DeepEqual(before, h) {
		t.Errorf("fromHub changed the hub's object, annotations %v, want %v: in a server that object is shared by all who read it", h.Annotations, before.Annotations)
	}
	old := inFirst(50, packedRPS)
	was := old.DeepCopy()
	mustHub(t, old)
	if !equality.Semantic.DeepEqual(was, old) {
		t.Errorf("toHub changed its argument, annotations %v, want %v", old.Annotations, was.Annotations)
	}
}

func TestAnyAutoscalerOfTheHubSurvivesTheWayThroughV1(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(13, 13))
	for range 100 {
		var metrics []autoscalingv2.MetricSpec
		for range random.IntN(4) {
			metrics = append(metrics, requests(fmt.Sprintf("m%d", random.IntN(100))))
		}
		h := inHub(append(metrics, cpu(random.Int32N(100)))...)
		back := mustHub(t, mustFirst(t, h))
		if !equality.Semantic.DeepEqual(h, back) {
			t.Fatalf("metrics %s became %s", names(h), names(back))
		}
	}
}

func TestTheServerServesBothVersionsWithYourCode(t *testing.T) {
	t.Parallel()
	api, etcd := exercisetest.Server(t, Plug())
	const path = "/namespaces/default/horizontalpodautoscalers"
	ask(t, api, "POST", "/apis/autoscaling/v2"+path, encode(t, inHub(requests("rps"), cpu(50))))
	old := ask(t, api, "GET", "/apis/autoscaling/v1"+path+"/web", "")
	ask(t, api, "PUT", "/apis/autoscaling/v1"+path+"/web", strings.Replace(old, `Percentage":50`, `Percentage":60`, 1))
	var now hub
	if err := json.Unmarshal([]byte(ask(t, api, "GET", "/apis/autoscaling/v2"+path+"/web", "")), &now); err != nil {
		t.Fatal(err)
	}
	wantMetrics(t, &now, "rps, cpu 60")
	found, err := etcd.Get(t.Context(), "/registry/horizontalpodautoscalers/default/web")
	if err != nil || len(found.Kvs) != 1 {
		t.Fatalf("%v, %v", found, err)
	}
	if strings.Contains(string(found.Kvs[0].Value), carrier) {
		t.Error("the annotation lies in etcd")
	}
}
