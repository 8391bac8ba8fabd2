package versions

import (
	"fmt"
	"maps"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
)

// kube-apiserver's internal types differ from the hubs here in a few fields: fields that are not stored, and fields
// that v1 shows as an annotation. kube-apiserver converts each object to the internal type and back, which normalizes
// these fields; Normalize does the same to a hub. Upstream: the hand-written conversions in pkg/apis/core/v1 and
// pkg/apis/apps/v1.

// fieldAnnotations are annotations that are fields of upstream's internal type.
var fieldAnnotations = map[schema.GroupVersionKind][]string{
	appsv1.SchemeGroupVersion.WithKind("DaemonSet"):  {appsv1.DeprecatedTemplateGeneration},
	appsv1.SchemeGroupVersion.WithKind("Deployment"): {appsv1.DeprecatedRollbackTo},
}

// FieldAnnotations returns the annotations of a hub that are fields of the internal type. Responses with metadata only,
// as PartialObjectMetadata, do not have them.
func (t *Converter) FieldAnnotations(hub schema.GroupVersionKind) []string {
	return fieldAnnotations[hub]
}

// Normalize changes a hub as kube-apiserver's conversion to the internal type and back does. It returns an error if an
// annotation is no valid value of its field. It writes to obj only if something changes.
func (t *Converter) Normalize(obj runtime.Object) error {
	switch o := obj.(type) {
	case *corev1.Secret:
		foldStringData(o)
	case *appsv1.DaemonSet:
		return normalizeDaemonSet(o)
	case *appsv1.Deployment:
		return normalizeDeployment(o)
	}
	return nil
}

// foldStringData moves stringData to data.
func foldStringData(s *corev1.Secret) {
	if s.StringData == nil {
		return
	}
	if len(s.StringData) > 0 && s.Data == nil {
		s.Data = map[string][]byte{}
	}
	for key, value := range s.StringData {
		s.Data[key] = []byte(value)
	}
	s.StringData = nil
}

// normalizeDaemonSet: the annotation templateGeneration exists and is a number.
func normalizeDaemonSet(d *appsv1.DaemonSet) error {
	var generation int64
	if text, ok := d.Annotations[appsv1.DeprecatedTemplateGeneration]; ok {
		var err error
		if generation, err = strconv.ParseInt(text, 10, 64); err != nil {
			return err
		}
	}
	annotate(&d.ObjectMeta, appsv1.DeprecatedTemplateGeneration, strconv.FormatInt(generation, 10))
	return nil
}

// normalizeDeployment: the annotation rollbackTo is a number or does not exist.
func normalizeDeployment(d *appsv1.Deployment) error {
	text, ok := d.Annotations[appsv1.DeprecatedRollbackTo]
	switch {
	case !ok:
		return nil
	case text == "":
		d.Annotations = maps.Clone(d.Annotations)
		delete(d.Annotations, appsv1.DeprecatedRollbackTo)
		return nil
	}
	revision, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return fmt.Errorf("failed to parse annotation[%s]=%s as int64: %v", appsv1.DeprecatedRollbackTo, text, err)
	}
	annotate(&d.ObjectMeta, appsv1.DeprecatedRollbackTo, strconv.FormatInt(revision, 10))
	return nil
}

// annotate sets an annotation; it copies the map, and does nothing if the value is the same.
func annotate(m *metav1.ObjectMeta, name, value string) {
	if m.Annotations[name] == value {
		return
	}
	own := make(map[string]string, len(m.Annotations)+1)
	maps.Copy(own, m.Annotations)
	own[name] = value
	m.Annotations = own
}
