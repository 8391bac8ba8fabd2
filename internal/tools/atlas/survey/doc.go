// Package survey finds out which types implement which interfaces, by checking the project's sources as the compiler does.
// It compiles what the sources import, so it is not part of the command: go run ./internal/tools/atlas/refresh and the tests
// call it.
//
// Read survey.go, then load.go (the packages), contracts.go (interfaces), types.go (what implements them) and pins.go (what
// holds them to it), and files.go (the files that are made of it).
package survey
