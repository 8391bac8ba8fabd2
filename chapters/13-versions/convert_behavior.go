package versions

import (
	"encoding/json"

	autoscalingv2 "k8s.io/api/autoscaling/v2"
	"k8s.io/apimachinery/pkg/api/resource"
)

// The annotation that carries an autoscaler's behavior is older than the version that has the field: it holds the
// names that Go gives the fields, with a capital letter. These types are its format.
type (
	carriedBehavior struct{ ScaleUp, ScaleDown *carriedRules }
	carriedRules    struct {
		StabilizationWindowSeconds *int32
		SelectPolicy               *autoscalingv2.ScalingPolicySelect
		Policies                   []carriedPolicy
		Tolerance                  *resource.Quantity
	}
	carriedPolicy struct {
		Type          autoscalingv2.HPAScalingPolicyType
		Value         int32
		PeriodSeconds int32
	}
)

func newBehavior(annotations map[string]string) *autoscalingv2.HorizontalPodAutoscalerBehavior {
	var carried carriedBehavior
	err := json.Unmarshal([]byte(annotations[carriesBehavior]), &carried)
	if err != nil || carried == (carriedBehavior{}) {
		return nil
	}
	return &autoscalingv2.HorizontalPodAutoscalerBehavior{ScaleUp: carried.ScaleUp.rules(), ScaleDown: carried.ScaleDown.rules()}
}

// oldBehavior is what the annotation holds of a behavior; nil for none.
func oldBehavior(b *autoscalingv2.HorizontalPodAutoscalerBehavior) any {
	if b == nil {
		return nil
	}
	return carriedBehavior{ScaleUp: carry(b.ScaleUp), ScaleDown: carry(b.ScaleDown)}
}

func (c *carriedRules) rules() *autoscalingv2.HPAScalingRules {
	if c == nil {
		return nil
	}
	r := &autoscalingv2.HPAScalingRules{
		StabilizationWindowSeconds: c.StabilizationWindowSeconds, SelectPolicy: c.SelectPolicy, Tolerance: c.Tolerance,
	}
	for _, p := range c.Policies {
		r.Policies = append(r.Policies, autoscalingv2.HPAScalingPolicy(p))
	}
	return r
}

func carry(r *autoscalingv2.HPAScalingRules) *carriedRules {
	if r == nil {
		return nil
	}
	c := &carriedRules{
		StabilizationWindowSeconds: r.StabilizationWindowSeconds, SelectPolicy: r.SelectPolicy, Tolerance: r.Tolerance,
	}
	for _, p := range r.Policies {
		c.Policies = append(c.Policies, carriedPolicy(p))
	}
	return c
}
