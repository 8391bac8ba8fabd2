package versions

import (
	authenticationv1 "k8s.io/api/authentication/v1"
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"
	rbacv1 "k8s.io/api/rbac/v1"
)

// accessDefaults is rbac.authorization.k8s.io/v1, authentication.k8s.io/v1 and flowcontrol.apiserver.k8s.io/v1.
// Upstream: pkg/apis/{rbac,authentication,flowcontrol}/v1/defaults.go.
var accessDefaults = []defaulter{
	on(roleBinding), on(clusterRoleBinding), on(tokenRequest), on(flowSchema), on(priorityLevel),
}

func roleBinding(b *rbacv1.RoleBinding) {
	fill(&b.RoleRef.APIGroup, rbacv1.GroupName)
	subjects(b.Subjects)
}

func clusterRoleBinding(b *rbacv1.ClusterRoleBinding) {
	fill(&b.RoleRef.APIGroup, rbacv1.GroupName)
	subjects(b.Subjects)
}

// subjects: users and groups exist only for RBAC; a service account is an object of the group without a name.
func subjects(list []rbacv1.Subject) {
	for i := range list {
		switch list[i].Kind {
		case rbacv1.UserKind, rbacv1.GroupKind:
			fill(&list[i].APIGroup, rbacv1.GroupName)
		}
	}
}

func tokenRequest(r *authenticationv1.TokenRequest) { point(&r.Spec.ExpirationSeconds, hour) }

func flowSchema(s *flowcontrolv1.FlowSchema) { fill(&s.Spec.MatchingPrecedence, 1000) }

func priorityLevel(p *flowcontrolv1.PriorityLevelConfiguration) {
	if exempt := p.Spec.Exempt; exempt != nil {
		point(&exempt.NominalConcurrencyShares, 0)
		point(&exempt.LendablePercent, 0)
	}
	limited := p.Spec.Limited
	if limited == nil {
		return
	}
	point(&limited.NominalConcurrencyShares, 30)
	point(&limited.LendablePercent, 0)
	if queues := limited.LimitResponse.Queuing; queues != nil {
		fill(&queues.HandSize, 8)
		fill(&queues.Queues, 64)
		fill(&queues.QueueLengthLimit, 50)
	}
}
