package config

import (
	"context"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// serviceAccountStrategy is the strategy of service accounts. Of a reference to a secret only the name is stored.
// Upstream: pkg/registry/core/serviceaccount.
var serviceAccountStrategy = resource.SpecStatus[corev1.ServiceAccount, *corev1.ServiceAccount]{
	Strategy:         registry.Namespaced{},
	ValidateNameFunc: apivalidation.ValidateServiceAccountName,
	PrepareFunc: func(a *corev1.ServiceAccount) {
		for i, secret := range a.Secrets {
			a.Secrets[i] = corev1.ObjectReference{Name: secret.Name}
		}
	},
	WarningsWithOldFunc: warnMountable,
}

// mountable is the annotation that limits pods to the secrets that the account lists. It is deprecated.
const mountable = "kubernetes.io/enforce-mountable-secrets"

func warnMountable(_ context.Context, a, old *corev1.ServiceAccount) []string {
	if old != nil {
		if _, before := old.Annotations[mountable]; before {
			return nil
		}
	}
	if _, now := a.Annotations[mountable]; !now {
		return nil
	}
	return []string{fmt.Sprintf("metadata.annotations[%s]: deprecated in v1.32+; "+
		"prefer separate namespaces to isolate access to mounted secrets", mountable)}
}

var serviceAccountColumns = resource.Table[corev1.ServiceAccount, *corev1.ServiceAccount]{
	Columns: []resource.Column{resource.NameColumn(), resource.AgeColumn()},
	Cells:   func(a *corev1.ServiceAccount) []any { return []any{a.Name, resource.AgeOf(a)} },
}
