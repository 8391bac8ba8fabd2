package versions

import (
	"testing"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
)

const benchPod = `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"web"},"spec":{"containers":[
{"name":"web","image":"nginx:1.29","ports":[{"containerPort":80}],"livenessProbe":{"httpGet":{"port":80}}}],
"volumes":[{"name":"files","configMap":{"name":"files"}}]}}`

// BenchmarkDecode decodes a Pod as chapter 2 does, and as a server does, with defaults.
func BenchmarkDecode(b *testing.B) {
	for name, codecs := range map[string]*kinds.Codecs{"as-it-is": kinds.NewCodecs(kinds.NewScheme()), "complete": NewCodecs()} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := codecs.Decode(&codecs.SupportedMediaTypes[0], []byte(benchPod), kinds.DecodeOptions{}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkDefaultCompletePod is the cost of defaults at each read from storage: all fields are set already.
func BenchmarkDefaultCompletePod(b *testing.B) {
	scheme := NewCodecs().Scheme
	obj := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: "nginx"}}}}
	scheme.Default(obj)
	b.ReportAllocs()
	for b.Loop() {
		scheme.Default(obj)
	}
}

// BenchmarkConvert converts an autoscaler to v1: without and with a metric in the annotation.
func BenchmarkConvert(b *testing.B) {
	table := NewCodecs().Converter
	memory := cpuMetric(50)
	memory.Resource.Name = corev1.ResourceMemory
	for name, metric := range map[string]autoscalingv2.MetricSpec{"field": cpuMetric(50), "annotation": memory} {
		var obj runtime.Object = &autoscalingv2.HorizontalPodAutoscaler{
			Spec: autoscalingv2.HorizontalPodAutoscalerSpec{Metrics: []autoscalingv2.MetricSpec{metric}}}
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := table.Convert(obj, firstHPA); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkPullPolicy parses an image name.
func BenchmarkPullPolicy(b *testing.B) {
	for b.Loop() {
		pullPolicy("registry.example.com:5000/team/web:v1")
	}
}
