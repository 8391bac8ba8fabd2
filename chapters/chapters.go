// Package chapters is the table of contents: every chapter that stands in this folder, in the order in which to read.
package chapters

import (
	"context"
	"fmt"
	"strconv"
	"strings"

	request "kubepath/chapters/01-request"
	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	etcd3 "kubepath/chapters/07-etcd3"
	server "kubepath/chapters/08-server"
	watch "kubepath/chapters/09-watch"
	cacher "kubepath/chapters/10-cacher"
	openapi "kubepath/chapters/11-openapi"
	patch "kubepath/chapters/12-patch"
	versions "kubepath/chapters/13-versions"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/demo"
)

// Chapter is one layer of the path.
type Chapter struct {
	Number   int
	Package  string // the folder is NN-Package
	Title    string
	Upstream string // where Kubernetes has it
	Demo     func(context.Context, *demo.Stage) error
}

// Folder is the chapter's folder below chapters/.
func (c Chapter) Folder() string { return fmt.Sprintf("%02d-%s", c.Number, c.Package) }

// All is the table.
func All() []Chapter {
	return []Chapter{
		{1, "request", "the client's fluent Request", "client-go/rest", request.Demo},
		{2, "kinds", "groups, versions, kinds and their encodings", "apimachinery/pkg/runtime, pkg/api/meta", kinds.Demo},
		{3, "installer", "a table of actions becomes routes and discovery", "apiserver/pkg/endpoints", installer.Demo},
		{4, "rest", "what a resource can do, and the handlers for it", "apiserver/pkg/registry/rest, endpoints/handlers", rest.Demo},
		{5, "storage", "objects under keys: storage.Interface", "apiserver/pkg/storage", memory.Demo},
		{6, "registry", "the generic Store and its strategies", "apiserver/pkg/registry/generic", registry.Demo},
		{7, "etcd3", "storage.Interface over etcd", "apiserver/pkg/storage/etcd3", etcd3.Demo},
		{8, "server", "the handler chain, and the groups behind it", "apiserver/pkg/server", server.Demo},
		{9, "watch", "changes as they happen", "apiserver/pkg/endpoints/handlers/watch.go", watch.Demo},
		{10, "cacher", "one watch feeds every reader, from memory", "apiserver/pkg/storage/cacher", cacher.Demo},
		{11, "openapi", "the API describes itself", "kube-openapi, apiserver/pkg/server/routes/openapi.go", openapi.Demo},
		{12, "patch", "four types of patches, and server-side apply", "apiserver/pkg/endpoints/handlers/patch.go", patch.Demo},
		{13, "versions", "one object in every version, and complete", "kubernetes/pkg/apis, apimachinery/pkg/conversion", versions.Demo},
		{17, "controlplane", "the table of resources", "kubernetes/pkg/controlplane", controlplane.Demo},
	}
}

// Find returns the chapter with a number (7) or name (etcd3, 07-etcd3).
func Find(arg string) (Chapter, error) {
	number, err := strconv.Atoi(arg)
	var known []string
	for _, c := range All() {
		if err == nil && c.Number == number || arg == c.Package || arg == c.Folder() {
			return c, nil
		}
		known = append(known, strconv.Itoa(c.Number))
	}
	return Chapter{}, fmt.Errorf("there is no chapter %q; there are %s", arg, strings.Join(known, ", "))
}
