// Package docs keeps the pages (README.md, docs/*.md) true: what they quote, show, name and link to is compared with the
// sources and with what their commands print, and brought up to date where no thought is needed. scripts/docs does so;
// the tests of this package fail where it was not done.
//
// What a page can hold, and what is checked:
//
//	```go chapters/07-etcd3/create.go store.create      the source of a symbol, exactly. Also: Type, Type.Method, const NAME,
//	                                                    var NAME; after it nodoc, or lines 3-9 of the symbol's text.
//	```yaml cmd/kubepath/samples/pods.yaml              a whole file
//	```console                                          commands after $ (going on after >), each with what it prints. All of
//	                                                    a page run in one bash -e, in an empty folder of their own, with
//	                                                    kubepath and kubectl on the PATH and no cluster to speak to.
//	<!-- normalise: revisions -->                       on the line before such a block: that these differ from run to run,
//	                                                    too. Also numbers (any), order (of the lines).
//	```mermaid                                          a flowchart (internal/tools/diagram) whose nodes name symbols
//	<!-- cost: create -->, <!-- end -->                 a table from docs/costs.json. Also get, list.
//	`registry.Store.Create`                             a symbol of a chapter: it exists
//	`k8s.io/apiserver/pkg/storage.Interface`            a symbol, package or file of a module in internal/tools/upstream/go.mod
//	`chapters/07-etcd3/create.go`                       a file of the project
//	`kubepath serve --with-exercise 7`                  a command that has these words and flags
//	[text](../chapters/07-etcd3/create.go#store.create) a file, with a symbol, or for a page with a heading
//
// Pages that begin with a number belong to the course: their length, and for chapters the title, the sections and their
// order, are checked as well (form.go).
//
// Read course.go, page.go, finding.go (what is wrong with a page), then one file per thing that a page can hold: code.go,
// console.go (with shell.go and tools.go), costs.go, links.go, words.go (what inline code names), prose.go, form.go.
package docs
