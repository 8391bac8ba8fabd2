package watch

import (
	"io"
	"sync/atomic"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/watch"
)

// BenchmarkFrame makes a frame of an event: of an object that keeps its bytes, and of one that is encoded anew; and
// copies the bytes alone.
func BenchmarkFrame(b *testing.B) {
	var encoded atomic.Int64
	object := &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}, Spec: corev1.PodSpec{Containers: make([]corev1.Container, 20)}}
	for _, accept := range []string{"application/json", "application/vnd.kubernetes.protobuf"} {
		f := newWatchEncoder(calls(b, accept))
		var whole []byte
		for _, row := range []struct {
			name   string
			object runtime.Object
		}{
			{"kept bytes", &kept{object, &encoded, map[runtime.Identifier][]byte{}}},
			{"encoded anew", object},
		} {
			b.Run(accept+"/"+row.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					err := f.encode(watch.Event{Type: watch.Added, Object: row.object}, func(frame []byte) error {
						whole = append(whole[:0], frame...)
						return nil
					})
					if err != nil {
						b.Fatal(err)
					}
				}
			})
		}
		b.Run(accept+"/the bytes alone", func(b *testing.B) {
			var out []byte
			for b.Loop() {
				out = append(out[:0], whole...)
				_, _ = io.Discard.Write(out)
			}
		})
	}
}
