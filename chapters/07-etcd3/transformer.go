package etcd3

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
)

// Transformer transforms values before they are stored and after they are read, for example to encrypt them. context
// (the key) is authenticated, so that a value that was copied to another key is refused. Upstream:
// storage/value.Transformer.
type Transformer interface {
	// TransformFromStorage also reports whether the value should be rewritten (an old key or format).
	TransformFromStorage(stored []byte, context string) (value []byte, stale bool, err error)
	TransformToStorage(value []byte, context string) ([]byte, error)
}

// PrefixTransformer is a Transformer, and the prefix of the values that it has stored.
// Upstream: value.PrefixTransformer.
type PrefixTransformer struct {
	Prefix string // k8s:enc:aesgcm:v1:key1:
	Transformer
}

// PrefixTransformers writes with its first element, and reads a value with the element that has its prefix. Values of
// other elements than the first are stale: to change a key, put the new one first, rewrite every object, then remove
// the old one. Upstream: value.NewPrefixTransformers.
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

// Identity stores values unchanged. As the last of several elements it reads values that were stored before encryption
// was turned on; as the first, it turns encryption off. Upstream: identity.NewEncryptCheckTransformer.
func Identity() PrefixTransformer { return PrefixTransformer{Transformer: identity{}} }

type identity struct{}

// encryptedPrefix is the beginning of the prefix of every encrypted value.
const encryptedPrefix = "k8s:enc:"

var errEncrypted = errors.New("identity transformer tried to read encrypted data")

func (identity) TransformFromStorage(stored []byte, _ string) ([]byte, bool, error) {
	if bytes.HasPrefix(stored, []byte(encryptedPrefix)) {
		return nil, false, errEncrypted
	}
	return stored, false, nil
}

func (identity) TransformToStorage(value []byte, _ string) ([]byte, error) { return value, nil }

// NewGCMTransformer returns a transformer that encrypts with AES-GCM and a random nonce; one key may encrypt at most
// 2^32 values. secret has 16, 24 or 32 bytes. A stored value has upstream's format:
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
