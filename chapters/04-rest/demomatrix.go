package rest

import (
	"strings"

	"github.com/emicklei/go-restful/v3"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	"kubepath/internal/demo"
)

// A storage that is only one thing: what it embeds is what it implements.
type (
	ends interface{ Destroy() }
	part struct {
		implements string
		storage    Storage
	}
)

func parts(s *shelf) []part {
	return []part{
		{"Getter", struct {
			Storage
			Scoper
			Getter
		}{s, s, s}},
		{"Lister", struct {
			Storage
			Scoper
			Lister
		}{s, s, s}},
		{"Creater", struct {
			ends
			Scoper
			Creater
		}{s, s, s}},
		{"Updater", struct {
			ends
			Scoper
			Updater
		}{s, s, s}},
		{"GracefulDeleter", struct {
			Storage
			Scoper
			GracefulDeleter
		}{s, s, s}},
		{"CollectionDeleter", struct {
			Storage
			Scoper
			CollectionDeleter
		}{s, s, s}},
		{"all of these", s},
	}
}

func showMatrix(s *demo.Stage) error {
	s.Title("Which verbs does a resource have? Those that its storage implements")
	s.Say("Seven storages: each has the methods of one interface, the last has all. The")
	s.Say("table of verbs makes rows of what it finds, and chapter 3 routes of the rows.")
	s.Show("%-17s %-16s %-6s %s", "implements", "verb", "method", "path below /api/v1")
	for _, p := range parts(newShelf()) {
		actions, err := installDemo(restful.NewContainer(), &APIInstaller{}, p.storage)
		if err != nil {
			return err
		}
		if p.implements == "all of these" {
			s.Show("%-17s %s", p.implements, verbNames(actions))
			continue
		}
		for _, a := range actions {
			s.Show("%-17s %-16s %-6s %s", p.implements, a.Name, a.Method, strings.ReplaceAll(a.Path, "{namespace}", "{ns}"))
			p.implements = ""
		}
	}
	return nil
}

func verbNames(actions []installer.Action) string {
	var names []string
	for _, a := range actions {
		if a.Namespaced {
			names = append(names, a.Name)
		}
	}
	return strings.Join(names, ", ")
}

// installDemo serves a storage as core/v1 configmaps.
func installDemo(c *restful.Container, g *APIInstaller, storage Storage) ([]installer.Action, error) {
	g.GroupVersion = schema.GroupVersion{Version: "v1"}
	g.Codecs = kinds.NewCodecs(kinds.NewScheme())
	rows, err := g.Resources(map[string]Storage{"configmaps": storage})
	if err != nil {
		return nil, err
	}
	version := installer.APIGroupVersion{Root: "/api", GroupVersion: g.GroupVersion, Resources: rows, Codecs: g.Codecs}
	return version.InstallREST(c)
}
