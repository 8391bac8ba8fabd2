package versions

import (
	"fmt"
	"math/rand"
	"testing"

	"github.com/google/go-cmp/cmp"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
	"sigs.k8s.io/randfill"
)

// filler fills objects with random values; one seed always gives the same. It leaves out what a version cannot
// distinguish, as a port number of zero with a port name.
func filler(seed int64) *randfill.Filler {
	return randfill.NewWithSeed(seed).NilChance(.5).NumElements(1, 2).MaxDepth(20).RandSource(rand.NewSource(seed)).Funcs(
		func(*metav1.TypeMeta, randfill.Continue) {},
		func(t *metav1.Time, c randfill.Continue) { *t = metav1.Unix(c.Int63n(1<<31), 0) },
		func(t *metav1.MicroTime, c randfill.Continue) {
			*t = metav1.NewMicroTime(metav1.Unix(c.Int63n(1<<31), c.Int63n(1e6)*1000).Time)
		},
		func(*metav1.FieldsV1, randfill.Continue) {},
		func(*metav1.ManagedFieldsEntry, randfill.Continue) {},
		func(*runtime.RawExtension, randfill.Continue) {},
		func(q *resource.Quantity, c randfill.Continue) {
			*q = *resource.NewMilliQuantity(1+c.Int63n(1e9), resource.DecimalSI)
		},
		func(i *intstr.IntOrString, c randfill.Continue) {
			*i = []intstr.IntOrString{intstr.FromInt32(1 + c.Int31n(1000)), intstr.FromString("http")}[c.Intn(2)]
		},
		fillOldBackend, fillBackend, fillAutoscaler, fillMetric, fillMeasured,
		func(h *autoscalingv1.HorizontalPodAutoscaler, c randfill.Continue) {
			c.FillNoCustom(h)
			h.Spec.TargetCPUUtilizationPercentage = new(int32(c.Int31n(100)))
			h.Status.CurrentCPUUtilizationPercentage = nil // with it, v2 writes the annotation that carries more
		},
	)
}

func fillOldBackend(b *extensionsv1beta1.IngressBackend, c randfill.Continue) {
	c.Fill(&b.ServiceName)
	c.Fill(&b.ServicePort)
}

func fillBackend(b *networkingv1.IngressBackend, c randfill.Continue) {
	b.Service = &networkingv1.IngressServiceBackend{Port: networkingv1.ServiceBackendPort{Number: 1 + c.Int31n(1000)}}
	c.Fill(&b.Service.Name)
}

// fillAutoscaler puts CPU utilization last, where it is after a conversion to v1 and back, and sets a field of the
// behavior, because an empty behavior is converted to nil.
func fillAutoscaler(h *autoscalingv2.HorizontalPodAutoscaler, c randfill.Continue) {
	c.FillNoCustom(h)
	if b := h.Spec.Behavior; b != nil {
		scaleUp(&b.ScaleUp)
		scaleDown(&b.ScaleDown)
	}
	h.Spec.Metrics = append(h.Spec.Metrics, cpuMetric(c.Int31n(100)))
}

// fillMetric makes valid metrics, one of each type.
func fillMetric(m *autoscalingv2.MetricSpec, c randfill.Continue) {
	var object autoscalingv2.CrossVersionObjectReference
	var metric autoscalingv2.MetricIdentifier
	var value resource.Quantity
	c.Fill(&object)
	c.Fill(&metric)
	c.Fill(&value)
	average := autoscalingv2.MetricTarget{Type: autoscalingv2.AverageValueMetricType, AverageValue: &value}
	fixed := autoscalingv2.MetricTarget{Type: autoscalingv2.ValueMetricType, Value: &value}
	*m = []autoscalingv2.MetricSpec{
		{Type: "Object", Object: &autoscalingv2.ObjectMetricSource{DescribedObject: object, Metric: metric, Target: fixed}},
		{Type: "Object", Object: &autoscalingv2.ObjectMetricSource{DescribedObject: object, Metric: metric, Target: average}},
		{Type: "Pods", Pods: &autoscalingv2.PodsMetricSource{Metric: metric, Target: average}},
		{Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{Name: "memory", Target: cpuMetric(c.Int31()).Resource.Target}},
		{Type: "Resource", Resource: &autoscalingv2.ResourceMetricSource{Name: corev1.ResourceCPU, Target: average}},
		{Type: "ContainerResource", ContainerResource: &autoscalingv2.ContainerResourceMetricSource{Container: "c", Name: "cpu", Target: average}},
		{Type: "External", External: &autoscalingv2.ExternalMetricSource{Metric: metric, Target: fixed}},
		{Type: "External", External: &autoscalingv2.ExternalMetricSource{Metric: metric, Target: average}},
	}[c.Intn(8)]
}

