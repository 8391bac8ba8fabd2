package versions

import (
	"encoding/json"
	"fmt"
	"maps"
	"strconv"

	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// oldConversions are versions that Kubernetes once had and no longer serves; a server here can, for who reads old
// manifests. Upstream: pkg/apis/extensions/v1beta1/conversion.go, pkg/apis/apps/v1/conversion.go.
var oldConversions = []conversion{
	between(batchv1beta1.SchemeGroupVersion.WithKind("CronJob"), batchv1.SchemeGroupVersion.WithKind("CronJob"),
		same[batchv1beta1.CronJob, batchv1.CronJob], same[batchv1.CronJob, batchv1beta1.CronJob]),
	between(extensionsv1beta1.SchemeGroupVersion.WithKind("ReplicaSet"), appsv1.SchemeGroupVersion.WithKind("ReplicaSet"),
		same[extensionsv1beta1.ReplicaSet, appsv1.ReplicaSet], same[appsv1.ReplicaSet, extensionsv1beta1.ReplicaSet]),
	between(extensionsv1beta1.SchemeGroupVersion.WithKind("DaemonSet"), appsv1.SchemeGroupVersion.WithKind("DaemonSet"),
		newDaemonSet, oldDaemonSet),
	between(extensionsv1beta1.SchemeGroupVersion.WithKind("Deployment"), appsv1.SchemeGroupVersion.WithKind("Deployment"),
		newDeployment, oldDeployment),
	between(extensionsv1beta1.SchemeGroupVersion.WithKind("Ingress"), networkingv1.SchemeGroupVersion.WithKind("Ingress"),
		newIngress, oldIngress),
}

// same converts between types that have the same fields on the wire, by way of the wire: slow, and right. Fields that
// only one of them has are lost.
func same[From, To any](from *From) (*To, error) {
	to := new(To)
	data, err := json.Marshal(from)
	if err == nil {
		err = json.Unmarshal(data, to)
	}
	return to, err
}

// newDaemonSet keeps in an annotation what once was a field: the generation of the template.
func newDaemonSet(old *extensionsv1beta1.DaemonSet) (*appsv1.DaemonSet, error) {
	d, err := same[extensionsv1beta1.DaemonSet, appsv1.DaemonSet](old)
	if err == nil {
		metav1.SetMetaDataAnnotation(&d.ObjectMeta, appsv1.DeprecatedTemplateGeneration, strconv.FormatInt(old.Spec.TemplateGeneration, 10))
	}
	return d, err
}

func oldDaemonSet(d *appsv1.DaemonSet) (*extensionsv1beta1.DaemonSet, error) {
	old, err := same[appsv1.DaemonSet, extensionsv1beta1.DaemonSet](d)
	if err == nil {
		old.Spec.TemplateGeneration, _, err = takeNumber(&old.ObjectMeta, appsv1.DeprecatedTemplateGeneration)
	}
	return old, err
}

// newDeployment keeps in an annotation the revision that a rollback goes to, which the server once followed by itself.
func newDeployment(old *extensionsv1beta1.Deployment) (*appsv1.Deployment, error) {
	d, err := same[extensionsv1beta1.Deployment, appsv1.Deployment](old)
	if err == nil && old.Spec.RollbackTo != nil {
		metav1.SetMetaDataAnnotation(&d.ObjectMeta, appsv1.DeprecatedRollbackTo, strconv.FormatInt(old.Spec.RollbackTo.Revision, 10))
	}
	return d, err
}

func oldDeployment(d *appsv1.Deployment) (*extensionsv1beta1.Deployment, error) {
	old, err := same[appsv1.Deployment, extensionsv1beta1.Deployment](d)
	if err != nil {
		return nil, err
	}
	revision, asked, err := takeNumber(&old.ObjectMeta, appsv1.DeprecatedRollbackTo)
	if asked {
		old.Spec.RollbackTo = &extensionsv1beta1.RollbackConfig{Revision: revision}
	}
	return old, err
}

// takeNumber reads an annotation and takes it off; found tells whether it was there.
func takeNumber(m *metav1.ObjectMeta, annotation string) (number int64, found bool, err error) {
	text, found := m.Annotations[annotation]
	if !found {
		return 0, false, nil
	}
	if number, err = strconv.ParseInt(text, 10, 64); err != nil {
		return 0, false, fmt.Errorf("failed to parse annotation[%s]=%s as int64: %w", annotation, text, err)
	}
	m.Annotations = maps.Clone(m.Annotations)
	delete(m.Annotations, annotation)
	return number, true, nil
}
