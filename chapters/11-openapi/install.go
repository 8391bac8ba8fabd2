package openapi

import (
	"net/http"

	"k8s.io/apimachinery/pkg/runtime"
	apiversion "k8s.io/apimachinery/pkg/version"

	server "kubepath/chapters/08-server"
)

const (
	rootV2 = "/openapi/v2"
	rootV3 = "/openapi/v3"
)

// Config is what is said about an API as a whole.
type Config struct {
	Title   string
	Version apiversion.Info
	Scheme  *runtime.Scheme // of the kinds that are served
	// SchemaOf reads Go types; nil: the function SchemaOf.
	SchemaOf SchemaFunc
}

// Install has a server serve the documents of all that is installed when the first of them is asked for.
// Upstream: GenericAPIServer.PrepareRun.
func Install(s *server.GenericAPIServer, c Config) *Service {
	service := NewService(func() *Builder {
		number := "unversioned"
		if c.Version.Major != "" {
			number = c.Version.Major + "." + c.Version.Minor
		}
		return &Builder{
			Title: c.Title, Version: number, Scheme: c.Scheme, SchemaOf: c.SchemaOf,
			WebServices: s.WebServices(),
		}
	})
	s.Handle(rootV3, http.HandlerFunc(service.HandleDiscovery))
	s.HandlePrefix(rootV3+"/", http.HandlerFunc(service.HandleGroupVersion))
	s.Handle(rootV2, http.HandlerFunc(service.HandleV2))
	return service
}
