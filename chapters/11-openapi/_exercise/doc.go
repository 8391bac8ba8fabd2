// Package exercise is exercise 11: a Go type says what it is in JSON.
//
// You write describe.go, the function from which kubectl explain lives:
//
//	SchemaOf  makes the OpenAPI schema of a struct from its Go type
//
// In: the type of a struct, and a function ref that returns a reference to the schema of another struct. Out: a schema
// with the properties that the struct has in JSON:
//
//	type Ticket struct {
//		metav1.TypeMeta `json:",inline"`
//		Price *int32 `json:"price"`
//		Seats []Seat `json:"seats,omitempty" patchStrategy:"merge" patchMergeKey:"row"`
//		spare int
//	}
//
//	{"type": "object", "required": ["price"], "properties": {
//		"apiVersion": {"type": "string"},
//		"kind": {"type": "string"},
//		"price": {"type": "integer", "format": "int32"},
//		"seats": {"type": "array", "items": {"$ref": "... Seat"},
//			"x-kubernetes-patch-strategy": "merge", "x-kubernetes-patch-merge-key": "row"}}}
//
// What a schema is made with is there already, in given.go: simple, bytes, list and mapOf. A schema has SetProperty,
// AddRequired and AddExtension. Of package reflect you need t.NumField, t.Field, f.Tag.Lookup, f.Anonymous,
// f.IsExported, t.Kind and t.Elem.
//
// Sentences, defaults, list types and enums are not in Go types. Chapter 11 adds them to what you return. So the
// server's documents can be made with your SchemaOf:
//
//	kubepath workshop check 11
//	kubepath serve --with-exercise 11
//	kubectl explain pods.spec.containers
package exercise
