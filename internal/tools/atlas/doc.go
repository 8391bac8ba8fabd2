// Package atlas is the map between this project and Kubernetes: which of our symbols stands for which concept, which
// symbol has that part upstream, and what upstream does more; and which of our types implement which interface.
//
// In: the table of concepts, written by hand (rows_*.go, one file per chapter or group of chapters), and the
// implementations, read from the code by kubepath/internal/tools/atlas/survey. Out: what kubepath map prints, and the pages
// docs/upstream.md and docs/implements.md. go run ./internal/tools/atlas/refresh writes both pages and implements.json anew;
// the tests fail when one of them is behind, or when a symbol of the table exists no longer, on either side.
//
// Read row.go (what a row is, and what a word finds), implements.go (the interfaces), then what shows them: print.go, with
// screen.go (what a screen can show), and pages.go. The rows stand by chapter: rows_request.go, rows_kinds.go,
// rows_installer.go, rows_rest.go, rows_storage.go, rows_registry.go, rows_etcd3.go, rows_server.go, rows_watch.go,
// rows_cacher.go, rows_openapi.go, rows_patch.go, rows_versions.go, rows_controlplane.go, and those that are still to come:
// rows_machine.go.
package atlas
