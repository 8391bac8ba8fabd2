package core

import (
	"context"
	"slices"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

type controller = corev1.ReplicationController

// replicationControllers: for as long as v1 has existed, deleting a controller has left its pods alone.
var (
	replicationControllers = resource.SpecStatus[controller, *controller]{
		Strategy:    registry.Namespaced{},
		Spec:        func(c *controller) any { return &c.Spec },
		Status:      func(c *controller) any { return &c.Status },
		Propagation: metav1.DeletePropagationOrphan,
		PrepareFunc: func(c *controller) { DropAlpha(c.Spec.Template) },
		ValidateWithOldFunc: func(_ context.Context, c, old *controller) field.ErrorList {
			return validateController(c, old)
		},
		WarningsWithOldFunc: func(_ context.Context, c, old *controller) []string { return warnController(c, old) },
	}
	replicationControllerStrategy = replicationControllers
	replicationControllerStatus   = replicationControllers.StatusStrategy(validateControllerStatus)
)

// replicationControllerFields is what field selectors see.
func replicationControllerFields(obj runtime.Object) fields.Set {
	return fields.Set{"status.replicas": strconv.Itoa(int(obj.(*controller).Status.Replicas))}
}

func replicationControllerScale(s *registry.Store, _ *resource.Dependencies) map[string]rest.Storage {
	return map[string]rest.Storage{"scale": resource.ScaleREST[controller, *controller]{
		Store:    s,
		Replicas: func(c *controller) *int32 { return c.Spec.Replicas },
		Status:   func(c *controller) int32 { return c.Status.Replicas },
		Selector: func(c *controller) string { return labels.Set(c.Spec.Selector).String() },
	}}
}

// replicationControllerColumns is what kubectl get rc shows.
var replicationControllerColumns = resource.Table[controller, *controller]{
	Columns: slices.Concat([]resource.Column{
		resource.NameColumn(),
		{Name: "Desired", Type: "integer", Description: corev1.ReplicationControllerSpec{}.SwaggerDoc()["replicas"]},
		{Name: "Current", Type: "integer", Description: corev1.ReplicationControllerStatus{}.SwaggerDoc()["replicas"]},
		{Name: "Ready", Type: "integer", Description: corev1.ReplicationControllerStatus{}.SwaggerDoc()["readyReplicas"]},
		resource.AgeColumn(),
	}, TemplateColumns(), []resource.Column{
		{Name: "Selector", Priority: 1, Description: corev1.ReplicationControllerSpec{}.SwaggerDoc()["selector"]},
	}),
	Cells: func(c *controller) []any {
		wanted := int64(0)
		if c.Spec.Replicas != nil {
			wanted = int64(*c.Spec.Replicas)
		}
		var containers []corev1.Container
		if c.Spec.Template != nil {
			containers = c.Spec.Template.Spec.Containers
		}
		names, images := ContainerCells(containers)
		return []any{c.Name, wanted, int64(c.Status.Replicas), int64(c.Status.ReadyReplicas), resource.AgeOf(c),
			names, images, labels.FormatLabels(c.Spec.Selector)}
	},
}
