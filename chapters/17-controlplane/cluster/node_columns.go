package cluster

import (
	"cmp"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"

	"kubepath/chapters/17-controlplane/resource"
)

// What cells hold where there is nothing to show.
const (
	none    = "<none>"
	unset   = "<unset>"
	unknown = "<unknown>"
)

// nodeColumns is what kubectl get nodes shows. Upstream: printNode.
var nodeColumns = resource.Table[corev1.Node, *corev1.Node]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Status", Description: "The status of the node"},
		{Name: "Roles", Description: "The roles of the node"},
		resource.AgeColumn(),
		column("Version", corev1.NodeSystemInfo{}, "kubeletVersion"),
		wide(column("Internal-IP", corev1.NodeStatus{}, "addresses")),
		wide(column("External-IP", corev1.NodeStatus{}, "addresses")),
		wide(column("OS-Image", corev1.NodeSystemInfo{}, "osImage")),
		wide(column("Kernel-Version", corev1.NodeSystemInfo{}, "kernelVersion")),
		wide(column("Container-Runtime", corev1.NodeSystemInfo{}, "containerRuntimeVersion")),
	},
	Cells: func(n *corev1.Node) []any {
		info := n.Status.NodeInfo
		kernel := cmp.Or(info.KernelVersion, unknown)
		if info.Architecture != "" {
			kernel += " (" + info.Architecture + ")"
		}
		return []any{
			n.Name, nodeState(n), cmp.Or(strings.Join(nodeRoles(n), ","), none), resource.AgeOf(n), info.KubeletVersion,
			nodeAddress(n, corev1.NodeInternalIP), nodeAddress(n, corev1.NodeExternalIP),
			cmp.Or(info.OSImage, unknown), kernel, cmp.Or(info.ContainerRuntimeVersion, unknown),
		}
	},
}

func nodeState(n *corev1.Node) string {
	state := "Unknown"
	for _, c := range n.Status.Conditions {
		switch {
		case c.Type != corev1.NodeReady:
		case c.Status == corev1.ConditionTrue:
			state = "Ready"
		default:
			state = "NotReady"
		}
	}
	if n.Spec.Unschedulable {
		state += ",SchedulingDisabled"
	}
	return state
}

// nodeRoles are labels by agreement: one in the key of a label, or one as the value of an old label.
func nodeRoles(n *corev1.Node) []string {
	var roles []string
	for key, value := range n.Labels {
		role, named := strings.CutPrefix(key, "node-role.kubernetes.io/")
		if key == "kubernetes.io/role" {
			role, named = value, true
		}
		if named && role != "" {
			roles = append(roles, role)
		}
	}
	slices.Sort(roles)
	return slices.Compact(roles)
}

func nodeAddress(n *corev1.Node, kind corev1.NodeAddressType) string {
	for _, address := range n.Status.Addresses {
		if address.Type == kind {
			return address.Address
		}
	}
	return none
}
