package controlplane

import (
	appsv1 "k8s.io/api/apps/v1"
	batchv1 "k8s.io/api/batch/v1"
	batchv1beta1 "k8s.io/api/batch/v1beta1"
	extensionsv1beta1 "k8s.io/api/extensions/v1beta1"
	networkingv1 "k8s.io/api/networking/v1"
)

// RemovedGroups returns versions that kube-apiserver no longer serves, for clients with old manifests. Their objects
// are those of the current versions. They are served if Config.RuntimeConfig switches them on.
func RemovedGroups() []Group {
	return []Group{
		{GroupVersion: batchv1beta1.SchemeGroupVersion, Resources: []Resource{
			{Kind: "CronJob", Name: "cronjobs", SameAs: batchv1.SchemeGroupVersion.WithResource("cronjobs")},
		}},
		{GroupVersion: extensionsv1beta1.SchemeGroupVersion, Resources: []Resource{
			{Kind: "DaemonSet", Name: "daemonsets", SameAs: appsv1.SchemeGroupVersion.WithResource("daemonsets")},
			{Kind: "Deployment", Name: "deployments", SameAs: appsv1.SchemeGroupVersion.WithResource("deployments")},
			{Kind: "Ingress", Name: "ingresses", SameAs: networkingv1.SchemeGroupVersion.WithResource("ingresses")},
			{Kind: "ReplicaSet", Name: "replicasets", SameAs: appsv1.SchemeGroupVersion.WithResource("replicasets")},
		}},
	}
}
