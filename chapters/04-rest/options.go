package rest

import (
	"fmt"
	"maps"
	"net/url"
	"reflect"
	"strconv"
	"strings"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	internalscheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme"
	listvalidation "k8s.io/apimachinery/pkg/apis/meta/internalversion/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/conversion"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"
)

// queryConversion is a generated conversion from URL parameters to options. It ignores parameters that the options do not
// have.
type queryConversion[T any] func(*url.Values, *T, conversion.Scope) error

// decodeQuery fills options from the URL; a parameter that cannot be read is a 400.
func decodeQuery[T any](c *Call, convert queryConversion[T], options *T) error {
	query := c.Query()
	if len(query) == 0 {
		return nil
	}
	if err := convert(&query, options, nil); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return nil
}

// GetOptions are those of a get: resourceVersion.
func (c *Call) GetOptions() (*metav1.GetOptions, error) {
	options := &metav1.GetOptions{}
	return options, decodeQuery(c, metav1.Convert_url_Values_To_v1_GetOptions, options)
}

// CreateOptions are those of a create: dryRun, fieldManager, fieldValidation. Contradictions are a 422.
func (c *Call) CreateOptions() (*CreateOptions, error) {
	options := &CreateOptions{}
	if c.Query() == nil {
		return options, nil
	}
	if err := decodeQuery(c, metav1.Convert_url_Values_To_v1_CreateOptions, &options.CreateOptions); err != nil {
		return nil, err
	}
	return options, newInvalidOptions("CreateOptions", validation.ValidateCreateOptions(&options.CreateOptions))
}

// UpdateOptions are those of an update: dryRun, fieldManager, fieldValidation. Contradictions are a 422.
func (c *Call) UpdateOptions() (metav1.UpdateOptions, error) {
	options := metav1.UpdateOptions{}
	if c.Query() == nil {
		return options, nil
	}
	if err := decodeQuery(c, metav1.Convert_url_Values_To_v1_UpdateOptions, &options); err != nil {
		return options, err
	}
	return options, newInvalidOptions("UpdateOptions", validation.ValidateUpdateOptions(&options))
}

// PatchOptions are those of a patch in one of the patch languages: dryRun, force, fieldManager, fieldValidation.
// Contradictions are a 422.
func (c *Call) PatchOptions(language types.PatchType) (metav1.PatchOptions, error) {
	options := metav1.PatchOptions{}
	if err := decodeQuery(c, metav1.Convert_url_Values_To_v1_PatchOptions, &options); err != nil {
		return options, err
	}
	return options, newInvalidOptions("PatchOptions", validation.ValidatePatchOptions(&options, language))
}

// ListOptions are those of a list or a watch: selectors that cannot be read are a 400, contradictions a 422. A name,
// from the path or from a field selector on metadata.name, becomes the field selector.
func (c *Call) ListOptions() (*metainternalversion.ListOptions, error) {
	options := &metainternalversion.ListOptions{}
	if c.Query() != nil {
		var asked metav1.ListOptions
		if err := decodeQuery(c, metav1.Convert_url_Values_To_v1_ListOptions, &asked); err != nil {
			return nil, err
		}
		if err := metainternalversion.Convert_v1_ListOptions_To_internalversion_ListOptions(&asked, options, nil); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
	}
	metainternalversion.SetListOptionsDefaults(options, true)
	if err := newInvalidOptions("ListOptions", listvalidation.ValidateListOptions(options, true)); err != nil {
		return nil, err
	}
	if err := c.convertFieldSelector(options); err != nil {
		return nil, err
	}
	return options, c.addNameSelector(options)
}

// convertFieldSelector translates the field selector's labels from the served version to the working one, and so refuses those
// that the kind does not have.
func (c *Call) convertFieldSelector(options *metainternalversion.ListOptions) (err error) {
	if options.FieldSelector == nil {
		return nil
	}
	convert := func(label, value string) (string, string, error) {
		return c.Codecs.Scheme.ConvertFieldLabel(c.Kind, label, value)
	}
	if options.FieldSelector, err = options.FieldSelector.Transform(convert); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return nil
}

func (c *Call) addNameSelector(options *metainternalversion.ListOptions) error {
	name := c.Info.Name
	switch selector := options.FieldSelector; {
	case name == "":
	case selector == nil || selector.Empty():
		options.FieldSelector = fields.OneTermEqualSelector(metav1.ObjectNameField, name)
	default:
		if selected, ok := selector.RequiresExactMatch(metav1.ObjectNameField); !ok || selected != name {
			return apierrors.NewBadRequest("fieldSelector metadata.name doesn't match requested name")
		}
	}
	return nil
}