func fillMeasured(m *autoscalingv2.MetricStatus, c randfill.Continue) {
	var spec autoscalingv2.MetricSpec
	c.Fill(&spec)
	var value, average resource.Quantity
	c.Fill(&value)
	c.Fill(&average)
	both := autoscalingv2.MetricValueStatus{Value: &value, AverageValue: &average}
	used := autoscalingv2.MetricValueStatus{AverageValue: &average, AverageUtilization: new(int32(c.Int31n(100)))}
	*m = autoscalingv2.MetricStatus{Type: spec.Type}
	switch {
	case spec.Object != nil:
		m.Object = &autoscalingv2.ObjectMetricStatus{DescribedObject: spec.Object.DescribedObject, Metric: spec.Object.Metric, Current: both}
	case spec.Pods != nil:
		m.Pods = &autoscalingv2.PodsMetricStatus{Metric: spec.Pods.Metric, Current: autoscalingv2.MetricValueStatus{AverageValue: &average}}
	case spec.Resource != nil:
		m.Resource = &autoscalingv2.ResourceMetricStatus{Name: spec.Resource.Name, Current: used}
	case spec.ContainerResource != nil:
		m.ContainerResource = &autoscalingv2.ContainerResourceMetricStatus{Name: "cpu", Container: "c", Current: used}
	case spec.External != nil:
		m.External = &autoscalingv2.ExternalMetricStatus{Metric: spec.External.Metric, Current: both}
	}
}

func TestWhatIsServedSurvivesTheWayThroughTheHub(t *testing.T) {
	t.Parallel()
	table := NewCodecs().Converter.(*Converter)
	for served, c := range table.served {
		t.Run(served.String(), func(t *testing.T) {
			t.Parallel()
			roundTrips(t, table, c, false)
		})
	}
}

func TestTheHubSurvivesTheWayThroughWhatIsServed(t *testing.T) {
	t.Parallel()
	table := NewCodecs().Converter.(*Converter)
	for served, c := range table.served {
		t.Run(served.String(), func(t *testing.T) {
			t.Parallel()
			roundTrips(t, table, c, true)
		})
	}
}

// roundTrips converts objects there and back and compares. No conversion may change its input.
func roundTrips(t *testing.T, table *Converter, c *conversion, fromHub bool) {
	there, back := c.hub, c.served
	if fromHub {
		there, back = c.served, c.hub
	}
	for seed := range int64(30) {
		obj, err := table.scheme.New(back)
		if err != nil {
			t.Fatal(err)
		}
		filler(seed).Fill(obj)
		if c.served.Kind == "DaemonSet" && fromHub {
			obj.(metav1.Object).SetAnnotations(map[string]string{"deprecated.daemonset.template.generation": "3"})
		}
		was := obj.DeepCopyObject()
		middle, err := table.Convert(obj, there)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		if got := middle.GetObjectKind().GroupVersionKind(); got != there {
			t.Fatalf("seed %d: the converted object calls itself %v", seed, got)
		}
		end, err := table.Convert(middle, back)
		if err != nil {
			t.Fatalf("seed %d: %v", seed, err)
		}
		end.GetObjectKind().SetGroupVersionKind(was.GetObjectKind().GroupVersionKind())
		if !equality.Semantic.DeepEqual(was, end) {
			t.Fatalf("seed %d (-was +is)\n%s", seed, cmp.Diff(was, end))
		}
		if !equality.Semantic.DeepEqual(was, obj) {
			t.Fatalf("seed %d: the conversion changed its argument\n%s", seed, cmp.Diff(was, obj))
		}
	}
}

func TestACompleteObjectIsLeftAsItIs(t *testing.T) {
	t.Parallel()
	for _, d := range allDefaults() {
		t.Run(fmt.Sprintf("%T", d.of), func(t *testing.T) {
			t.Parallel()
			for seed := range int64(3) {
				obj := d.of.DeepCopyObject()
				filler(seed).Fill(obj)
				d.set(obj)
				once := obj.DeepCopyObject()
				if d.set(obj); !equality.Semantic.DeepEqual(once, obj) {
					t.Fatalf("seed %d (-once +twice)\n%s", seed, cmp.Diff(once, obj))
				}
			}
		})
	}
}
