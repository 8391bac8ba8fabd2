// Package symbols finds declarations by name in Go sources: in the project's own, and in those of the modules that it
// re-tells. It parses and does not check types, so it is quick and needs nothing compiled.
//
// A symbol's name is Func, Type, Type.Member (a method, also of a pointer; an interface's method; a struct's field) or the
// name of a constant or variable, which may stand after the word const or var. Members of types that are embedded from
// the same package count.
//
// Read index.go for the project's own sources, upstream.go for the other modules', declarations.go for how a file
// is read, packages.go for what a symbol, a package and the project's top are.
package symbols
