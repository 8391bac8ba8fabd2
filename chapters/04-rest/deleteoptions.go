package rest

import (
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	internalscheme "k8s.io/apimachinery/pkg/apis/meta/internalversion/scheme"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/validation"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
)

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
		err = readQuery(c, metav1.Convert_url_Values_To_v1_DeleteOptions, &options.DeleteOptions)
	}
	if err != nil {
		return nil, err
	}
	options.IgnoreStoreReadErrorWithClusterBreakingPotential = nil // a feature that is off
	return options, invalid("DeleteOptions", validation.ValidateDeleteOptions(&options.DeleteOptions))
}

// decodeDeleteOptions uses the scheme of the options alone, so a body of any other kind is unknown to it.
func (c *Call) decodeDeleteOptions(body []byte, into *metav1.DeleteOptions) error {
	media, err := c.InputSerializer()
	if err != nil {
		return err
	}
	obj, err := decodeOptions(media, body, into)
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

func decodeOptions(media *kinds.SerializerInfo, body []byte, into runtime.Object) (runtime.Object, error) {
	kind := deleteOptionsKind
	for _, format := range internalscheme.Codecs.SupportedMediaTypes() {
		if format.MediaType == media.MediaType {
			obj, _, err := format.Serializer.Decode(body, &kind, into)
			return obj, err
		}
	}
	return nil, kinds.NewUnsupportedMediaTypeError(media.MediaType)
}
