package exercise

import (
	"context"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
)

// Create stores obj under its name or, where it has only a generateName, under a name made from that. obj itself stays as it
// is in the second case. Errors: those of n.Creater, and AlreadyExists where mostAttempts names were all taken.
func (n Namer) Create(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	if m.GetGenerateName() == "" {
		return n.Creater.Create(ctx, obj, options)
	}
	for attempt := 1; ; attempt++ {
		out, err := n.attempt(ctx, obj.DeepCopyObject(), options)
		if attempt == mostAttempts || !apierrors.IsAlreadyExists(err) {
			return out, err
		}
	}
}

// attempt names obj and creates it.
func (n Namer) attempt(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (runtime.Object, error) {
	m, err := meta.Accessor(obj)
	if err != nil {
		return nil, err
	}
	m.SetName(n.name(m.GetGenerateName()))
	return n.Creater.Create(ctx, obj, options)
}

// name makes a name from a prefix.
func (n Namer) name(prefix string) string {
	if most := longestName - randomLength; len(prefix) > most {
		prefix = prefix[:most]
	}
	return prefix + n.Random(randomLength)
}
