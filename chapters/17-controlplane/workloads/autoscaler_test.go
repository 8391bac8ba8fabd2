package workloads

import (
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	policyv1 "k8s.io/api/policy/v1"
	apiresource "k8s.io/apimachinery/pkg/api/resource"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const webAutoscaler = `
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata: {name: web}
spec:
  maxReplicas: 5
  scaleTargetRef: {apiVersion: apps/v1, kind: Deployment, name: web}
`

type autoscalerSpec = autoscalingv2.HorizontalPodAutoscalerSpec

func TestAnAutoscalerHasNoGeneration(t *testing.T) {
	t.Parallel()
	a, errs := created[*autoscaler](t, webAutoscaler)
	says(t, errs)
	after, errs := updated(t, a, func(a *autoscaler) { a.Spec.MaxReplicas = 9 })
	says(t, errs)
	if after.Generation != 0 {
		t.Errorf("generation %d", after.Generation)
	}
	after, errs = reported(t, a, func(a *autoscaler) { a.Spec.MaxReplicas = 7; a.Status.CurrentReplicas = 3 })
	says(t, errs)
	if after.Spec.MaxReplicas != 5 || after.Status.CurrentReplicas != 3 {
		t.Error("a status changed the spec, or not itself")
	}
}

func metric(change func(*autoscalingv2.MetricSpec)) func(*autoscalerSpec) {
	return func(s *autoscalerSpec) {
		s.Metrics = make([]autoscalingv2.MetricSpec, 1)
		change(&s.Metrics[0])
	}
}

func TestAnAutoscalerIsRefused(t *testing.T) {
	t.Parallel()
	const m = "spec.metrics[0]."
	for name, row := range map[string]struct {
		change func(*autoscalerSpec)
		want   []string
	}{
		"without a maximum": {func(s *autoscalerSpec) { s.MaxReplicas = 0 },
			[]string{"spec.maxReplicas: Required value: must be set and greater than 0",
				"spec.maxReplicas: Invalid value: 0: must be greater than or equal to `minReplicas`"}},
		"with a minimum of nothing": {func(s *autoscalerSpec) { *s.MinReplicas = 0 },
			[]string{"spec.minReplicas: Invalid value: 0: must be greater than or equal to 1",
				"spec.metrics: Forbidden: must specify at least one Object or External metric to support scaling to zero replicas"}},
		"with a target that cannot be found": {func(s *autoscalerSpec) { s.ScaleTargetRef = autoscalingv2.CrossVersionObjectReference{Name: "a/b"} },
			[]string{"spec.scaleTargetRef.kind: Required value", `spec.scaleTargetRef.name: Invalid value: "a/b": may not contain '/'`,
				`spec.scaleTargetRef.apiVersion: Invalid value: "": apiVersion must specify API group`}},
		"with a metric of no type": {metric(func(m *autoscalingv2.MetricSpec) {}),
			[]string{m + "type: Required value: must specify a metric source type",
				m + `type: Unsupported value: "": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"`,
				m + `type: Unsupported value: "": supported values: "ContainerResource", "External", "Object", "Pods", "Resource"`}},
		"with a metric of two types": {metric(func(m *autoscalingv2.MetricSpec) {
			m.Type = autoscalingv2.ResourceMetricSourceType
			m.Resource = &autoscalingv2.ResourceMetricSource{}
			m.Pods = &autoscalingv2.PodsMetricSource{}
		}), []string{m + "pods.metric.name: Required value: must specify a metric name",
			m + "pods.target.type: Required value: must specify a metric target type",
			m + `pods.target.type: Invalid value: "": must be either Utilization, Value, or AverageValue`,
			m + "pods.target.averageValue: Required value: must specify a positive target averageValue",
			m + "pods: Forbidden: must populate the given metric source only"}},
		"with a share and an amount": {metric(func(m *autoscalingv2.MetricSpec) {
			m.Type = autoscalingv2.ContainerResourceMetricSourceType
			m.ContainerResource = &autoscalingv2.ContainerResourceMetricSource{Name: "gold", Container: "c",
				Target: autoscalingv2.MetricTarget{Type: "Utilization", AverageUtilization: new(int32(0)), AverageValue: new(apiresource.MustParse("-1"))}}
		}), []string{m + `containerResource.name: Invalid value: "gold": must be a standard resource type or fully qualified`,
			m + `containerResource.name: Invalid value: "gold": must be a standard resource for containers`,
			m + `containerResource.target.averageValue: Invalid value: "-1": must be positive`,
			m + "containerResource.target.averageUtilization: Invalid value: 0: must be greater than 0",
			m + "containerResource.target.averageValue: Forbidden: may not set both a target raw value and a target utilization"}},
		"with a behaviour that cannot be": {func(s *autoscalerSpec) {
			s.Behavior = &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: &autoscalingv2.HPAScalingRules{
				StabilizationWindowSeconds: new(int32(4000)), SelectPolicy: new(autoscalingv2.ScalingPolicySelect("Best")),
				Tolerance: new(apiresource.MustParse("-1")),
				Policies:  []autoscalingv2.HPAScalingPolicy{{Type: "Nodes", Value: 0, PeriodSeconds: 1801}}}}
		}, []string{"spec.behavior.scaleUp.stabilizationWindowSeconds: Invalid value: 4000: must be less than or equal to 3600",
			`spec.behavior.scaleUp.selectPolicy: Unsupported value: "Best": supported values: "Disabled", "Max", "Min"`,
			`spec.behavior.scaleUp.policies[0].type: Unsupported value: "Nodes": supported values: "Percent", "Pods"`,
			"spec.behavior.scaleUp.policies[0].value: Invalid value: 0: must be greater than zero",
			"spec.behavior.scaleUp.policies[0].periodSeconds: Invalid value: 1801: must be less than or equal to 1800",
			`spec.behavior.scaleUp.tolerance: Invalid value: "-1": must be greater than or equal to 0`}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			a := read[*autoscaler](t, webAutoscaler)
			a.Spec.MinReplicas = new(int32(1))
			row.change(&a.Spec)
			says(t, create(t, a), row.want...)
		})
	}
}

