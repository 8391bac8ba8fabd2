package node

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	corev1 "k8s.io/api/core/v1"
	metavalidation "k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// nodeStrategy is the strategy of nodes. A create keeps the status, because kubelets register their nodes with it.
// Upstream: pkg/registry/core/node.
type nodeStrategy struct{ registry.ClusterScoped }

func (nodeStrategy) PrepareForCreate(_ context.Context, obj runtime.Object) {
	n := obj.(*corev1.Node)
	n.Spec.ConfigSource, n.Status.Config = nil, nil // the feature DynamicKubeletConfig was removed
}

func (nodeStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	n, before := obj.(*corev1.Node), old.(*corev1.Node)
	n.Status = before.Status
	if before.Spec.ConfigSource == nil {
		n.Spec.ConfigSource = nil
	}
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (nodeStrategy) GetResetFields() rest.ResetFields { return rest.ResetFields{{"status"}} }

func (nodeStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	n := obj.(*corev1.Node)
	errs := validateTaints(field.NewPath("metadata", "taints"), n.Spec.Taints) // upstream's path, although taints are in the spec
	errs = append(errs, validateNodeResources(n)...)
	if swap := n.Status.NodeInfo.Swap; swap != nil && swap.Capacity != nil {
		errs = append(errs, validate.Positive(field.NewPath("metadata", "nodeSwapStatus", "capacity"), *swap.Capacity)...)
	}
	errs = append(errs, validateDeclaredFeatures(field.NewPath("status", "declaredFeatures"), n.Status.DeclaredFeatures)...)
	return append(errs, validatePodCIDRs(field.NewPath("spec", "podCIDRs"), n.Spec.PodCIDRs)...)
}

// ValidateUpdate checks some fields twice, as upstream, so some causes appear twice.
func (s nodeStrategy) ValidateUpdate(ctx context.Context, obj, old runtime.Object) field.ErrorList {
	return append(s.Validate(ctx, obj), validateNodeUpdate(obj.(*corev1.Node), old.(*corev1.Node))...)
}

func (nodeStrategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	return nodeWarnings(obj)
}

func (nodeStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	return nodeWarnings(obj)
}

// nodeStatus is the strategy of the subresource status, which kubelets write every few seconds.
type nodeStatus struct{ nodeStrategy }

func (nodeStatus) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	n, before := obj.(*corev1.Node), old.(*corev1.Node)
	n.Spec = before.Spec
	if before.Status.Config == nil {
		n.Status.Config = nil
	}
}

// GetResetFields returns the fields that PrepareForUpdate resets.
func (nodeStatus) GetResetFields() rest.ResetFields { return rest.ResetFields{{"spec"}} }

func (nodeStatus) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	return validateNodeUpdate(obj.(*corev1.Node), old.(*corev1.Node))
}

func (nodeStatus) WarningsOnUpdate(context.Context, runtime.Object, runtime.Object) []string {
	return nil
}

// validateNodeUpdate holds the rules for an update: podCIDRs and providerID do not change once they are set.
// Upstream: ValidateNodeUpdate.
func validateNodeUpdate(n, old *corev1.Node) field.ErrorList {
	errs := validateNodeResources(n)
	errs = append(errs, validateDeclaredFeatures(field.NewPath("status", "declaredFeatures"), n.Status.DeclaredFeatures)...)
	var seen []corev1.NodeAddress
	for i, address := range n.Status.Addresses {
		if slices.Contains(seen, address) {
			errs = append(errs, field.Duplicate(field.NewPath("status", "addresses").Index(i), address))
		}
		seen = append(seen, address)
	}
	spec := field.NewPath("spec")
	const once = `node updates may not change %s except from "" to valid`
	if len(old.Spec.PodCIDRs) > 0 && !slices.Equal(old.Spec.PodCIDRs, n.Spec.PodCIDRs) {
		errs = append(errs, field.Forbidden(spec.Child("podCIDRs"), strings.Replace(once, "%s", "podCIDR", 1)))
	}
	if old.Spec.ProviderID != "" && old.Spec.ProviderID != n.Spec.ProviderID {
		errs = append(errs, field.Forbidden(spec.Child("providerID"), strings.Replace(once, "%s", "providerID", 1)))
	}
	errs = append(errs, validateTaints(field.NewPath("metadata", "taints"), n.Spec.Taints)...)
	if n.Spec.DoNotUseExternalID != old.Spec.DoNotUseExternalID {
		errs = append(errs, field.Forbidden(spec.Child("externalID"), "may not be updated"))
	}
	return errs
}

