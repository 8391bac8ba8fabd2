package componentstatus

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"time"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/17-controlplane/resource"
)

// Component is a part of the cluster that has a health check: etcd, the scheduler, the controller manager.
type Component struct {
	Name string
	// Check returns the answer of the component's health check, or an error if it is not healthy.
	Check func(ctx context.Context) (says string, err error)
}

// Components is the setting that lists the components of the cluster.
type Components []Component

// componentStatuses serves the components as objects. They are not stored: each read runs the health checks.
// Upstream: pkg/registry/core/componentstatus.
type componentStatuses struct {
	rest.TableConvertor
	components Components
}

var (
	_ rest.Getter             = (*componentStatuses)(nil)
	_ rest.Lister             = (*componentStatuses)(nil)
	_ rest.Scoper             = (*componentStatuses)(nil)
	_ rest.ShortNamesProvider = (*componentStatuses)(nil)
)

func newComponentStatuses(deps *resource.Dependencies) rest.Storage {
	return &componentStatuses{components: resource.Setting[Components](deps), TableConvertor: componentStatusColumns}
}

// New returns an empty ComponentStatus.
func (c *componentStatuses) New() runtime.Object { return &corev1.ComponentStatus{} }

// NewList returns an empty list.
func (c *componentStatuses) NewList() runtime.Object { return &corev1.ComponentStatusList{} }

// Destroy does nothing.
func (c *componentStatuses) Destroy() {}

// NamespaceScoped returns false.
func (c *componentStatuses) NamespaceScoped() bool { return false }

// ShortNames returns cs.
func (c *componentStatuses) ShortNames() []string { return []string{"cs"} }

// Get checks one component.
func (c *componentStatuses) Get(ctx context.Context, name string, _ *metav1.GetOptions) (runtime.Object, error) {
	at := slices.IndexFunc(c.components, func(one Component) bool { return one.Name == name })
	if at < 0 {
		return nil, apierrors.NewNotFound(schema.GroupResource{Resource: "componentstatus"}, name)
	}
	return c.components[at].status(ctx), nil
}

// List checks the components that the options select. Component statuses have no labels.
func (c *componentStatuses) List(ctx context.Context, options *metainternalversion.ListOptions) (runtime.Object, error) {
	list := &kinds.List{TypeMeta: metav1.TypeMeta{APIVersion: "v1", Kind: "ComponentStatusList"}, Items: []runtime.Object{}}
	for _, one := range c.components {
		if one.selected(options) {
			list.Items = append(list.Items, one.status(ctx))
		}
	}
	return list, nil
}

func (c Component) selected(options *metainternalversion.ListOptions) bool {
	if options == nil {
		return true
	}
	byLabel := options.LabelSelector == nil || options.LabelSelector.Matches(labels.Set{})
	byField := options.FieldSelector == nil || options.FieldSelector.Matches(fields.Set{"metadata.name": c.Name, "metadata.namespace": ""})
	return byLabel && byField
}

func (c Component) status(ctx context.Context) *corev1.ComponentStatus {
	says, err := c.Check(ctx)
	condition := corev1.ComponentCondition{Type: corev1.ComponentHealthy, Status: corev1.ConditionTrue, Message: says}
	if err != nil {
		condition.Status = corev1.ConditionFalse
		if !errors.Is(err, errUnwell) {
			condition.Error = err.Error()
		}
	}
	return &corev1.ComponentStatus{
		TypeMeta:   metav1.TypeMeta{APIVersion: "v1", Kind: "ComponentStatus"},
		ObjectMeta: metav1.ObjectMeta{Name: c.Name},
		Conditions: []corev1.ComponentCondition{condition},
	}
}

// componentStatusColumns shows the last condition of type Healthy.
var componentStatusColumns = resource.Table[corev1.ComponentStatus, *corev1.ComponentStatus]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Status", Description: "Status of the component conditions"},
		{Name: "Message", Description: "Message of the component conditions"},
		{Name: "Error", Description: "Error of the component conditions"},
	},
	Cells: func(c *corev1.ComponentStatus) []any {
		status, message, failure := "Unknown", "", ""
		for _, condition := range c.Conditions {
			if condition.Type != corev1.ComponentHealthy {
				continue
			}
			status, message, failure = "Unhealthy", condition.Message, condition.Error
			if condition.Status == corev1.ConditionTrue {
				status = "Healthy"
			}
		}
		return []any{c.Name, status, message, failure}
	},
}

// errUnwell: the component is not healthy or does not answer. The reason is in the message, not in the error field.
var errUnwell = errors.New("the component is not well")

const (
	probeTimeout = 20 * time.Second
	probeAnswer  = 10 << 10 // bytes of the answer that are read
)

// ControlPlaneComponents returns the components on the server's machine, in upstream's order and at upstream's ports.
func ControlPlaneComponents() Components {
	return Components{
		{Name: "scheduler", Check: probe("https://127.0.0.1:10259/healthz")},
		{Name: "controller-manager", Check: probe("https://127.0.0.1:10257/healthz")},
	}
}

// probe returns a health check that sends a GET. It does not verify the certificate, because the URL is on this
// machine. Upstream: probe/http.DoHTTPProbe.
func probe(url string) func(context.Context) (string, error) {
	client := &http.Client{
		Timeout:   probeTimeout,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
	}
	return func(ctx context.Context) (string, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return "", err
		}
		response, err := client.Do(request)
		if err != nil {
			return err.Error(), errUnwell
		}
		defer response.Body.Close()
		body, err := io.ReadAll(io.LimitReader(response.Body, probeAnswer))
		if err != nil {
			return "", err
		}
		if response.StatusCode >= http.StatusBadRequest {
			return fmt.Sprintf("HTTP probe failed with statuscode: %d", response.StatusCode), errUnwell
		}
		return string(body), nil
	}
}
