package flowcontrol

import (
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// The flow schemas and priority levels of a new cluster: the more the cluster depends on the requests of a level, the
// smaller is the share that other levels may borrow from it. Upstream: apiserver/pkg/apis/flowcontrol/bootstrap.

// bootstrapLevel is a row of bootstrapLevels; a level without queues rejects requests above its limit.
type bootstrapLevel struct {
	name             string
	shares, lendable int32 // nominal concurrency shares, 245 in all; percent that other levels may borrow
	queues, hand     int32 // number of queues, each 50 long; hand size
}

var bootstrapLevels = []bootstrapLevel{
	{name: "catch-all", shares: 5},
	{"system", 30, 33, 64, 6},
	{"node-high", 40, 25, 64, 6},
	{"leader-election", 10, 0, 16, 4},
	{"workload-high", 40, 50, 128, 6},
	{"workload-low", 100, 90, 128, 6},
	{"global-default", 20, 50, 128, 6},
}

// bootstrapFlow is a row of bootstrapFlows; without rules it matches every request of its subjects.
type bootstrapFlow struct {
	name, level string
	precedence  int32
	by          flowcontrolv1.FlowDistinguisherMethodType // "": all requests are one flow
	subjects    []flowcontrolv1.Subject
	rules       []flowcontrolv1.ResourcePolicyRule
	paths       []string // non-resource URLs, for get
}

var (
	byUser, byNamespace = flowcontrolv1.FlowDistinguisherMethodByUserType, flowcontrolv1.FlowDistinguisherMethodByNamespaceType

	everybody  = []flowcontrolv1.Subject{groupNamed("system:unauthenticated"), groupNamed("system:authenticated")}
	nodesGroup = []flowcontrolv1.Subject{groupNamed("system:nodes")}
	manager    = userNamed("system:kube-controller-manager")
	scheduler  = userNamed("system:kube-scheduler")
	system     = flowcontrolv1.Subject{Kind: flowcontrolv1.SubjectKindServiceAccount,
		ServiceAccount: &flowcontrolv1.ServiceAccountSubject{Namespace: metav1.NamespaceSystem, Name: "*"}}
)

var bootstrapFlows = []bootstrapFlow{
	{name: exempt, level: exempt, precedence: 1, subjects: []flowcontrolv1.Subject{groupNamed("system:masters")}},
	{name: "probes", level: exempt, precedence: 2, subjects: everybody, paths: []string{"/healthz", "/readyz", "/livez"}},
	{name: "system-leader-election", level: "leader-election", precedence: 100, by: byUser,
		subjects: []flowcontrolv1.Subject{manager, scheduler, system},
		rules: []flowcontrolv1.ResourcePolicyRule{
			{Verbs: []string{"get", "create", "update"}, APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, Namespaces: all}}},
	{name: "system-node-high", level: "node-high", precedence: 400, by: byUser, subjects: nodesGroup,
		rules: []flowcontrolv1.ResourcePolicyRule{
			{Verbs: all, APIGroups: []string{""}, Resources: []string{"nodes", "nodes/status"}, ClusterScope: true, Namespaces: all},
			{Verbs: all, APIGroups: []string{"coordination.k8s.io"}, Resources: []string{"leases"}, Namespaces: all}}},
	{name: "system-nodes", level: "system", precedence: 500, by: byUser, subjects: nodesGroup},
	{name: "kube-controller-manager", level: "workload-high", precedence: 800, by: byNamespace, subjects: []flowcontrolv1.Subject{manager}},
	{name: "kube-scheduler", level: "workload-high", precedence: 800, by: byNamespace, subjects: []flowcontrolv1.Subject{scheduler}},
	{name: "kube-system-service-accounts", level: "workload-high", precedence: 900, by: byNamespace, subjects: []flowcontrolv1.Subject{system}},
	{name: "service-accounts", level: "workload-low", precedence: 9000, by: byUser, subjects: []flowcontrolv1.Subject{groupNamed("system:serviceaccounts")}},
	{name: "global-default", level: "global-default", precedence: 9900, by: byUser, subjects: everybody},
	{name: "catch-all", level: "catch-all", precedence: 10000, by: byUser, subjects: everybody},
}

var all = []string{"*"}

func groupNamed(name string) flowcontrolv1.Subject {
	return flowcontrolv1.Subject{Kind: flowcontrolv1.SubjectKindGroup, Group: &flowcontrolv1.GroupSubject{Name: name}}
}

func userNamed(name string) flowcontrolv1.Subject {
	return flowcontrolv1.Subject{Kind: flowcontrolv1.SubjectKindUser, User: &flowcontrolv1.UserSubject{Name: name}}
}

// suggested returns metadata with the annotation that lets a later release update the object.
func suggested(name string) metav1.ObjectMeta {
	return metav1.ObjectMeta{Name: name, Annotations: map[string]string{flowcontrolv1.AutoUpdateAnnotationKey: "true"}}
}

// BootstrapPriorityLevelConfigurations returns new objects: the priority levels of a new cluster.
func BootstrapPriorityLevelConfigurations() []*flowcontrolv1.PriorityLevelConfiguration {
	levels := []*flowcontrolv1.PriorityLevelConfiguration{{ObjectMeta: suggested(exempt), Spec: flowcontrolv1.PriorityLevelConfigurationSpec{
		Type:   flowcontrolv1.PriorityLevelEnablementExempt,
		Exempt: &flowcontrolv1.ExemptPriorityLevelConfiguration{NominalConcurrencyShares: new(int32), LendablePercent: new(int32)},
	}}}
	for _, row := range bootstrapLevels {
		response := flowcontrolv1.LimitResponse{Type: flowcontrolv1.LimitResponseTypeReject}
		if row.queues > 0 {
			response = flowcontrolv1.LimitResponse{Type: flowcontrolv1.LimitResponseTypeQueue,
				Queuing: &flowcontrolv1.QueuingConfiguration{Queues: row.queues, HandSize: row.hand, QueueLengthLimit: 50}}
		}
		levels = append(levels, &flowcontrolv1.PriorityLevelConfiguration{ObjectMeta: suggested(row.name), Spec: flowcontrolv1.PriorityLevelConfigurationSpec{
			Type: flowcontrolv1.PriorityLevelEnablementLimited,
			Limited: &flowcontrolv1.LimitedPriorityLevelConfiguration{
				NominalConcurrencyShares: new(row.shares), LendablePercent: new(row.lendable), LimitResponse: response},
		}})
	}
	return levels
}

// BootstrapFlowSchemas returns new objects: the flow schemas of a new cluster.
func BootstrapFlowSchemas() []*flowcontrolv1.FlowSchema {
	var flows []*flowcontrolv1.FlowSchema
	for _, row := range bootstrapFlows {
		f := &flowcontrolv1.FlowSchema{ObjectMeta: suggested(row.name), Spec: flowcontrolv1.FlowSchemaSpec{
			PriorityLevelConfiguration: flowcontrolv1.PriorityLevelConfigurationReference{Name: row.level},
			MatchingPrecedence:         row.precedence,
			Rules:                      []flowcontrolv1.PolicyRulesWithSubjects{row.what()},
		}}
		if row.by != "" {
			f.Spec.DistinguisherMethod = &flowcontrolv1.FlowDistinguisherMethod{Type: row.by}
		}
		flows = append(flows, f.DeepCopy()) // rows share subjects
	}
	return flows
}

// what returns the rules for the requests that a row matches.
func (row bootstrapFlow) what() flowcontrolv1.PolicyRulesWithSubjects {
	taken := flowcontrolv1.PolicyRulesWithSubjects{Subjects: row.subjects, ResourceRules: row.rules}
	switch {
	case len(row.paths) > 0:
		taken.NonResourceRules = []flowcontrolv1.NonResourcePolicyRule{{Verbs: []string{"get"}, NonResourceURLs: row.paths}}
	case len(row.rules) == 0:
		taken.ResourceRules = []flowcontrolv1.ResourcePolicyRule{{Verbs: all, APIGroups: all, Resources: all, ClusterScope: true, Namespaces: all}}
		taken.NonResourceRules = []flowcontrolv1.NonResourcePolicyRule{{Verbs: all, NonResourceURLs: all}}
	}
	return taken
}
