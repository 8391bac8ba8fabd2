package etcd3

import (
	"bytes"
	"errors"
)

// Transformer changes values on the way into etcd and out of it; encryption at rest is one. context (the key) is
// authenticated, so that a value moved to another key is refused. Upstream: storage/value.Transformer.
type Transformer interface {
	// TransformFromStorage also reports whether the value should be rewritten (an old key or format).
	TransformFromStorage(stored []byte, context string) (value []byte, stale bool, err error)
	TransformToStorage(value []byte, context string) ([]byte, error)
}

// PrefixTransformer is one way to transform values, and the prefix by which stored values show that they went that way.
// Upstream: value.PrefixTransformer.
type PrefixTransformer struct {
	Prefix string // k8s:enc:aesgcm:v1:key1:
	Transformer
}

// PrefixTransformers writes with the first provider and reads with the one whose prefix a value has. What another than the first
// wrote is stale: put a new key first, rewrite every object, then drop the old key. Upstream: value.NewPrefixTransformers.
type PrefixTransformers []PrefixTransformer

var _ Transformer = PrefixTransformers(nil)

var errNoProvider = errors.New("no matching prefix found")

// TransformFromStorage implements Transformer.
func (p PrefixTransformers) TransformFromStorage(stored []byte, context string) (value []byte, stale bool, err error) {
	for i, provider := range p {
		rest, ok := bytes.CutPrefix(stored, []byte(provider.Prefix))
		if !ok {
			continue
		}
		value, stale, err := provider.TransformFromStorage(rest, context)
		return value, stale || i > 0, err
	}
	return nil, false, errNoProvider
}

// TransformToStorage implements Transformer.
func (p PrefixTransformers) TransformToStorage(value []byte, context string) ([]byte, error) {
	if len(p) == 0 {
		return nil, errNoProvider
	}
	stored, err := p[0].Transformer.TransformToStorage(value, context)
	if err != nil || p[0].Prefix == "" {
		return stored, err
	}
	return append([]byte(p[0].Prefix), stored...), nil
}

// Identity stores values as they are. As the last of several providers it reads what was stored before encryption was
// turned on; as the first it turns it off. Upstream: identity.NewEncryptCheckTransformer.
func Identity() PrefixTransformer { return PrefixTransformer{Transformer: identity{}} }

type identity struct{}

// encryptedPrefix begins every encrypted value, whatever encrypted it.
const encryptedPrefix = "k8s:enc:"

var errEncrypted = errors.New("identity transformer tried to read encrypted data")

func (identity) TransformFromStorage(stored []byte, _ string) ([]byte, bool, error) {
	if bytes.HasPrefix(stored, []byte(encryptedPrefix)) {
		return nil, false, errEncrypted
	}
	return stored, false, nil
}

func (identity) TransformToStorage(value []byte, _ string) ([]byte, error) { return value, nil }
