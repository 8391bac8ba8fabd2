package rest

import (
	"fmt"
	"reflect"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func TestAnInvalidObjectIsAnsweredAsUpstreamDoes(t *testing.T) {
	t.Parallel()
	kind := schema.GroupKind{Group: "apps", Kind: "Deployment"}
	required := field.Required(field.NewPath("spec"), "")
	for _, errs := range []field.ErrorList{
		nil,
		{required},
		{required, required},
		{required, field.Invalid(field.NewPath("spec", "replicas"), -1, "must be positive"), required},
		{field.TooLong(field.NewPath("data"), strings.Repeat("x", 2*maxCauses), 1)},
		{field.Forbidden(field.NewPath("data"), strings.Repeat("x", 2*maxCauses))},
	} {
		if got, want := NewInvalid(kind, "d", errs).Status(), apierrors.NewInvalid(kind, "d", errs).Status(); !reflect.DeepEqual(got, want) {
			t.Errorf("%.200v is not %.200v", got, want)
		}
	}
}

func TestAHundredThousandErrorsAreOneAnswer(t *testing.T) {
	t.Parallel()
	var errs field.ErrorList
	for i := range 100_000 {
		errs = append(errs, field.Required(field.NewPath("spec", "containers").Index(i).Child("name"), ""))
	}
	status := NewInvalid(schema.GroupKind{Kind: "Pod"}, "p", errs).Status()
	causes := len(status.Details.Causes)
	if end := fmt.Sprintf(", and %d more]", len(errs)-causes); causes < 10_000 || !strings.HasSuffix(status.Message, end) {
		t.Errorf("%d causes, and %s", causes, status.Message[len(status.Message)-100:])
	}
	if len(status.Message) > 2*maxCauses {
		t.Errorf("%d bytes", len(status.Message))
	}
}
