package controlplane_test

import (
	"context"

	migrationv1beta1 "k8s.io/api/storagemigration/v1beta1"
	"k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/chapters/17-controlplane/resource"
)

type migration = migrationv1beta1.StorageVersionMigration

// migrations serves wishes that all objects of a resource be written once more, in the version that is stored today.
var migrations = controlplane.Group{
	GroupVersion: migrationv1beta1.SchemeGroupVersion,
	Resources: []controlplane.Resource{
		{Kind: "StorageVersionMigration", Name: "storageversionmigrations",
			Strategy: migrationStrategy, Status: migrationStrategy.StatusStrategy(nil)},
	},
}

var migrationStrategy = resource.SpecStatus[migration, *migration]{
	Strategy: registry.ClusterScoped{}, ForbidUnconditionalUpdate: true, NoGeneration: true,
	Spec:   func(m *migration) any { return &m.Spec },
	Status: func(m *migration) any { return &m.Status },
	ValidateFunc: func(_ context.Context, m *migration) field.ErrorList {
		if m.Spec.Resource.Resource == "" {
			return field.ErrorList{field.Required(field.NewPath("spec", "resource", "resource"), "resource is required")}
		}
		return nil
	},
	ValidateUpdateFunc: func(_ context.Context, now, old *migration) field.ErrorList {
		return validation.ValidateImmutableField(now.Spec.Resource.Resource, old.Spec.Resource.Resource, field.NewPath("resource"))
	},
}
