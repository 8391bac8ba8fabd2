package etcd3

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
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

// NewGCMTransformer encrypts with AES in Galois counter mode under a random nonce; a key may so encrypt 2^32 values at most.
// secret has 16, 24 or 32 bytes. A stored value is, as upstream lays it out:
//
//	k8s:enc:aesgcm:v1:NAME:   nonce (12 bytes)   sealed value   tag (16 bytes)
//
// Upstream: encrypt/aes.NewGCMTransformer.
func NewGCMTransformer(name string, secret []byte) (PrefixTransformer, error) {
	block, err := aes.NewCipher(secret)
	if err != nil {
		return PrefixTransformer{}, fmt.Errorf("encryption key %q: %w", name, err)
	}
	aead, err := cipher.NewGCM(block)
	if err != nil {
		return PrefixTransformer{}, fmt.Errorf("encryption key %q: %w", name, err)
	}
	return PrefixTransformer{Prefix: "k8s:enc:aesgcm:v1:" + name + ":", Transformer: gcm{aead}}, nil
}

type gcm struct{ cipher.AEAD }

var errTooShort = errors.New("the stored data was shorter than the required size")

func (g gcm) TransformFromStorage(stored []byte, context string) ([]byte, bool, error) {
	if len(stored) < g.NonceSize() {
		return nil, false, errTooShort
	}
	nonce, sealed := stored[:g.NonceSize()], stored[g.NonceSize():]
	value, err := g.Open(nil, nonce, sealed, []byte(context))
	return value, false, err
}

func (g gcm) TransformToStorage(value []byte, context string) ([]byte, error) {
	nonce := make([]byte, g.NonceSize(), g.NonceSize()+len(value)+g.Overhead())
	rand.Read(nonce) // never fails
	return g.Seal(nonce, nonce, value, []byte(context)), nil
}
