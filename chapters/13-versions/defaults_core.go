package versions

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
)

// coreDefaults is the group without a name, version v1. Upstream: pkg/apis/core/v1/defaults.go.
var coreDefaults = []defaulter{
	on(pod), on(podTemplate), on(replicationController),
	on(service), on(endpoints),
	on(namespace), on(node), on(secret),
	on(persistentVolume), on(persistentVolumeClaim),
	on(limitRange), on(resourceQuota),
}

func secret(s *corev1.Secret) { fill(&s.Type, corev1.SecretTypeOpaque) }

// namespace labels a namespace with its own name, so that selectors of namespaces can name one. A generated name does
// not exist yet: that label is set once it does.
func namespace(n *corev1.Namespace) {
	fill(&n.Status.Phase, corev1.NamespaceActive)
	if n.Name == "" {
		return
	}
	if n.Labels == nil {
		n.Labels = map[string]string{}
	}
	n.Labels[corev1.LabelMetadataName] = n.Name
}

// node: what a node does not reserve, pods may have.
func node(n *corev1.Node) {
	nodeAliases(&n.Spec)
	if n.Status.Allocatable == nil {
		n.Status.Allocatable = maps.Clone(n.Status.Capacity)
	}
	roundUp(n.Status.Capacity, n.Status.Allocatable)
}

func podTemplate(t *corev1.PodTemplate) { podTemplateSpec(&t.Template) }

func replicationController(rc *corev1.ReplicationController) {
	point(&rc.Spec.Replicas, 1)
	if rc.Spec.Template == nil {
		return
	}
	podTemplateSpec(rc.Spec.Template)
	if labels := rc.Spec.Template.Labels; labels != nil {
		inherit(&rc.Spec.Selector, labels)
		inherit(&rc.Labels, labels)
	}
}

// inherit gives an empty set of labels those of the pod template.
func inherit(labels *map[string]string, template map[string]string) {
	if len(*labels) == 0 {
		*labels = maps.Clone(template)
	}
}

func persistentVolume(v *corev1.PersistentVolume) {
	fill(&v.Status.Phase, corev1.VolumePending)
	persistentVolumeSpec(&v.Spec)
	fill(&v.Spec.PersistentVolumeReclaimPolicy, corev1.PersistentVolumeReclaimRetain)
	point(&v.Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
}

func persistentVolumeClaim(c *corev1.PersistentVolumeClaim) {
	fill(&c.Status.Phase, corev1.ClaimPending)
	claimSpec(&c.Spec)
	roundUp(c.Status.Capacity, c.Status.AllocatedResources)
}

func claimSpec(s *corev1.PersistentVolumeClaimSpec) {
	point(&s.VolumeMode, corev1.PersistentVolumeFilesystem)
	roundUp(s.Resources.Limits, s.Resources.Requests)
}

func resourceQuota(q *corev1.ResourceQuota) { roundUp(q.Spec.Hard, q.Status.Hard, q.Status.Used) }

func limitRange(l *corev1.LimitRange) {
	for i := range l.Spec.Limits {
		limit := &l.Spec.Limits[i]
		if limit.Type == corev1.LimitTypeContainer {
			containerLimit(limit)
		}
		roundUp(limit.Max, limit.Min, limit.Default, limit.DefaultRequest, limit.MaxLimitRequestRatio)
	}
}

// containerLimit derives the limit and the request of containers that name none: the limit is the most that a container
// may have, the request is that limit, else the least.
func containerLimit(l *corev1.LimitRangeItem) {
	complete(&l.Default, l.Max)
	complete(&l.DefaultRequest, l.Default)
	complete(&l.DefaultRequest, l.Min)
}
