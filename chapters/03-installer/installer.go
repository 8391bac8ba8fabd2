package installer

import (
	"errors"
	"net/http"

	"github.com/emicklei/go-restful/v3"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

// APIGroupVersion is one version of a group, ready to be served. Upstream: endpoints.APIGroupVersion.
type APIGroupVersion struct {
	Root         string // /api or /apis
	GroupVersion schema.GroupVersion
	Resources    []Resource
	Codecs       *kinds.Codecs

	// Middleware wraps the handler of every route, the first outermost: metrics, tracing.
	Middleware []Middleware
}

// Middleware wraps the handler of a route; it knows the Action that the route serves.
type Middleware func(*Action, http.Handler) http.Handler

// InstallREST adds the group version's WebService, with a route per action and its discovery document, to the
// container and returns the table of actions. It fails, and adds nothing, if two actions contradict each other.
func (g *APIGroupVersion) InstallREST(container *restful.Container) ([]Action, error) {
	return nil, errors.New("todo")
}
