package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync/atomic"

	"github.com/spf13/pflag"
	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	request "kubepath/chapters/01-request"
	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// patchFlags say what kubepath trace patch sends.
type patchFlags struct {
	text, language string
	race           bool
}

// patchTypes by the names that kubectl patch has for them.
var patchTypes = map[string]types.PatchType{
	"json": types.JSONPatchType, "merge": types.MergePatchType, "strategic": types.StrategicMergePatchType, "apply": types.ApplyYAMLPatchType,
}

func (f *patchFlags) add(to *pflag.FlagSet) {
	to.StringVarP(&f.text, "patch", "p", "", "the patch, in JSON (default: a label)")
	to.StringVar(&f.language, "type", "strategic", "its language: json, merge, strategic or apply")
	to.BoolVar(&f.race, "race", false, "update, patch: have somebody else write between the read and the write")
}

// complete gives the call its patch.
func (f *patchFlags) complete(c *call) error {
	language, ok := patchTypes[f.language]
	if !ok {
		return usageError{fmt.Errorf("unknown type of patch %q", f.language), "one of " + strings.Join(slices.Sorted(maps.Keys(patchTypes)), ", ")}
	}
	c.patchType, c.patch = language, []byte(cmp.Or(f.text, label(language)))
	if language != types.ApplyYAMLPatchType {
		return nil
	}
	return c.identify()
}

// label is a patch that adds one.
func label(language types.PatchType) string {
	if language == types.JSONPatchType {
		return `[{"op":"add","path":"/metadata/labels","value":{"seen-by":"kubepath"}}]`
	}
	return `{"metadata":{"labels":{"seen-by":"kubepath"}}}`
}

// identify names in an applied object what it is, where it does not say so itself.
func (c *call) identify() error {
	var wanted map[string]any
	if err := json.Unmarshal(c.patch, &wanted); err != nil {
		return fmt.Errorf("--patch: %w", err)
	}
	metadata, ok := wanted["metadata"].(map[string]any)
	if !ok {
		metadata = map[string]any{}
	}
	metadata["name"] = c.name
	wanted["metadata"] = metadata
	wanted["apiVersion"], wanted["kind"] = c.row.Kind.GroupVersion().String(), c.row.Kind.Kind
	text, err := json.Marshal(wanted)
	c.patch = text
	return err
}

// patching is the patch as chapter 1's client sends it.
func (c *call) patching(client request.Interface) *request.Request {
	r := c.item(client.Patch(c.patchType)).Body(c.patch)
	if c.patchType == types.ApplyYAMLPatchType {
		r = r.Param("fieldManager", "applier")
	}
	return r
}

// rival is a storage in which somebody else writes: once, between the next update's read and its write.
type rival struct {
	storage.Interface
	armed *atomic.Bool
}

// GuaranteedUpdate lets the rival write the same object after the first attempt has read it.
func (r rival) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	mutate := u.Mutate
	u.Mutate = func(old runtime.Object, m storage.ResponseMeta) (storage.MutateResult, error) {
		mutated, err := mutate(old, m)
		if err == nil && m.ResourceVersion > 0 && r.armed.CompareAndSwap(true, false) {
			err = r.write(key)
		}
		return mutated, err
	}
	return r.Interface.GuaranteedUpdate(ctx, key, out, u)
}

// write adds an annotation. It is no part of the request: no trace shows it.
func (r rival) write(key string) error {
	var out kinds.ResultPointer
	return r.Interface.GuaranteedUpdate(context.Background(), key, &out, storage.Update{
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			object, err := meta.Accessor(old)
			if err != nil {
				return storage.MutateResult{}, err
			}
			object.SetAnnotations(map[string]string{"faster": "yes"})
			return storage.MutateResult{Object: old}, nil
		},
	})
}