func TestATargetThatIsStoredStays(t *testing.T) {
	t.Parallel()
	a, _ := created[*autoscaler](t, webAutoscaler)
	a.Spec.ScaleTargetRef.APIVersion = "v1"
	_, errs := updated(t, a, func(a *autoscaler) { a.Spec.MaxReplicas = 7 })
	says(t, errs)
	_, errs = updated(t, a, func(a *autoscaler) { a.Spec.ScaleTargetRef.Kind = "ReplicationController" })
	says(t, errs)
	_, errs = updated(t, a, func(a *autoscaler) { a.Spec.ScaleTargetRef.Kind = "StatefulSet" })
	says(t, errs, `spec.scaleTargetRef.apiVersion: Invalid value: "v1": apiVersion must specify API group`)
}

func TestAnAutoscalerIsShownWithItsTargets(t *testing.T) {
	t.Parallel()
	a := read[*autoscaler](t, webAutoscaler)
	resource := func(name string) autoscalingv2.MetricSpec {
		return autoscalingv2.MetricSpec{Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{Name: "cpu",
			Target: autoscalingv2.MetricTarget{Type: "Utilization", AverageUtilization: new(int32(80))}}}
	}
	external := autoscalingv2.MetricSpec{Type: "External", External: &autoscalingv2.ExternalMetricSource{
		Target: autoscalingv2.MetricTarget{Type: "AverageValue", AverageValue: new(apiresource.MustParse("10"))}}}
	pods := autoscalingv2.MetricSpec{Type: "Pods", Pods: &autoscalingv2.PodsMetricSource{
		Target: autoscalingv2.MetricTarget{Type: "AverageValue", AverageValue: new(apiresource.MustParse("100m"))}}}
	for _, row := range []struct {
		specs  []autoscalingv2.MetricSpec
		status []autoscalingv2.MetricStatus
		want   string
	}{
		{nil, nil, "<none>"},
		{[]autoscalingv2.MetricSpec{resource("cpu")}, nil, "cpu: <unknown>/80%"},
		{[]autoscalingv2.MetricSpec{resource("cpu"), external, pods}, []autoscalingv2.MetricStatus{
			{Resource: &autoscalingv2.ResourceMetricStatus{Current: autoscalingv2.MetricValueStatus{AverageUtilization: new(int32(12))}}},
			{External: &autoscalingv2.ExternalMetricStatus{Current: autoscalingv2.MetricValueStatus{AverageValue: new(apiresource.MustParse("5"))}}},
		}, "cpu: 12%/80%, 5/10 (avg) + 1 more..."},
		{[]autoscalingv2.MetricSpec{pods, {Type: "Object"}}, nil, "<unknown>/100m, <unknown type>"},
	} {
		a.Spec.Metrics, a.Status.CurrentMetrics, a.Spec.MinReplicas = row.specs, row.status, new(int32(1))
		if got, want := cells(t, a), "web | Deployment/web | "+row.want+" | 1 | 5 | 0 | <unknown>"; got != want {
			t.Errorf("%q, wanted %q", got, want)
		}
	}
}

const webBudget = `
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata: {name: web}
spec: {minAvailable: 50%, selector: {matchLabels: {app: web}}}
`

func TestABudgetSaysOneThing(t *testing.T) {
	t.Parallel()
	b, errs := created[*disruptionBudget](t, webBudget)
	says(t, errs)
	if got, want := cells(t, b), "web | 50% | N/A | 0 | <unknown>"; got != want {
		t.Errorf("%q, wanted %q", got, want)
	}
	b.Spec.MaxUnavailable, b.Spec.UnhealthyPodEvictionPolicy = new(intstr.FromString("101%")), new(policyv1.UnhealthyPodEvictionPolicyType("Ask"))
	says(t, create(t, b), `spec: Invalid value: {"MinAvailable":"50%","Selector":{"matchLabels":{"app":"web"}},"MaxUnavailable":"101%",`+
		`"UnhealthyPodEvictionPolicy":"Ask"}: minAvailable and maxUnavailable cannot be both set`,
		`spec.maxUnavailable: Invalid value: "101%": must not be greater than 100%`,
		`spec.unhealthyPodEvictionPolicy: Unsupported value: "Ask": supported values: "AlwaysAllow", "IfHealthyBudget"`)
	_, errs = reported(t, b, func(b *disruptionBudget) { b.Status.ExpectedPods = -1 })
	says(t, errs, "status.expectedPods: Invalid value: -1: must be greater than or equal to 0")
}

func TestABudgetIsChangedOnlyByWhoHasSeenIt(t *testing.T) {
	t.Parallel()
	r := row(t, "PodDisruptionBudget")
	if r.Strategy.AllowUnconditionalUpdate() || r.Status.AllowUnconditionalUpdate() {
		t.Error("a PUT without a resourceVersion overwrites")
	}
}
