// Package fieldmanagertest holds implementations of rest.FieldManager against each other: that of package patch against
// apimachinery's, and the fast one against that of package patch. It writes and applies at random to objects of every kind,
// and compares objects, managed fields and conflicts.
//
// Read suite.go, update.go and apply.go; generator.go makes the objects.
package fieldmanagertest
