package cluster

import (
	flowcontrolv1 "k8s.io/api/flowcontrol/v1"

	"kubepath/chapters/17-controlplane/resource"
)

var flowSchemaColumns = resource.Table[flowcontrolv1.FlowSchema, *flowcontrolv1.FlowSchema]{
	Columns: []resource.Column{
		resource.NameColumn(),
		column("PriorityLevel", flowcontrolv1.PriorityLevelConfigurationReference{}, "name"),
		column("MatchingPrecedence", flowcontrolv1.FlowSchemaSpec{}, "matchingPrecedence"),
		column("DistinguisherMethod", flowcontrolv1.FlowSchemaSpec{}, "distinguisherMethod"),
		resource.AgeColumn(),
		{Name: "MissingPL", Description: "references a broken or non-existent PriorityLevelConfiguration"},
	},
	Cells: func(f *flowcontrolv1.FlowSchema) []any {
		method, missing := none, "?"
		if m := f.Spec.DistinguisherMethod; m != nil {
			method = string(m.Type)
		}
		for _, c := range f.Status.Conditions {
			if c.Type == flowcontrolv1.FlowSchemaConditionDangling {
				missing = string(c.Status)
				break
			}
		}
		return []any{f.Name, f.Spec.PriorityLevelConfiguration.Name, int64(f.Spec.MatchingPrecedence), method, resource.AgeOf(f), missing}
	},
}

var levelColumns = resource.Table[flowcontrolv1.PriorityLevelConfiguration, *flowcontrolv1.PriorityLevelConfiguration]{
	Columns: []resource.Column{
		resource.NameColumn(),
		column("Type", flowcontrolv1.PriorityLevelConfigurationSpec{}, "type"),
		column("NominalConcurrencyShares", flowcontrolv1.LimitedPriorityLevelConfiguration{}, "nominalConcurrencyShares"),
		column("Queues", flowcontrolv1.QueuingConfiguration{}, "queues"),
		column("HandSize", flowcontrolv1.QueuingConfiguration{}, "handSize"),
		column("QueueLengthLimit", flowcontrolv1.QueuingConfiguration{}, "queueLengthLimit"),
		resource.AgeColumn(),
	},
	Cells: func(l *flowcontrolv1.PriorityLevelConfiguration) []any {
		cells := []any{l.Name, string(l.Spec.Type), none, none, none, none, resource.AgeOf(l)}
		if limited := l.Spec.Limited; limited != nil {
			cells[2] = int64(or(limited.NominalConcurrencyShares, 0))
			if q := limited.LimitResponse.Queuing; q != nil {
				cells[3], cells[4], cells[5] = int64(q.Queues), int64(q.HandSize), int64(q.QueueLengthLimit)
			}
		}
		return cells
	},
}
