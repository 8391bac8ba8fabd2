package patch

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
)

// BenchmarkAccount is what each write pays for the account of who set which field, and what it would pay if every one of
// them went the long way.
func BenchmarkAccount(b *testing.B) {
	main, status := owning(""), owning("status")
	created := main.Update(nil, pod(b), "kube-controller-manager").(*corev1.Pod)
	created.UID = "1"
	ran := status.Update(created, running(created), "kubelet").(*corev1.Pod)
	for _, bench := range []struct {
		name string
		run  func()
	}{
		{"create", func() { main.Update(nil, pod2(created), "kube-controller-manager") }},
		{"update/nothing", func() { main.Update(ran, ran.DeepCopy(), "x") }},
		{"update/label", func() { next := ran.DeepCopy(); next.Labels["a"] = "b"; main.Update(ran, next, "x") }},
		{"update/status", func() {
			next := ran.DeepCopy()
			next.Status.Phase = "Failed"
			status.Update(ran, next, "kubelet")
		}},
		{"copy", func() { ran.DeepCopy() }},
		{"apply", func() {
			if _, err := main.Apply(ran, wish("i:2"), "me", true); err != nil {
				b.Fatal(err)
			}
		}},
	} {
		b.Run(bench.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				bench.run()
			}
		})
	}
}

func pod2(p *corev1.Pod) *corev1.Pod {
	p = p.DeepCopy()
	p.ManagedFields = nil
	return p
}
