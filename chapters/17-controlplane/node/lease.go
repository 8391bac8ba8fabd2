package node

import (
	"context"

	coordinationv1 "k8s.io/api/coordination/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
	"k8s.io/utils/ptr"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// leaseStrategy is the strategy of leases. A PUT can create one; an update must have a resourceVersion, so that two
// holders cannot both renew it. Upstream: pkg/registry/coordination/lease.
var leaseStrategy = resource.SpecStatus[coordinationv1.Lease, *coordinationv1.Lease]{
	Strategy:                  registry.Namespaced{},
	CreateOnUpdate:            true,
	ForbidUnconditionalUpdate: true,
	PrepareFunc: func(l *coordinationv1.Lease) { // the feature gate CoordinatedLeaderElection is off
		l.Spec.Strategy, l.Spec.PreferredHolder = nil, nil
	},
	ValidateFunc: func(_ context.Context, l *coordinationv1.Lease) field.ErrorList {
		var errs field.ErrorList
		spec := field.NewPath("spec")
		if seconds := l.Spec.LeaseDurationSeconds; seconds != nil && *seconds <= 0 {
			errs = append(errs, field.Invalid(spec.Child("leaseDurationSeconds"), seconds, "must be greater than 0"))
		}
		if count := l.Spec.LeaseTransitions; count != nil && *count < 0 {
			errs = append(errs, field.Invalid(spec.Child("leaseTransitions"), count, "must be greater than or equal to 0"))
		}
		return errs
	},
}

var leaseColumns = resource.Table[coordinationv1.Lease, *coordinationv1.Lease]{
	Columns: []resource.Column{
		resource.NameColumn(), resource.FieldColumn("Holder", coordinationv1.LeaseSpec{}, "holderIdentity"), resource.AgeColumn(),
	},
	Cells: func(l *coordinationv1.Lease) []any {
		return []any{l.Name, ptr.Deref(l.Spec.HolderIdentity, ""), resource.AgeOf(l)}
	},
}
