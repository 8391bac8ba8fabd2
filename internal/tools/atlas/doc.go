// Package atlas is the map between this project and Kubernetes: which of our symbols stands for which concept, which
// symbol has that part upstream, and what upstream does more; and which of our types implement which interface.
//
// In: the table of concepts, written by hand (rows_*.go, one file per chapter or group of chapters), and the
// implementations, read from the code by kubepath/internal/tools/atlas/survey. Out: what kubepath map prints, and the pages
// docs/upstream.md and docs/implements.md. go run ./internal/tools/atlas/refresh writes both pages and implements.json anew;
// the tests fail when one of them is behind, or when a symbol of the table exists no longer, on either side.
//
// Read row.go (what a row is), rows_request.go (rows), implements.go (the interfaces), find.go (what a word finds), then
// the four printers: print_rows.go, print_implements.go, page_upstream.go and page_implements.go.
package atlas
