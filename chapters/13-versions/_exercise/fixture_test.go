package exercise

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/runtime"
)

// packedRPS is requests("rps") as the annotation has it.
const packedRPS = `[{"type":"Pods","pods":{"metricName":"rps","targetAverageValue":"100m"}}]`

// requests is a metric that v1 has no field for.
func requests(name string) autoscalingv2.MetricSpec {
	value := resource.MustParse("100m")
	return autoscalingv2.MetricSpec{Type: autoscalingv2.PodsMetricSourceType, Pods: &autoscalingv2.PodsMetricSource{
		Metric: autoscalingv2.MetricIdentifier{Name: name},
		Target: autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: &value},
	}}
}

func inHub(metrics ...autoscalingv2.MetricSpec) *hub {
	h := &hub{}
	h.SetGroupVersionKind(hubKind)
	h.Name, h.Annotations = "web", map[string]string{"mine": "stays"}
	one := int32(1)
	h.Spec = autoscalingv2.HorizontalPodAutoscalerSpec{
		MinReplicas: &one, MaxReplicas: 4, Metrics: metrics,
		ScaleTargetRef: autoscalingv2.CrossVersionObjectReference{APIVersion: "apps/v1", Kind: "Deployment", Name: "web"},
	}
	return h
}

// inFirst is an autoscaler of v1; percent 0 and carried "": it says nothing of that.
func inFirst(percent int32, carried string) *first {
	old := sameInFirst(inHub())
	if percent != 0 {
		old.Spec.TargetCPUUtilizationPercentage = &percent
	}
	if carried != "" {
		old.Annotations[carrier] = carried
	}
	return old
}

func mustHub(t *testing.T, old *first) *hub {
	t.Helper()
	h, err := toHub(old)
	if err != nil {
		t.Fatalf("toHub: %v", err)
	}
	return h
}

func mustFirst(t *testing.T, h *hub) *first {
	t.Helper()
	old, err := fromHub(h)
	if err != nil {
		t.Fatalf("fromHub: %v", err)
	}
	return old
}

// names are the metrics in a word each.
func names(h *hub) string {
	var all []string
	for _, m := range h.Spec.Metrics {
		if percent := percentOf(m); percent != nil {
			all = append(all, fmt.Sprintf("cpu %d", *percent))
		} else if m.Pods != nil {
			all = append(all, m.Pods.Metric.Name)
		}
	}
	return strings.Join(all, ", ")
}

func wantMetrics(t *testing.T, h *hub, want string) {
	t.Helper()
	if got := names(h); got != want {
		t.Errorf("the hub has the metrics [%s], want [%s]", got, want)
	}
}

func text(percent *int32) string {
	if percent == nil {
		return "missing"
	}
	return fmt.Sprint(*percent)
}

func encode(t *testing.T, obj runtime.Object) string {
	t.Helper()
	data, err := json.Marshal(obj)
	if err != nil {
		t.Fatal(err)
	}
	return string(data)
}

// ask sends a request that should succeed.
func ask(t *testing.T, api http.Handler, method, path, body string) string {
	t.Helper()
	w := httptest.NewRecorder()
	r := httptest.NewRequestWithContext(t.Context(), method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	api.ServeHTTP(w, r)
	if w.Code >= 300 {
		t.Fatalf("%s %s: %d %s", method, path, w.Code, w.Body)
	}
	return w.Body.String()
}
