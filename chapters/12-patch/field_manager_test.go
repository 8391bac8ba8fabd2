package patch

import (
	"fmt"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/managedfields"
	"k8s.io/client-go/applyconfigurations"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/12-patch/fieldmanagertest"
)

// reference is apimachinery's field manager.
type reference struct{ *managedfields.FieldManager }

func (r reference) UpdateNoErrors(live, obj runtime.Object, manager string) runtime.Object {
	if live == nil {
		live = newOf(obj)
	}
	return r.FieldManager.UpdateNoErrors(live, obj, manager)
}

func (r reference) Apply(live runtime.Object, applied *unstructured.Unstructured, manager string, force bool) (runtime.Object, error) {
	return r.FieldManager.Apply(live, applied, manager, force)
}

// referenceConverter is an objectConverter as apimachinery asks for it.
type referenceConverter struct {
	runtime.ObjectConvertor
	objects objectConverter
}

func (c referenceConverter) ConvertToVersion(in runtime.Object, target runtime.GroupVersioner) (runtime.Object, error) {
	version, ok := target.(schema.GroupVersion)
	if !ok {
		return nil, fmt.Errorf("%v is not one version", target)
	}
	return c.objects.ConvertToVersion(in, version)
}

// TestTheFieldManagerDoesWhatApimachinerysDoes compares the two for every kind, apimachinery's with the schemas of
// applyconfigurations.
func TestTheFieldManagerDoesWhatApimachinerysDoes(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	upstream := applyconfigurations.NewTypeConverter(codecs.Scheme)
	objects := referenceConverter{objects: objectConverter{codecs}}
	fieldmanagertest.Run(t, codecs, func(e *rest.RequestScope) rest.FieldManager {
		empty, err := codecs.Scheme.New(e.Kind)
		if err != nil {
			t.Fatal(err)
		}
		empty.GetObjectKind().SetGroupVersionKind(e.Kind)
		if _, err := upstream.ObjectToTyped(empty); err != nil {
			return nil // applyconfigurations does not know the kind
		}
		m, err := managedfields.NewDefaultFieldManager(upstream, objects, codecs.Scheme, codecs.Scheme, e.Kind, e.Kind.GroupVersion(),
			e.Subresource, resetFilters(e.Storage.(rest.ResetFieldsStrategy).GetResetFields(), []schema.GroupVersion{e.Kind.GroupVersion()}))
		if err != nil {
			t.Fatal(err)
		}
		return reference{m}
	}, NewFieldManagers(codecs).New)
}
