package exercise

import (
	"maps"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	versions "kubepath/chapters/13-versions"
	"kubepath/internal/tools/exercise"
)

// Plug has your functions convert the metrics of every autoscaler that the server reads and writes.
func Plug() exercise.Plug { return exercise.Plug{Codecs: convertWithYours} }

func convertWithYours(c *kinds.Codecs) {
	versions.Install(c)
	c.Converter = converter{c.Converter}
}

// converter is the project's table, with the metrics from your functions.
type converter struct{ kinds.Converter }

func (c converter) Convert(obj runtime.Object, target schema.GroupVersionKind) (runtime.Object, error) {
	made, err := c.Converter.Convert(obj, target)
	if err != nil || made == obj {
		return made, err
	}
	switch to := made.(type) {
	case *hub:
		yours, err := toHub(obj.(*first))
		if err != nil {
			return nil, err
		}
		to.Spec.Metrics = yours.Spec.Metrics
		carry(&yours.ObjectMeta, &to.ObjectMeta)
	case *first:
		yours, err := fromHub(obj.(*hub))
		if err != nil {
			return nil, err
		}
		to.Spec.TargetCPUUtilizationPercentage = yours.Spec.TargetCPUUtilizationPercentage
		carry(&yours.ObjectMeta, &to.ObjectMeta)
	}
	return made, nil
}

// carry takes your annotation over.
func carry(from, to *metav1.ObjectMeta) {
	text, has := from.Annotations[carrier]
	if _, had := to.Annotations[carrier]; !has && !had {
		return
	}
	to.Annotations = maps.Clone(to.Annotations)
	delete(to.Annotations, carrier)
	if has {
		metav1.SetMetaDataAnnotation(to, carrier, text)
	}
}
