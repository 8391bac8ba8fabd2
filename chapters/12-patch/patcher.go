package patch

import (
	"context"
	"fmt"
	"mime"
	"net/http"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/api/meta"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// A patch that loses a race is applied again (testdata/races/patch_lost_race.txtar plays it). Time runs down; r2 is
// revision 2.
//
//	alice: PATCH color               storage                    bob: PUT shape
//	PATCH ─────────────────────────▶ reads the object: r2
//	applyPatch(r2) ◀────────────────
//	  decodes the patch, sets color  r3 ◀────────────────────── PUT
//	               ────────────────▶ writes if the revision is r2: it is r3, nothing is written
//	applyPatch(r3) ◀────────────────
//	  sets color, keeps shape
//	               ────────────────▶ writes if the revision is r3: r4, with both changes
//	200, r4 ◀───────────────────────
//
// In each attempt the registry also checks the resource version, calls admission and validates (updater.attempt of chapter
// 6). A patch that sets metadata.resourceVersion gets 409 in the second attempt, since its client has not read r3
// (patch_with_version.txtar). An apply is merged again, and may find a conflict then (apply_race.txtar).

// patchTypes are the media types of patches, in the order of kube-apiserver. The route refuses others (415). Each format of
// the codecs that has an ApplyPatchType is a format for applied configurations.
func patchTypes(codecs *kinds.Codecs) []string {
	names := []string{string(types.JSONPatchType), string(types.MergePatchType), string(types.StrategicMergePatchType)}
	for _, m := range codecs.SupportedMediaTypes {
		if m.ApplyPatchType != "" {
			names = append(names, string(m.ApplyPatchType))
		}
	}
	return names
}

// applyFormat returns the format of an applied configuration; nil if patchType is another type of patch.
func applyFormat(codecs *kinds.Codecs, patchType types.PatchType) *kinds.SerializerInfo {
	for i := range codecs.SupportedMediaTypes {
		if m := &codecs.SupportedMediaTypes[i]; m.ApplyPatchType == patchType {
			return m
		}
	}
	return nil
}

// Verbs are the rows that this chapter adds to the table of verbs. Upstream: the action PATCH.
func Verbs() []rest.Verb {
	return []rest.Verb{{
		Verb: installer.Verb{Name: "patch", Methods: []string{http.MethodPatch}, On: installer.Item,
			Doc: "partially update {sub}the specified {kind}", Codes: []int{200, 201}},
		Supported: rest.Has[rest.Patcher], Handle: handle, Options: metav1.PatchOptions{}, BodyMediaTypes: patchTypes,
		Reads: func(rest.Storage) any { return &metav1.Patch{} },
	}}
}

// handle answers PATCH .../pods/{name}. Upstream: handlers.PatchResource.
func handle(e *rest.RequestScope) http.Handler {
	storage, _ := rest.As[rest.Updater](e.Storage)
	return e.Handler(func(c *rest.Call) (int, runtime.Object, error) {
		name, err := c.Name()
		if err != nil {
			return 0, nil, err
		}
		body, err := c.ReadBody()
		if err != nil {
			return 0, nil, err
		}
		defer body.Free() // after the update, which reads the patch
		p, err := newPatcher(c, name, body.Bytes)
		if err != nil {
			return 0, nil, err
		}
		return c.AdmitAndUpdate(storage, name, &rest.Update{
			Mutate: p.applyPatch, AllowCreate: p.applied != nil, Options: metav1.UpdateOptions{
				DryRun: p.options.DryRun, FieldManager: p.options.FieldManager, FieldValidation: p.options.FieldValidation,
			},
		})
	})
}

// patchRequest is a patch as the client sent it. Its bytes are valid until the update is done.
type patchRequest struct {
	call      *rest.Call
	patchType types.PatchType
	applied   *kinds.SerializerInfo // the format of an applied configuration; nil: another patch
	patch     []byte
	options   metav1.PatchOptions
}

// patchMechanism decodes and applies patches of one or two types. Upstream: patchMechanism.
type patchMechanism interface {
	// decode decodes the patch. It runs once, after the object was read: errors about the object come before errors about
	// the patch.
	decode() error
	// applyPatchToCurrentObject makes the new object from the current one, which it only reads, and updates its managed
	// fields. It runs again after a lost race.
	applyPatchToCurrentObject(current runtime.Object) (runtime.Object, error)
}

// mechanism returns the one for the request's patch type, which the route has checked. Upstream: patchResource's switch.
func (r patchRequest) mechanism() patchMechanism {
	switch {
	case r.applied != nil:
		return &applyPatcher{patchRequest: r}
	case r.patchType == types.StrategicMergePatchType:
		return &smpPatcher{patchRequest: r}
	default:
		return &jsonPatcher{patchRequest: r}
	}
}

// patcher applies the patch of one request to an object. Upstream: patcher.
type patcher struct {
	patchRequest
	patchMechanism
	name    string
	decoded bool
}

func newPatcher(c *rest.Call, name string, patch []byte) (*patcher, error) {
	patchType := types.PatchType(mediaType(c.Request))
	options, err := c.PatchOptions(patchType)
	if err != nil {
		return nil, err
	}
	request := patchRequest{call: c, patchType: patchType, applied: applyFormat(c.Codecs, patchType), patch: patch, options: options}
	return &patcher{patchRequest: request, patchMechanism: request.mechanism(), name: name}, nil
}

// mediaType is the request's Content-Type without parameters.
func mediaType(r *http.Request) string {
	name, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		return r.Header.Get("Content-Type")
	}
	return name
}

// applyPatch makes the new object from the stored one; the storage calls it again after a lost race. An object that does
// not exist has no uid: only server-side apply creates it. Upstream: patcher.applyPatch.
func (p *patcher) applyPatch(ctx context.Context, current runtime.Object) (runtime.Object, error) {
	if err := ctx.Err(); err != nil { // the request has ended: no more attempts
		return nil, err
	}
	exists := uid(current) != ""
	if !exists && p.applied == nil {
		return nil, apierrors.NewNotFound(p.call.Resource.GroupResource(), p.name)
	}
	if !p.decoded {
		if err := p.decode(); err != nil {
			return nil, err
		}
		p.decoded = true
	}
	obj, err := p.applyPatchToCurrentObject(current)
	if err != nil {
		return nil, err
	}
	if exists {
		err = p.call.EnsureObjectNamespace(obj)
	} else {
		err = p.prepareNew(obj)
	}
	if err != nil {
		return nil, err
	}
	return obj, p.call.CheckName(obj, p.name)
}

// prepareNew prepares an object that the patch creates. A patch with a uid is refused: it is meant for an object that was
// deleted.
func (p *patcher) prepareNew(obj runtime.Object) error {
	if id := uid(obj); id != "" {
		return apierrors.NewConflict(p.call.Resource.GroupResource(), p.name,
			fmt.Errorf("uid mismatch: the provided object specified uid %s, and no existing object was found", id))
	}
	return p.call.PrepareNew(obj)
}

func uid(obj runtime.Object) types.UID {
	object, err := meta.Accessor(obj)
	if err != nil {
		return ""
	}
	return object.GetUID()
}
