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

// RequestScope is all that a handler needs to serve one resource or subresource: the storage and the names around it.
// Upstream: handlers.RequestScope.
type RequestScope struct {
	Storage             Storage
	Codecs              *kinds.Codecs
	Kind                schema.GroupVersionKind // as served
	Resource            schema.GroupVersionResource
	Subresource         string
	ParentKind          string // kind of the resource that has the subresource
	Namespaced          bool
	MaxRequestBodyBytes int64 // bytes of a request's body; 0: 3 MiB

	// TableConvertor shows the objects as rows; nil: name and time of creation.
	TableConvertor TableConvertor
	// AcceptsGroupVersion says whether a body may be in a group version; nil: only in Kind's. See GroupVersionAcceptor.
	AcceptsGroupVersion func(schema.GroupVersion) bool
	// PreserveObjectMetaSystemFields: a create leaves the body's uid and times as they are; see SubresourceObjectMetaPreserver.
	PreserveObjectMetaSystemFields bool
	// FieldManager keeps metadata.managedFields; nil: nobody manages fields.
	FieldManager FieldManager
	// Admission are the plugins that are asked about changes, in their order.
	Admission []AdmissionPlugin
	// Warning is sent with every answer: the kind is deprecated. "": none.
	Warning string
}

// Call is one request on its way through an endpoint: what every verb needs to know of it, found once.
type Call struct {
	*RequestScope
	Writer  http.ResponseWriter
	Request *http.Request
	Info    *installer.RequestInfo
	// Context is what the storage gets: the request's, with the namespace and a place for warnings.
	Context context.Context
	// OutputMediaType is how the client wants the answer.
	OutputMediaType kinds.MediaTypeOptions

	query    url.Values
	scope    callContext
	warnings warningRecorder
}

// Handler serves one verb. do gets the call and returns what to answer; the handler finds out the names and the form of
// the answer before, and writes the answer or the error's Status after. A do that wrote the answer itself returns the
// status 0.
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
		err = apierrors.FromObject(failure) // the answer has the code that the Status names. Upstream: finisher.Result
	}
	return status, obj, err
}

// open reads the names and the form of the answer.
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

// Namespace is the one that the path names; "" for all of them, or for a resource outside namespaces.
func (c *Call) Namespace() string { return c.scope.namespace }

// expectedNamespace is the namespace that an object of this call lies in. A Namespace's own path names a namespace, but
// the object lies in none. Upstream: rest.ExpectedNamespaceForResource.
func (c *Call) expectedNamespace() string {
	if !c.Namespaced {
		return ""
	}
	return c.scope.namespace
}

// Name is the one that the path names. None, or one that no path can hold, is a 400.
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

// Query are the parameters of the URL, read once.
func (c *Call) Query() url.Values {
	if c.query == nil && c.Request.URL.RawQuery != "" {
		c.query = c.Request.URL.Query()
	}
	return c.query
}
