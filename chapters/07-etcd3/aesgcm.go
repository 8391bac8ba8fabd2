package etcd3

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"errors"
	"fmt"
)

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
