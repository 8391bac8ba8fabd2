package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"net/http"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/types"

	request "kubepath/chapters/01-request"
	kinds "kubepath/chapters/02-kinds"
	controlplane "kubepath/chapters/17-controlplane"
)

// call is a request that trace makes itself.
type call struct {
	verb, resource, name, namespace string
	manifest                        []byte // nil: a sample

	row    kinds.Resource // what resource names
	object runtime.Object // the manifest's

	patch     []byte // of the verb patch
	patchType types.PatchType
}

// samples are manifests for resources whose objects need more than a name to make sense.
//
//go:embed samples
var samples embed.FS

// complete finds the resource and makes the object, from the manifest or a sample.
func (c *call) complete() error {
	codecs, mapper := kinds.NewCodecs(kinds.NewScheme()), controlplane.RESTMapper()
	if c.manifest != nil {
		obj, kind, err := decodeManifest(codecs, c.manifest)
		if err != nil {
			return err
		}
		mapping, err := mapper.RESTMapping(kind.GroupKind(), kind.Version)
		if err != nil {
			return err
		}
		c.object, c.resource = obj, mapping.Resource.GroupResource().String()
	}
	row, err := mapper.Find(c.resource)
	if err != nil {
		return usageError{err, "kubectl api-resources lists the resources of a server"}
	}
	c.row = row
	if c.object == nil {
		if c.object, err = sample(codecs, row); err != nil {
			return err
		}
	}
	return c.address()
}

// address gives the object the call's name and namespace, and the call the object's.
func (c *call) address() error {
	object, err := meta.Accessor(c.object)
	if err != nil {
		return err
	}
	if c.name != "" {
		object.SetName(c.name)
	}
	c.name = object.GetName()
	if !c.row.Namespaced {
		c.namespace = ""
		return nil
	}
	if object.GetNamespace() != "" && c.manifest != nil {
		c.namespace = object.GetNamespace()
	}
	object.SetNamespace(c.namespace)
	return nil
}

// sample is the resource's sample manifest, or an object that has only a name.
func sample(codecs *kinds.Codecs, row kinds.Resource) (runtime.Object, error) {
	manifest, err := samples.ReadFile("samples/" + row.Name + ".yaml")
	if errors.Is(err, fs.ErrNotExist) {
		obj, err := codecs.Scheme.New(row.Kind)
		if err != nil {
			return nil, err
		}
		obj.GetObjectKind().SetGroupVersionKind(row.Kind)
		object, err := meta.Accessor(obj)
		if err == nil {
			object.SetName("sample")
		}
		return obj, err
	}
	if err != nil {
		return nil, err
	}
	obj, _, err := decodeManifest(codecs, manifest)
	return obj, err
}

// decodeManifest reads YAML, of which JSON is a part. What the server would only warn of is an error here.
func decodeManifest(codecs *kinds.Codecs, manifest []byte) (runtime.Object, schema.GroupVersionKind, error) {
	yaml, err := codecs.NegotiateInputSerializer(runtime.ContentTypeYAML)
	if err != nil {
		return nil, schema.GroupVersionKind{}, err
	}
	obj, kind, err := codecs.Decode(yaml, manifest, kinds.DecodeOptions{Strict: true})
	if err != nil {
		return nil, kind, fmt.Errorf("manifest: %w", err)
	}
	return obj, kind, nil
}

// chain is the call as chapter 1's client makes it.
func (c *call) chain(client request.Interface) *request.Request {
	switch c.verb {
	case "create":
		return c.collection(client.Post()).Body(c.object)
	case "list":
		return c.collection(client.Get())
	case "get":
		return c.item(client.Get())
	case "update":
		return c.item(client.Put()).Body(c.object)
	case "patch":
		return c.patching(client)
	default:
		return c.item(client.Delete())
	}
}

func (c *call) collection(r *request.Request) *request.Request {
	return r.NamespaceIfScoped(c.namespace, c.row.Namespaced).Resource(c.row.Name)
}

func (c *call) item(r *request.Request) *request.Request { return c.collection(r).Name(c.name) }

// prepare makes what the call is about exist, so that there is something to read, replace or delete. The update adds a
// label, so that there is something to write.
func (c *call) prepare(ctx context.Context, client request.Interface) error {
	if c.verb == "create" || c.verb == "watch" {
		return nil
	}
	first := *c
	first.verb = "create"
	result := first.chain(client).Do(ctx)
	if err := result.Error(); err != nil && result.StatusCode() != http.StatusConflict {
		return fmt.Errorf("create what the trace is about: %w", err)
	}
	if c.verb != "update" || c.manifest != nil {
		return nil
	}
	object, err := meta.Accessor(c.object)
	if err != nil {
		return err
	}
	labels := object.GetLabels()
	if labels == nil {
		labels = map[string]string{}
	}
	labels["seen-by"] = "kubepath"
	object.SetLabels(labels)
	return nil
}