// deleteOptionsKind is what a body without a kind is taken for. Clients name DeleteOptions in the version of the
// resource as well (apps/v1): the kind is the same in all groups.
var deleteOptionsKind = schema.GroupVersionKind{Version: "v1", Kind: "DeleteOptions"}

// DeleteOptions are those of a delete: gracePeriodSeconds, propagationPolicy, orphanDependents, preconditions, dryRun. A
// body, where there is one, counts instead of the query. Contradictions are a 422.
func (c *Call) DeleteOptions() (*DeleteOptions, error) {
	body, err := c.ReadBody()
	if err != nil {
		return nil, err
	}
	defer body.Free()
	options := &DeleteOptions{}
	if len(body.Bytes) > 0 {
		err = c.decodeDeleteOptions(body.Bytes, &options.DeleteOptions)
	} else {
		err = decodeQuery(c, metav1.Convert_url_Values_To_v1_DeleteOptions, &options.DeleteOptions)
	}
	if err != nil {
		return nil, err
	}
	options.IgnoreStoreReadErrorWithClusterBreakingPotential = nil // a feature that is off
	return options, newInvalidOptions("DeleteOptions", validation.ValidateDeleteOptions(&options.DeleteOptions))
}

// decodeDeleteOptions uses the scheme of the options alone, so a body of any other kind is unknown to it.
func (c *Call) decodeDeleteOptions(body []byte, into *metav1.DeleteOptions) error {
	media, err := c.InputSerializer()
	if err != nil {
		return err
	}
	media, err = c.Codecs.ForScheme(internalscheme.Scheme).NegotiateInputSerializer(media.MediaType)
	if err != nil {
		return err
	}
	kind := deleteOptionsKind
	obj, _, err := media.Serializer.Decode(body, &kind, into)
	if err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	options, ok := obj.(*metav1.DeleteOptions)
	if !ok {
		return apierrors.NewBadRequest("decoded object cannot be converted to DeleteOptions")
	}
	*into = *options
	return nil
}

// DecodeRequestOptions reads the query into options, by the names of their JSON fields; nil options take nothing. subpath, where it
// is not empty, is the parameter that gets the rest of the path, with its leading slash. A value that cannot be read is
// a 400. Upstream: handlers.getRequestOptions.
func (c *Call) DecodeRequestOptions(options runtime.Object, subpath string) error {
	if options == nil {
		return nil
	}
	query := c.Query()
	if subpath != "" {
		query = maps.Clone(query)
		if query == nil {
			query = url.Values{}
		}
		query.Set(subpath, c.subpath())
	}
	if err := decodeParameters(query, reflect.ValueOf(options).Elem()); err != nil {
		return apierrors.NewBadRequest(err.Error())
	}
	return nil
}

// subpath is what follows the resource, the name and the subresource in the path.
func (c *Call) subpath() string {
	named := 2
	if c.Subresource != "" {
		named = 3
	}
	rest := strings.Join(c.Info.Parts[min(named, len(c.Info.Parts)):], "/")
	if rest != "" && !strings.HasPrefix(rest, "/") {
		rest = "/" + rest
	}
	if strings.HasSuffix(c.Info.Path, "/") && !strings.HasSuffix(rest, "/") {
		rest += "/"
	}
	return rest
}

func decodeParameters(query url.Values, into reflect.Value) error {
	for i := range into.NumField() {
		name, _, _ := strings.Cut(into.Type().Field(i).Tag.Get("json"), ",")
		values := query[name]
		if name == "" || len(values) == 0 {
			continue
		}
		if err := decodeParameter(values, into.Field(i)); err != nil {
			return err
		}
	}
	return nil
}

// decodeParameter reads the values of one parameter, of which most fields take the first.
func decodeParameter(values []string, field reflect.Value) (err error) {
	if at, ok := field.Addr().Interface().(*metav1.Time); ok {
		return at.UnmarshalQueryParameter(values[0])
	}
	switch field.Kind() {
	case reflect.Pointer:
		field.Set(reflect.New(field.Type().Elem()))
		return decodeParameter(values, field.Elem())
	case reflect.String:
		field.SetString(values[0])
	case reflect.Bool: // ?follow means yes; only false and 0 mean no
		field.SetBool(!strings.EqualFold(values[0], "false") && values[0] != "0")
	case reflect.Int32, reflect.Int64:
		var n int64
		n, err = strconv.ParseInt(values[0], 10, field.Type().Bits())
		field.SetInt(n)
	case reflect.Slice:
		if field.Type().Elem().Kind() != reflect.String {
			return fmt.Errorf("no parameter can be read into a %s", field.Type())
		}
		field.Set(reflect.ValueOf(values).Convert(field.Type()))
	default:
		return fmt.Errorf("no parameter can be read into a %s", field.Type())
	}
	return err
}