// validateTaints: no two taints have the same key and effect. Upstream: validateNodeTaints.
func validateTaints(path *field.Path, taints []corev1.Taint) field.ErrorList {
	var errs field.ErrorList
	type pair struct {
		key    string
		effect corev1.TaintEffect
	}
	seen := map[pair]bool{}
	for i, taint := range taints {
		at := path.Index(i)
		errs = append(errs, metavalidation.ValidateLabelName(taint.Key, at.Child("key"))...)
		if messages := validation.IsValidLabelValue(taint.Value); len(messages) > 0 {
			errs = append(errs, field.Invalid(at.Child("value"), taint.Value, strings.Join(messages, ";")))
		}
		errs = append(errs, validate.RequiredAndSupported(at.Child("effect"), taint.Effect,
			corev1.TaintEffectNoSchedule, corev1.TaintEffectPreferNoSchedule, corev1.TaintEffectNoExecute)...)
		if this := (pair{taint.Key, taint.Effect}); seen[this] {
			twice := field.Duplicate(at, taint)
			twice.Detail = "taints must be unique by key and effect pair"
			errs = append(errs, twice)
		} else {
			seen[this] = true
		}
	}
	return errs
}

func validateNodeResources(n *corev1.Node) field.ErrorList {
	var errs field.ErrorList
	for _, name := range validate.SortedKeys(n.Status.Capacity) {
		errs = append(errs, validate.ResourceQuantity(field.NewPath("status", "capacity", string(name)), name, n.Status.Capacity[name])...)
	}
	for _, name := range validate.SortedKeys(n.Status.Allocatable) {
		errs = append(errs, validate.ResourceQuantity(field.NewPath("status", "allocatable", string(name)), name, n.Status.Allocatable[name])...)
	}
	return errs
}

func nodeFields(obj runtime.Object) fields.Set {
	return fields.Set{"spec.unschedulable": strconv.FormatBool(obj.(*corev1.Node).Spec.Unschedulable)}
}

// nodeColumns are the columns of kubectl get nodes. Upstream: printNode.
var nodeColumns = resource.Table[corev1.Node, *corev1.Node]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Status", Description: "The status of the node"},
		{Name: "Roles", Description: "The roles of the node"},
		resource.AgeColumn(),
		resource.FieldColumn("Version", corev1.NodeSystemInfo{}, "kubeletVersion"),
		resource.Wide(resource.FieldColumn("Internal-IP", corev1.NodeStatus{}, "addresses")),
		resource.Wide(resource.FieldColumn("External-IP", corev1.NodeStatus{}, "addresses")),
		resource.Wide(resource.FieldColumn("OS-Image", corev1.NodeSystemInfo{}, "osImage")),
		resource.Wide(resource.FieldColumn("Kernel-Version", corev1.NodeSystemInfo{}, "kernelVersion")),
		resource.Wide(resource.FieldColumn("Container-Runtime", corev1.NodeSystemInfo{}, "containerRuntimeVersion")),
	},
	Cells: func(n *corev1.Node) []any {
		info := n.Status.NodeInfo
		kernel := cmp.Or(info.KernelVersion, resource.Unknown)
		if info.Architecture != "" {
			kernel += " (" + info.Architecture + ")"
		}
		return []any{
			n.Name, nodeState(n), cmp.Or(strings.Join(nodeRoles(n), ","), resource.None), resource.AgeOf(n), info.KubeletVersion,
			nodeAddress(n, corev1.NodeInternalIP), nodeAddress(n, corev1.NodeExternalIP),
			cmp.Or(info.OSImage, resource.Unknown), kernel, cmp.Or(info.ContainerRuntimeVersion, resource.Unknown),
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

// nodeRoles returns the roles, which labels hold: node-role.kubernetes.io/ROLE, or the older kubernetes.io/role=ROLE.
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
	return resource.None
}
