package rest

import (
	"testing"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

func TestNoAdmissionCostsNothing(t *testing.T) {
	c := &Call{RequestScope: &RequestScope{}}
	options, update := &metav1.CreateOptions{}, &Update{}
	allocations := testing.AllocsPerRun(100, func() {
		a := c.admission(options, nil)
		if a.admit(t.Context(), nil, nil) != nil || a.validate() != nil || a.admitted(update) != update {
			t.Error("somebody was asked")
		}
	})
	if allocations > 0 {
		t.Errorf("%v allocations", allocations)
	}
}
