// Package fastpath does what the field managers of chapter 12 do, for the usual requests, at a small part of the cost. A
// reader of the chapter may skip it: it changes no result.
//
// In and out: rest.FieldManager, like the field managers of package patch. New: nothing but time and memory. A fast field
// manager compares Go values by their types instead of typed values, and looks up what has changed in the managed fields as
// they are stored, as a text. Where it is not certain to come to the plain field manager's result, it leaves the request to
// that. Tests write and apply at random to objects of every kind, and compare the two.
//
// Read field_manager.go. For updates, comparer.go and comparer_lists.go find what differs between two objects
// (field_changes.go), by the type_info.go of their Go type, and scanner.go finds these fields in stored managed fields. For
// applies, applier.go writes an applied configuration into an object.
package fastpath
