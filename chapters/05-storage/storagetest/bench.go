package storagetest

import (
	"context"
	"fmt"
	"testing"

	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// benched has the operations that Benchmark measures. Each begins with 1,000 pods.
var benched = []struct {
	name string
	call func(b *bench, i int) error
}{
	{"create", func(b *bench, i int) error {
		return b.Storage.Create(b.ctx, key(fmt.Sprint("new/", i)), typical(i), &kinds.ResultPointer{}, 0)
	}},
	{"get", func(b *bench, i int) error {
		return b.Storage.Get(b.ctx, existing(i), storage.GetOptions{}, &corev1.Pod{})
	}},
	{"get to read only", func(b *bench, i int) error {
		return b.Storage.Get(b.ctx, existing(i), storage.GetOptions{}, &kinds.ResultPointer{})
	}},
	{"update", func(b *bench, i int) error {
		return b.Storage.GuaranteedUpdate(b.ctx, existing(i), &kinds.ResultPointer{}, setting(increment))
	}},
	{"update of nothing", func(b *bench, i int) error {
		return b.Storage.GuaranteedUpdate(b.ctx, existing(i), &kinds.ResultPointer{}, setting(func(*corev1.Pod) {}))
	}},
	{"list 1000", func(b *bench, _ int) error {
		return b.Storage.GetList(b.ctx, key("default/"), storage.ListOptions{Recursive: true}, &kinds.List{})
	}},
	{"list a page of 100", func(b *bench, _ int) error {
		opts := limit(100)
		opts.Recursive = true
		return b.Storage.GetList(b.ctx, key("default/"), opts, &kinds.List{})
	}},
	{"list 1 of 1000 by label", func(b *bench, _ int) error {
		opts := labelled("", "7")
		opts.Recursive = true
		return b.Storage.GetList(b.ctx, key("default/"), opts, &kinds.List{})
	}},
}

type bench struct {
	Fixture
	ctx context.Context
}

// Benchmark measures the operations of a storage.
func Benchmark(b *testing.B, open Open) {
	for _, op := range benched {
		b.Run(op.name, func(b *testing.B) {
			f := &bench{open(b), context.Background()}
			for i := range 1000 {
				if err := f.Storage.Create(f.ctx, existing(i), typical(i), nil, 0); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				if err := op.call(f, i); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// existing returns the key of the ith of the 1,000 pods.
func existing(i int) string { return key(fmt.Sprintf("default/p%03d", i%1000)) }

// typical returns a pod with the fields that most pods have.
func typical(i int) *corev1.Pod {
	return pod(fmt.Sprintf("p%03d", i), withLabel(fmt.Sprint(i)), onNodeNamed("node-1"), func(p *corev1.Pod) {
		p.Spec.Containers = []corev1.Container{{Name: "main", Image: "nginx:1.29"}}
		p.Status.Phase = corev1.PodRunning
		p.Status.Conditions = []corev1.PodCondition{{Type: corev1.PodReady, Status: corev1.ConditionTrue}}
	})
}
