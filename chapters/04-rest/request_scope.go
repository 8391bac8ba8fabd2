package rest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/validation/path"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
)

// RequestScope has all that a handler needs for one resource or subresource: the storage, the kind and the names.
// Upstream: handlers.RequestScope.
type RequestScope struct {
	Storage             Storage
	Codecs              *kinds.Codecs
	Kind                schema.GroupVersionKind // as served
	Resource            schema.GroupVersionResource
	Subresource         string
	ParentKind          string // kind of the resource that has the subresource
	Namespaced          bool
	MaxRequestBodyBytes int64 // 0: 3 MiB

	// TableConvertor makes tables of the objects; nil: with name and creationTimestamp.
	TableConvertor TableConvertor
	// AcceptsGroupVersion reports whether a body may be in a group version; nil: only in Kind's. See
	// GroupVersionAcceptor.
	AcceptsGroupVersion func(schema.GroupVersion) bool
	// PreserveObjectMetaSystemFields: a create keeps the body's uid and timestamps; see SubresourceObjectMetaPreserver.
	PreserveObjectMetaSystemFields bool
	// FieldManager maintains metadata.managedFields; nil: they are not maintained.
	FieldManager FieldManager
	// Admission has the admission plugins, in the order of their calls.
	Admission []AdmissionPlugin
	// Warning is added to every response, for a deprecated kind. "": none.
	Warning string
}

// Call is one request to an endpoint, with the data that every verb needs.
type Call struct {
	*RequestScope
	Writer  http.ResponseWriter
	Request *http.Request
	Info    *installer.RequestInfo
	// Context is the request's context with the namespace and the warning recorder, for the storage.
	Context context.Context
	// OutputMediaType is the negotiated form of the response.
	OutputMediaType kinds.MediaTypeOptions

	query    url.Values
	scope    callContext
	warnings warningRecorder
}

// Handler returns the handler of one verb. It makes the Call and negotiates the media type, calls do, and writes the
// returned object or the error's Status. If do has written the response itself, it returns the status 0.
func (scope *RequestScope) Handler(do func(*Call) (status int, obj runtime.Object, err error)) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &Call{RequestScope: scope, Writer: w, Request: r}
		status, obj, err := c.run(do)
		switch {
		case err != nil:
			ErrorNegotiated(w, r, scope.Codecs, err)
		case status != 0:
			c.transformResponseObject(status, obj)
		}
	})
}

func (c *Call) run(do func(*Call) (int, runtime.Object, error)) (int, runtime.Object, error) {
	if err := c.open(); err != nil {
		return 0, nil, err
	}
	status, obj, err := do(c)
	if failure, ok := obj.(*metav1.Status); ok && err == nil && failure.Status != metav1.StatusSuccess {
		err = apierrors.FromObject(failure) // so that the response has the code of the Status. Upstream: finisher.Result
	}
	return status, obj, err
}

// open sets the fields of the Call and negotiates the media type of the response.
func (c *Call) open() (err error) {
	ctx := c.Request.Context()
	info, ok := installer.RequestInfoFrom(ctx)
	if !ok {
		return errors.New("missing requestInfo")
	}
	c.Info = info
	c.scope = callContext{Context: ctx, namespace: info.Namespace}
	if ctx.Value(warningRecorderKey{}) == nil {
		c.warnings.header = c.Writer.Header()
		c.scope.warnings = &c.warnings
	}
	c.Context = &c.scope
	if c.Warning != "" {
		AddWarning(c.Context, c.Warning)
	}
	c.OutputMediaType, err = c.negotiateOutput()
	return err
}

// Namespace returns the namespace in the path; "" for all namespaces, or for a cluster-scoped resource.
func (c *Call) Namespace() string { return c.scope.namespace }

// expectedNamespace returns the namespace of the call's object. The path of a Namespace has a namespace, but the object
// is cluster-scoped. Upstream: rest.ExpectedNamespaceForResource.
func (c *Call) expectedNamespace() string {
	if !c.Namespaced {
		return ""
	}
	return c.scope.namespace
}

// Name returns the name in the path. A missing or invalid name is a 400.
func (c *Call) Name() (string, error) {
	name := c.Info.Name
	if name == "" {
		return "", apierrors.NewBadRequest("name must be provided")
	}
	if wrong := path.IsValidPathSegmentName(name); len(wrong) > 0 {
		return "", apierrors.NewBadRequest(fmt.Sprintf("Name parameter invalid: %q: %s", name, strings.Join(wrong, ";")))
	}
	return name, nil
}

// Query returns the parameters of the URL, parsed once.
func (c *Call) Query() url.Values {
	if c.query == nil && c.Request.URL.RawQuery != "" {
		c.query = c.Request.URL.Query()
	}
	return c.query
}
