package exercise

import (
	"bytes"
	"encoding/json"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
)

// Patch is one request with a merge patch. Your NewObject, in merge.go, is its heart.
type Patch struct {
	Fields any // the body, as JSON values

	call    *rest.Call
	name    string
	options metav1.PatchOptions
}

// read makes a Patch of the request's body.
func read(c *rest.Call) (*Patch, error) {
	name, err := c.Name()
	if err != nil {
		return nil, err
	}
	body, err := c.ReadBody()
	if err != nil {
		return nil, err
	}
	defer body.Free()
	options, err := c.PatchOptions(types.MergePatchType)
	if err != nil {
		return nil, err
	}
	p := &Patch{call: c, name: name, options: options}
	if p.Fields, err = values(body.Bytes); err != nil {
		return nil, apierrors.NewBadRequest("error decoding patch: " + err.Error())
	}
	return p, nil
}

// values are what a JSON text says. Numbers stay as they are written.
func values(text []byte) (value any, err error) {
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	err = decoder.Decode(&value)
	return value, err
}

// fieldsOf are an object's fields, in the version that the client speaks.
func (p *Patch) fieldsOf(obj runtime.Object) (any, error) {
	media, err := p.call.Codecs.NegotiateInputSerializer("")
	if err != nil {
		return nil, err
	}
	var text bytes.Buffer
	if err := p.call.Codecs.Encode(&text, obj, p.call.Kind.GroupVersion(), kinds.MediaTypeOptions{SerializerInfo: media}); err != nil {
		return nil, err
	}
	return values(text.Bytes())
}

// objectOf is the object with these fields. Fields that make none are the patch's fault: 422.
func (p *Patch) objectOf(fields any) (runtime.Object, error) {
	text, err := json.Marshal(fields)
	if err != nil {
		return nil, err
	}
	media, err := p.call.Codecs.NegotiateInputSerializer("")
	if err != nil {
		return nil, err
	}
	obj, _, err := p.call.Codecs.Decode(media, text, kinds.DecodeOptions{Default: p.call.Kind})
	if err != nil {
		status := &metav1.Status{Status: metav1.StatusFailure, Code: http.StatusUnprocessableEntity, Reason: metav1.StatusReasonInvalid, Message: err.Error()}
		return nil, &apierrors.StatusError{ErrStatus: *status}
	}
	return obj, nil
}

// finish puts the new object into its namespace, refuses another name than the path's, and notes who has changed what.
func (p *Patch) finish(old, obj runtime.Object) (runtime.Object, error) {
	if err := p.call.EnsureObjectNamespace(obj); err != nil {
		return nil, err
	}
	if err := p.call.CheckName(obj, p.name); err != nil {
		return nil, err
	}
	return p.call.UpdateManagedFields(old, obj, p.options.FieldManager), nil
}
