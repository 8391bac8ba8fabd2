package workloads

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// controllerRevisions is the strategy of controller revisions: templates to which a controller can roll back, so their
// data is immutable. Upstream: pkg/registry/apps/controllerrevision.
var controllerRevisions = resource.SpecStatus[appsv1.ControllerRevision, *appsv1.ControllerRevision]{
	Strategy: registry.Namespaced{},
	ValidateWithOldFunc: func(_ context.Context, r, old *appsv1.ControllerRevision) field.ErrorList {
		errs := validateNonNegative(nil, []count{{"revision", r.Revision}})
		if old == nil {
			return append(errs, validateRevisionData(field.NewPath("data"), r.Data)...)
		}
		return append(errs, validate.Immutable(field.NewPath("data"), r.Data, old.Data)...)
	},
}

// validateRevisionData: the data is a JSON object.
func validateRevisionData(path *field.Path, data runtime.RawExtension) field.ErrorList {
	if data.Raw == nil {
		return field.ErrorList{field.Required(path, "data is mandatory")}
	}
	var content any
	if err := json.Unmarshal(data.Raw, &content); err != nil {
		return field.ErrorList{field.Invalid(path, "<value omitted>", fmt.Sprintf("error parsing data: %v", err))}
	}
	if content == nil {
		return field.ErrorList{field.Required(path, "data is mandatory")}
	}
	if _, ok := content.(map[string]any); !ok {
		return field.ErrorList{field.Required(path, "data must be a valid JSON object")}
	}
	return nil
}

// controllerRevisionColumns are the columns of kubectl get controllerrevisions.
var controllerRevisionColumns = resource.Table[appsv1.ControllerRevision, *appsv1.ControllerRevision]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Controller", Description: "Controller of the object"},
		{Name: "Revision", Description: appsv1.ControllerRevision{}.SwaggerDoc()["revision"]},
		resource.AgeColumn(),
	},
	Cells: func(r *appsv1.ControllerRevision) []any {
		return []any{r.Name, controllerOf(r), r.Revision, resource.AgeOf(r)}
	},
}

// controllerOf returns the controller in kubectl's form: statefulset.apps/web.
func controllerOf(obj metav1.Object) string {
	owner := metav1.GetControllerOf(obj)
	if owner == nil {
		return "<none>"
	}
	kind := schema.FromAPIVersionAndKind(owner.APIVersion, owner.Kind).GroupKind()
	return strings.ToLower(kind.String()) + "/" + owner.Name
}
