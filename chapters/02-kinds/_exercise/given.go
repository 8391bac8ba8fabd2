package exercise

import (
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	kjson "sigs.k8s.io/json"
)

// kindNamedBy reads only kind and apiVersion of a JSON body. What the body does not name is empty.
func kindNamedBy(data []byte) (schema.GroupVersionKind, error) {
	kind, err := json.DefaultMetaFactory.Interpret(data)
	if err != nil {
		return schema.GroupVersionKind{}, err
	}
	return *kind, nil
}

// readFields reads a JSON body into obj. The complaints are about fields that obj does not have or that come twice; obj
// holds the others all the same.
func readFields(data []byte, obj runtime.Object) (complaints []error, err error) {
	return kjson.UnmarshalStrict(data, obj)
}
