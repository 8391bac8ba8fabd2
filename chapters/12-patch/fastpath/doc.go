// Package fastpath does the same as the field managers of chapter 12, for the usual requests, at a small part of the cost. A
// reader of the chapter may skip it: it changes no result.
//
// In and out: rest.FieldManager, like the field managers of package patch. New: only less time and memory. A fast field
// manager compares Go values instead of typed values, and looks for the changed fields in the stored text of the managed
// fields. If it is not certain that its result is that of the plain field manager, it leaves the request to that one. Tests
// write and apply at random to objects of every kind, and compare the two.
//
// Read field_manager.go. For updates, comparer.go and comparer_lists.go find the differences between two objects
// (field_changes.go), using the type_info.go of their Go type, and scanner.go finds these fields in stored managed fields.
// For applies, applier.go writes an applied configuration into an object.
package fastpath
