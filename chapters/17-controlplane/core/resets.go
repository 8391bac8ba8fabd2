package core

import rest "kubepath/chapters/04-rest"

// What the parts of a pod take back from those who write through them: it makes nobody its owner.
// Upstream: the GetResetFields and GetResetFieldsFilter of the pod's strategies.

func (podStrategy) ResetFields() rest.FieldReset {
	return rest.FieldReset{Below: [][]string{{"status"}}}
}

func (podStatusStrategy) ResetFields() rest.FieldReset {
	return rest.FieldReset{Below: [][]string{{"spec"}, {"metadata", "deletionTimestamp"}, {"metadata", "ownerReferences"}}}
}

func (ephemeralStrategy) ResetFields() rest.FieldReset {
	return rest.FieldReset{AllBut: [][]string{{"spec", "ephemeralContainers"}}}
}

func (resizeStrategy) ResetFields() rest.FieldReset {
	return rest.FieldReset{AllBut: [][]string{
		{"spec", "containers", "*", "resources"}, {"spec", "containers", "*", "resizePolicy"},
		{"spec", "initContainers", "*", "resources"}, {"spec", "initContainers", "*", "resizePolicy"},
	}}
}
