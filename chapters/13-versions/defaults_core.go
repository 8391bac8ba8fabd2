package versions

import (
	"maps"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

// coreDefaults is the core group, v1. Upstream: pkg/apis/core/v1/defaults.go.
var coreDefaults = []defaulter{
	defaulterFor(pod), defaulterFor(podTemplate), defaulterFor(replicationController),
	defaulterFor(service), defaulterFor(endpoints),
	defaulterFor(namespace), defaulterFor(node), defaulterFor(secret),
	defaulterFor(persistentVolume), defaulterFor(persistentVolumeClaim),
	defaulterFor(limitRange), defaulterFor(resourceQuota),
}

func secret(s *corev1.Secret) { setDefault(&s.Type, corev1.SecretTypeOpaque) }

// namespace labels a namespace with its name, so that a namespace selector can select one namespace. With generateName
// there is no name yet; the label is set when the name is generated.
func namespace(n *corev1.Namespace) {
	setDefault(&n.Status.Phase, corev1.NamespaceActive)
	if n.Name == "" {
		return
	}
	if n.Labels == nil {
		n.Labels = map[string]string{}
	}
	n.Labels[corev1.LabelMetadataName] = n.Name
}

// node: allocatable is the capacity.
func node(n *corev1.Node) {
	nodeAliases(&n.Spec)
	if n.Status.Allocatable == nil {
		n.Status.Allocatable = maps.Clone(n.Status.Capacity)
	}
	roundUp(n.Status.Capacity, n.Status.Allocatable)
}

func podTemplate(t *corev1.PodTemplate) { podTemplateSpec(&t.Template) }

func replicationController(rc *corev1.ReplicationController) {
	setDefaultPointer(&rc.Spec.Replicas, 1)
	if rc.Spec.Template == nil {
		return
	}
	podTemplateSpec(rc.Spec.Template)
	if labels := rc.Spec.Template.Labels; labels != nil {
		inherit(&rc.Spec.Selector, labels)
		inherit(&rc.Labels, labels)
	}
}

// inherit copies the labels of the pod template if labels is empty.
func inherit(labels *map[string]string, template map[string]string) {
	if len(*labels) == 0 {
		*labels = maps.Clone(template)
	}
}

func persistentVolume(v *corev1.PersistentVolume) {
	setDefault(&v.Status.Phase, corev1.VolumePending)
	persistentVolumeSpec(&v.Spec)
	setDefault(&v.Spec.PersistentVolumeReclaimPolicy, corev1.PersistentVolumeReclaimRetain)
	setDefaultPointer(&v.Spec.VolumeMode, corev1.PersistentVolumeFilesystem)
}

func persistentVolumeClaim(c *corev1.PersistentVolumeClaim) {
	setDefault(&c.Status.Phase, corev1.ClaimPending)
	claimSpec(&c.Spec)
	roundUp(c.Status.Capacity, c.Status.AllocatedResources)
}

func claimSpec(s *corev1.PersistentVolumeClaimSpec) {
	setDefaultPointer(&s.VolumeMode, corev1.PersistentVolumeFilesystem)
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

// containerLimit: the default limit of a container is the maximum; the default request is the default limit, or else
// the minimum.
func containerLimit(l *corev1.LimitRangeItem) {
	complete(&l.Default, l.Max)
	complete(&l.DefaultRequest, l.Default)
	complete(&l.DefaultRequest, l.Min)
}

// service sets the defaults that follow from the type. Cluster IPs and node ports are not defaults: they are allocated.
// Upstream: SetDefaults_Service.
func service(s *corev1.Service) {
	spec := &s.Spec
	setDefault(&spec.Type, corev1.ServiceTypeClusterIP)
	sessionAffinity(spec)
	for i := range spec.Ports {
		servicePort(&spec.Ports[i])
	}
	if reachableFromOutside(spec) {
		setDefault(&spec.ExternalTrafficPolicy, corev1.ServiceExternalTrafficPolicyCluster)
	}
	switch spec.Type {
	case corev1.ServiceTypeClusterIP, corev1.ServiceTypeNodePort:
		setDefaultPointer(&spec.InternalTrafficPolicy, corev1.ServiceInternalTrafficPolicyCluster)
	case corev1.ServiceTypeLoadBalancer:
		setDefaultPointer(&spec.InternalTrafficPolicy, corev1.ServiceInternalTrafficPolicyCluster)
		setDefaultPointer(&spec.AllocateLoadBalancerNodePorts, true)
		loadBalancer(s.Status.LoadBalancer.Ingress)
	}
}

func sessionAffinity(s *corev1.ServiceSpec) {
	setDefault(&s.SessionAffinity, corev1.ServiceAffinityNone)
	switch s.SessionAffinity {
	case corev1.ServiceAffinityNone:
		s.SessionAffinityConfig = nil
	case corev1.ServiceAffinityClientIP:
		setDefaultPointer(&s.SessionAffinityConfig, corev1.SessionAffinityConfig{})
		setDefaultPointer(&s.SessionAffinityConfig.ClientIP, corev1.ClientIPConfig{})
		setDefaultPointer(&s.SessionAffinityConfig.ClientIP.TimeoutSeconds, corev1.DefaultClientIPServiceAffinitySeconds)
	}
}

// servicePort: targetPort is the service's port.
func servicePort(p *corev1.ServicePort) {
	setDefault(&p.Protocol, corev1.ProtocolTCP)
	if p.TargetPort == intstr.FromInt32(0) || p.TargetPort == intstr.FromString("") {
		p.TargetPort = intstr.FromInt32(p.Port)
	}
}

func reachableFromOutside(s *corev1.ServiceSpec) bool {
	switch s.Type {
	case corev1.ServiceTypeLoadBalancer, corev1.ServiceTypeNodePort:
		return true
	}
	return s.Type == corev1.ServiceTypeClusterIP && len(s.ExternalIPs) > 0
}

func loadBalancer(ingress []corev1.LoadBalancerIngress) {
	for i := range ingress {
		if ingress[i].IP != "" {
			setDefaultPointer(&ingress[i].IPMode, corev1.LoadBalancerIPModeVIP)
		}
	}
}

func endpoints(e *corev1.Endpoints) {
	for i := range e.Subsets {
		for j := range e.Subsets[i].Ports {
			setDefault(&e.Subsets[i].Ports[j].Protocol, corev1.ProtocolTCP)
		}
	}
}

// volume: a volume without a source is an emptyDir; each source has its own defaults.
func volume(v *corev1.Volume) {
	s := &v.VolumeSource
	if *s == (corev1.VolumeSource{}) {
		s.EmptyDir = &corev1.EmptyDirVolumeSource{}
		return
	}
	fileModes(s)
	hostPath(s.HostPath)
	azureDisk(s.AzureDisk)
	if s.ISCSI != nil {
		setDefault(&s.ISCSI.ISCSIInterface, "default")
	}
	if s.RBD != nil {
		rados(&s.RBD.RBDPool, &s.RBD.RadosUser, &s.RBD.Keyring)
	}
	if s.ScaleIO != nil {
		scaleIO(&s.ScaleIO.StorageMode, &s.ScaleIO.FSType)
	}
	if s.Image != nil && s.Image.PullPolicy == "" {
		s.Image.PullPolicy = pullPolicy(s.Image.Reference)
	}
	if s.Ephemeral != nil && s.Ephemeral.VolumeClaimTemplate != nil {
		claimSpec(&s.Ephemeral.VolumeClaimTemplate.Spec)
	}
}

// persistentVolumeSpec is volume for the sources of persistent volumes.
func persistentVolumeSpec(s *corev1.PersistentVolumeSpec) {
	roundUp(s.Capacity)
	hostPath(s.HostPath)
	azureDisk(s.AzureDisk)
	if s.ISCSI != nil {
		setDefault(&s.ISCSI.ISCSIInterface, "default")
	}
	if s.RBD != nil {
		rados(&s.RBD.RBDPool, &s.RBD.RadosUser, &s.RBD.Keyring)
	}
	if s.ScaleIO != nil {
		scaleIO(&s.ScaleIO.StorageMode, &s.ScaleIO.FSType)
	}
}

// fileModes sets the permissions of files that the kubelet writes from objects of the API.
func fileModes(s *corev1.VolumeSource) {
	if s.Secret != nil {
		setDefaultPointer(&s.Secret.DefaultMode, corev1.SecretVolumeSourceDefaultMode)
	}
	if s.ConfigMap != nil {
		setDefaultPointer(&s.ConfigMap.DefaultMode, corev1.ConfigMapVolumeSourceDefaultMode)
	}
	if s.DownwardAPI != nil {
		setDefaultPointer(&s.DownwardAPI.DefaultMode, corev1.DownwardAPIVolumeSourceDefaultMode)
		downwardFiles(s.DownwardAPI.Items)
	}
	if s.Projected != nil {
		projected(s.Projected)
	}
}

const hour int64 = 60 * 60 // in seconds: the lifetime of a token

func projected(s *corev1.ProjectedVolumeSource) {
	setDefaultPointer(&s.DefaultMode, corev1.ProjectedVolumeSourceDefaultMode)
	for i := range s.Sources {
		source := &s.Sources[i]
		if source.DownwardAPI != nil {
			downwardFiles(source.DownwardAPI.Items)
		}
		if source.ServiceAccountToken != nil {
			setDefaultPointer(&source.ServiceAccountToken.ExpirationSeconds, hour)
		}
	}
}

func downwardFiles(files []corev1.DownwardAPIVolumeFile) {
	for i := range files {
		fieldOf(files[i].FieldRef)
	}
}

func hostPath(s *corev1.HostPathVolumeSource) {
	if s != nil {
		setDefaultPointer(&s.Type, corev1.HostPathUnset)
	}
}

func azureDisk(s *corev1.AzureDiskVolumeSource) {
	if s == nil {
		return
	}
	setDefaultPointer(&s.CachingMode, corev1.AzureDataDiskCachingReadWrite)
	setDefaultPointer(&s.FSType, "ext4")
	setDefaultPointer(&s.ReadOnly, false)
	setDefaultPointer(&s.Kind, corev1.AzureSharedBlobDisk)
}

func rados(pool, user, keyring *string) {
	setDefault(pool, "rbd")
	setDefault(user, "admin")
	setDefault(keyring, "/etc/ceph/keyring")
}

func scaleIO(mode, filesystem *string) {
	setDefault(mode, "ThinProvisioned")
	setDefault(filesystem, "xfs")
}
