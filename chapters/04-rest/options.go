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

// queryConversion is a generated conversion from URL parameters to options. It ignores unknown parameters.
type queryConversion[T any] func(*url.Values, *T, conversion.Scope) error

// decodeQuery sets options from the URL; an invalid parameter is a 400.
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

// GetOptions returns the options of a get: resourceVersion.
func (c *Call) GetOptions() (*metav1.GetOptions, error) {
	options := &metav1.GetOptions{}
	return options, decodeQuery(c, metav1.Convert_url_Values_To_v1_GetOptions, options)
}

// CreateOptions returns the options of a create: dryRun, fieldManager, fieldValidation. Invalid options are a 422.
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

// UpdateOptions returns the options of an update: dryRun, fieldManager, fieldValidation. Invalid options are a 422.
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

// PatchOptions returns the options of a patch of the given type: dryRun, force, fieldManager, fieldValidation.
// Invalid options are a 422.
func (c *Call) PatchOptions(language types.PatchType) (metav1.PatchOptions, error) {
	options := metav1.PatchOptions{}
	if err := decodeQuery(c, metav1.Convert_url_Values_To_v1_PatchOptions, &options); err != nil {
		return options, err
	}
	return options, newInvalidOptions("PatchOptions", validation.ValidatePatchOptions(&options, language))
}

// ListOptions returns the options of a list or a watch. Selectors that cannot be parsed are a 400, other invalid
// options a 422. The request's name, if it has one, becomes the field selector metadata.name.
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

// convertFieldSelector converts the field names of the field selector from the served version to the hub. It refuses
// fields that the kind does not support.
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

// deleteOptionsKind is the kind of a body without a kind. Clients may also use the group version of the resource
// (apps/v1): DeleteOptions is the same type in all groups.
var deleteOptionsKind = schema.GroupVersionKind{Version: "v1", Kind: "DeleteOptions"}

// DeleteOptions returns the options of a delete: gracePeriodSeconds, propagationPolicy, orphanDependents,
// preconditions, dryRun. If there is a body, it is used instead of the query. Invalid options are a 422.
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
	options.IgnoreStoreReadErrorWithClusterBreakingPotential = nil // its feature gate is off
	return options, newInvalidOptions("DeleteOptions", validation.ValidateDeleteOptions(&options.DeleteOptions))
}

// decodeDeleteOptions uses a scheme that has only the options, so a body of any other kind is an error.
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

// DecodeRequestOptions decodes the query into options, by the names of their JSON fields; nil options are ignored. If
// subpath is not empty, it is the parameter that is set to the rest of the path, with its leading slash. An invalid
// value is a 400. Upstream: handlers.getRequestOptions.
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

// subpath returns the path after the resource, the name and the subresource.
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

// decodeParameter decodes the values of one parameter. Only slices use more than the first value.
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
	case reflect.Bool: // every value but false and 0 is true, also the empty one: ?follow
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
