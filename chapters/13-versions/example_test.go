package versions_test

import (
	"fmt"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	versions "kubepath/chapters/13-versions"
)

// A server's scheme sets defaults.
func ExampleRegisterDefaults() {
	scheme := kinds.NewScheme()
	versions.RegisterDefaults(scheme)
	pod := &corev1.Pod{Spec: corev1.PodSpec{Containers: []corev1.Container{{Image: "nginx"}}}}
	scheme.Default(pod)
	fmt.Println(pod.Spec.RestartPolicy, pod.Spec.Containers[0].ImagePullPolicy, *pod.Spec.TerminationGracePeriodSeconds)
	// Output: Always Always 30
}

// A body in autoscaling/v1 is decoded to the hub, v2, and the response is in v1 again.
func ExampleInstall() {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	versions.Install(codecs)
	obj, kind, err := codecs.Decode(&codecs.SupportedMediaTypes[0], []byte(`{"apiVersion": "autoscaling/v1",
		"kind": "HorizontalPodAutoscaler", "spec": {"maxReplicas": 3, "targetCPUUtilizationPercentage": 70}}`), kinds.DecodeOptions{})
	if err != nil {
		fmt.Println(err)
		return
	}
	hub := obj.(*autoscalingv2.HorizontalPodAutoscaler)
	fmt.Println(kind.Version, "becomes", hub.APIVersion, "with", *hub.Spec.Metrics[0].Resource.Target.AverageUtilization)
	first, err := codecs.FromHub(hub, kind)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println("and back:", *first.(*autoscalingv1.HorizontalPodAutoscaler).Spec.TargetCPUUtilizationPercentage)
	// Output:
	// v1 becomes autoscaling/v2 with 70
	// and back: 70
}

// Each kind has one version that the server works with and stores.
func ExampleConverter_Hub() {
	table := versions.NewConverter(kinds.NewScheme())
	for _, served := range []schema.GroupVersionKind{
		{Group: "autoscaling", Version: "v1", Kind: "HorizontalPodAutoscaler"},
		{Group: "events.k8s.io", Version: "v1", Kind: "Event"},
		{Group: "extensions", Version: "v1beta1", Kind: "Ingress"},
		{Group: "apps", Version: "v1", Kind: "Deployment"},
	} {
		fmt.Println(served.GroupVersion(), served.Kind, "is kept as", table.Hub(served).GroupVersion())
	}
	// Output:
	// autoscaling/v1 HorizontalPodAutoscaler is kept as autoscaling/v2
	// events.k8s.io/v1 Event is kept as v1
	// extensions/v1beta1 Ingress is kept as networking.k8s.io/v1
	// apps/v1 Deployment is kept as apps/v1
}
