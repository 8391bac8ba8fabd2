package trace

import (
	"context"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
)

// thawer is a capability that this package has never heard of.
type thawer interface{ Thaw() string }

// frozen is a storage that can be read, and thawed.
type frozen struct{}

func (frozen) New() runtime.Object { return &corev1.Pod{} }
func (frozen) Destroy()            {}
func (frozen) Thaw() string        { return "thawed" }
func (frozen) Get(context.Context, string, *metav1.GetOptions) (runtime.Object, error) {
	return &corev1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "a"}}, nil
}

func TestATracedStorageKeepsACapabilityThatTheTracerHasNeverHeardOf(t *testing.T) {
	t.Parallel()
	for name, traced := range map[string]rest.Storage{"once": REST(frozen{}), "twice": REST(REST(frozen{}))} {
		if s, ok := rest.As[thawer](traced); !ok || s.Thaw() != "thawed" {
			t.Errorf("traced %s, the storage cannot be thawed any more", name)
		}
		if s, ok := rest.As[rest.Getter](traced); !ok {
			t.Errorf("traced %s, the storage cannot be read any more", name)
		} else if obj, err := s.Get(t.Context(), "a", nil); err != nil || obj.(*corev1.Pod).Name != "a" {
			t.Errorf("traced %s, the storage reads %v, %v", name, obj, err)
		}
	}
}

func TestATracedStorageHasNoCapabilityMore(t *testing.T) {
	t.Parallel()
	traced := REST(frozen{})
	for name, has := range map[string]bool{
		"list": rest.Has[rest.Lister](traced), "create": rest.Has[rest.Creater](traced), "update": rest.Has[rest.Updater](traced),
		"delete": rest.Has[rest.GracefulDeleter](traced), "watch": rest.Has[rest.Watcher](traced), "connect": rest.Has[rest.Connecter](traced),
	} {
		if has {
			t.Errorf("traced, the storage can %s", name)
		}
	}
}
