package workloads

import (
	appsv1 "k8s.io/api/apps/v1"
	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	policyv1 "k8s.io/api/policy/v1"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// Groups returns the resources of this package.
func Groups() []resource.Group {
	return []resource.Group{
		{GroupVersion: corev1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "PodTemplate", Name: "podtemplates", Strategy: podTemplateStrategy, Columns: podTemplateColumns, ReturnDeleted: true},
			{Kind: "ReplicationController", Name: "replicationcontrollers", ShortNames: []string{"rc"}, All: true, KeyRoot: "/controllers",
				Strategy: replicationControllerStrategy, Status: replicationControllerStatus, SelectableFields: replicationControllerFields,
				Columns: replicationControllerColumns, Subresources: replicationControllerScale},
		}},
		{GroupVersion: appsv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "ControllerRevision", Name: "controllerrevisions", ObjectMeta: registry.UpdateThenMeta, Strategy: controllerRevisions,
				Columns: controllerRevisionColumns},
			{Kind: "DaemonSet", Name: "daemonsets", ShortNames: []string{"ds"}, All: true,
				Strategy: daemonSets, Status: daemonSetStatus, Columns: daemonSetColumns},
			{Kind: "Deployment", Name: "deployments", ShortNames: []string{"deploy"}, All: true,
				Strategy: deployments, Status: deploymentStatus, Columns: deploymentColumns,
				Subresources: deploymentScale},
			{Kind: "ReplicaSet", Name: "replicasets", ShortNames: []string{"rs"}, All: true,
				Strategy: replicaSets, Status: replicaSets.StatusStrategy(validateReplicaSetStatus), Columns: replicaSetColumns,
				Subresources: replicaSetScale},
			{Kind: "StatefulSet", Name: "statefulsets", ShortNames: []string{"sts"}, All: true,
				Strategy: statefulSets, Status: statefulSets.StatusStrategy(validateStatefulSetStatus), Columns: statefulSetColumns,
				Subresources: statefulSetScale},
		}},
		{GroupVersion: batchv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "CronJob", Name: "cronjobs", StatusObjectMeta: registry.NoMeta, ShortNames: []string{"cj"}, All: true,
				Strategy: cronJobs, Status: cronJobs.StatusStrategy(nil), Columns: cronJobColumns},
			{Kind: "Job", Name: "jobs", ObjectMeta: registry.MetaThenUpdate, All: true, Strategy: jobs,
				Status: jobs.StatusStrategy(validateJobStatus), Columns: jobColumns,
				SelectableFields: jobFields, UnsupportedFieldLabel: "field label %q not supported for Job", WrapStore: serveJobs},
		}},
		{GroupVersion: autoscalingv2.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "HorizontalPodAutoscaler", Name: "horizontalpodautoscalers", ShortNames: []string{"hpa"}, All: true,
				Strategy: autoscalers, Status: autoscalers.StatusStrategy(validateAutoscalerStatus), Columns: autoscalerColumns},
		}},
		{GroupVersion: autoscalingv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "HorizontalPodAutoscaler", Name: "horizontalpodautoscalers",
				SameAs: autoscalingv2.SchemeGroupVersion.WithResource("horizontalpodautoscalers")},
		}},
		{GroupVersion: policyv1.SchemeGroupVersion, Resources: []resource.Definition{
			{Kind: "PodDisruptionBudget", Name: "poddisruptionbudgets", ObjectMeta: registry.NoMeta,
				StatusObjectMeta: registry.NoMeta, ShortNames: []string{"pdb"},
				Strategy: disruptionBudgets, Status: disruptionBudgets.StatusStrategy(validateBudgetStatus), Columns: budgetColumns},
		}},
	}
}
