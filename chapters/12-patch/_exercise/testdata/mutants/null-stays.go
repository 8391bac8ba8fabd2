package exercise

import (
	"maps"

	"k8s.io/apimachinery/pkg/runtime"
)

// Merge is the result of applying patch to target. It changes neither of them: both may be needed again.
//
// An object is applied field by field: null removes the field, another value is applied to the field's value, which may
// be missing. What is applied to something that is no object is applied to an empty one. A patch that is no object
// takes the target's place, a list like any other value.
func Merge(target, patch any) any {
	wanted, ok := patch.(map[string]any)
	if !ok {
		return patch
	}
	merged := map[string]any{}
	if fields, ok := target.(map[string]any); ok {
		maps.Copy(merged, fields)
	}
	for name, value := range wanted {
		merged[name] = Merge(merged[name], value)
	}
	return merged
}

// NewObject makes the new object from what is stored now. It is called again after a lost race, with what is stored then.
func (p *Patch) NewObject(old runtime.Object) (runtime.Object, error) {
	fields, err := p.fieldsOf(old)
	if err != nil {
		return nil, err
	}
	obj, err := p.objectOf(Merge(fields, p.Fields))
	if err != nil {
		return nil, err
	}
	return p.finish(old, obj)
}
