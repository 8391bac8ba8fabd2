package rest

import (
	"net/url"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	listvalidation "k8s.io/apimachinery/pkg/apis/meta/internalversion/validation"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/conversion"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/types"
)

// fromQuery is a generated conversion from URL parameters to options. It ignores parameters that the options do not
// have.
type fromQuery[T any] func(*url.Values, *T, conversion.Scope) error

// readQuery fills options from the URL; a parameter that cannot be read is a 400.
func readQuery[T any](c *Call, convert fromQuery[T], options *T) error {
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
	return options, readQuery(c, metav1.Convert_url_Values_To_v1_GetOptions, options)
}

// CreateOptions are those of a create: dryRun, fieldManager, fieldValidation. Contradictions are a 422.
func (c *Call) CreateOptions() (*CreateOptions, error) {
	options := &CreateOptions{}
	if c.Query() == nil {
		return options, nil
	}
	if err := readQuery(c, metav1.Convert_url_Values_To_v1_CreateOptions, &options.CreateOptions); err != nil {
		return nil, err
	}
	return options, invalid("CreateOptions", validation.ValidateCreateOptions(&options.CreateOptions))
}

// UpdateOptions are those of an update: dryRun, fieldManager, fieldValidation. Contradictions are a 422.
func (c *Call) UpdateOptions() (metav1.UpdateOptions, error) {
	options := metav1.UpdateOptions{}
	if c.Query() == nil {
		return options, nil
	}
	if err := readQuery(c, metav1.Convert_url_Values_To_v1_UpdateOptions, &options); err != nil {
		return options, err
	}
	return options, invalid("UpdateOptions", validation.ValidateUpdateOptions(&options))
}

// PatchOptions are those of a patch in one of the patch languages: dryRun, force, fieldManager, fieldValidation.
// Contradictions are a 422.
func (c *Call) PatchOptions(language types.PatchType) (metav1.PatchOptions, error) {
	options := metav1.PatchOptions{}
	if err := readQuery(c, metav1.Convert_url_Values_To_v1_PatchOptions, &options); err != nil {
		return options, err
	}
	return options, invalid("PatchOptions", validation.ValidatePatchOptions(&options, language))
}

// ListOptions are those of a list or a watch: selectors that cannot be read are a 400, contradictions a 422. A name,
// from the path or from a field selector on metadata.name, becomes the field selector.
func (c *Call) ListOptions() (*metainternalversion.ListOptions, error) {
	options := &metainternalversion.ListOptions{}
	if c.Query() != nil {
		var asked metav1.ListOptions
		if err := readQuery(c, metav1.Convert_url_Values_To_v1_ListOptions, &asked); err != nil {
			return nil, err
		}
		if err := metainternalversion.Convert_v1_ListOptions_To_internalversion_ListOptions(&asked, options, nil); err != nil {
			return nil, apierrors.NewBadRequest(err.Error())
		}
	}
	metainternalversion.SetListOptionsDefaults(options, true)
	if err := invalid("ListOptions", listvalidation.ValidateListOptions(options, true)); err != nil {
		return nil, err
	}
	if err := c.convertFields(options); err != nil {
		return nil, err
	}
	return options, c.selectName(options)
}

// convertFields translates the field selector's labels from the served version to the working one, and so refuses those
// that the kind does not have.
func (c *Call) convertFields(options *metainternalversion.ListOptions) (err error) {
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

func (c *Call) selectName(options *metainternalversion.ListOptions) error {
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
