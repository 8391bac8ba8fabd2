package versions

import (
	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// appsDefaults is apps/v1. Upstream: pkg/apis/apps/v1/defaults.go.
var appsDefaults = []defaulter{on(deployment), on(replicaSet), on(daemonSet), on(statefulSet)}

const keptRevisions int32 = 10

func deployment(d *appsv1.Deployment) {
	s := &d.Spec
	point(&s.Replicas, 1)
	point(&s.RevisionHistoryLimit, keptRevisions)
	point(&s.ProgressDeadlineSeconds, 600)
	fill(&s.Strategy.Type, appsv1.RollingUpdateDeploymentStrategyType)
	if s.Strategy.Type == appsv1.RollingUpdateDeploymentStrategyType {
		point(&s.Strategy.RollingUpdate, appsv1.RollingUpdateDeployment{})
		point(&s.Strategy.RollingUpdate.MaxUnavailable, intstr.FromString("25%"))
		point(&s.Strategy.RollingUpdate.MaxSurge, intstr.FromString("25%"))
	}
	podTemplateSpec(&s.Template)
}

func replicaSet(r *appsv1.ReplicaSet) {
	point(&r.Spec.Replicas, 1)
	podTemplateSpec(&r.Spec.Template)
}

func daemonSet(d *appsv1.DaemonSet) {
	s := &d.Spec
	point(&s.RevisionHistoryLimit, keptRevisions)
	fill(&s.UpdateStrategy.Type, appsv1.RollingUpdateDaemonSetStrategyType)
	if s.UpdateStrategy.Type == appsv1.RollingUpdateDaemonSetStrategyType {
		point(&s.UpdateStrategy.RollingUpdate, appsv1.RollingUpdateDaemonSet{})
		point(&s.UpdateStrategy.RollingUpdate.MaxUnavailable, intstr.FromInt32(1))
		point(&s.UpdateStrategy.RollingUpdate.MaxSurge, intstr.FromInt32(0))
	}
	podTemplateSpec(&s.Template)
}

func statefulSet(set *appsv1.StatefulSet) {
	s := &set.Spec
	point(&s.Replicas, 1)
	point(&s.RevisionHistoryLimit, keptRevisions)
	fill(&s.PodManagementPolicy, appsv1.OrderedReadyPodManagement)
	statefulUpdates(&s.UpdateStrategy)
	point(&s.PersistentVolumeClaimRetentionPolicy, appsv1.StatefulSetPersistentVolumeClaimRetentionPolicy{})
	fill(&s.PersistentVolumeClaimRetentionPolicy.WhenDeleted, appsv1.RetainPersistentVolumeClaimRetentionPolicyType)
	fill(&s.PersistentVolumeClaimRetentionPolicy.WhenScaled, appsv1.RetainPersistentVolumeClaimRetentionPolicyType)
	for i := range s.VolumeClaimTemplates {
		claim := &s.VolumeClaimTemplates[i]
		claim.APIVersion, claim.Kind = "v1", "PersistentVolumeClaim" // alone among embedded objects, they name their kind
		persistentVolumeClaim(claim)
	}
	podTemplateSpec(&s.Template)
}

// statefulUpdates: who asks for rolling updates by name, without parameters, gets none.
func statefulUpdates(s *appsv1.StatefulSetUpdateStrategy) {
	if s.Type == "" {
		s.Type = appsv1.RollingUpdateStatefulSetStrategyType
		point(&s.RollingUpdate, appsv1.RollingUpdateStatefulSetStrategy{})
	}
	if s.Type == appsv1.RollingUpdateStatefulSetStrategyType && s.RollingUpdate != nil {
		point(&s.RollingUpdate.Partition, 0)
	}
}
