package storage

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"strings"
)

const (
	// NewestVersion in a continue token goes on at the newest version: what a client gets in place of an expired token.
	NewestVersion = -1

	continueTokenVersion = "meta.k8s.io/v1"
)

// continueToken is what a continue token holds, as base64 of JSON. Clients keep tokens while servers are replaced, so its
// shape is part of the API. Upstream: storage.continueToken.
type continueToken struct {
	Version         string `json:"v"`
	ResourceVersion int64  `json:"rv"`    // of the first page; NewestVersion after that has expired
	Start           string `json:"start"` // the key to go on at, without the list's prefix
}

// EncodeContinue makes the token with which a list of prefix, read at version, goes on at key. To go on after a key,
// add a zero byte: no key lies between the two. Upstream: storage.EncodeContinue.
func EncodeContinue(key, prefix string, version int64) (string, error) {
	start, ok := strings.CutPrefix(key, prefix)
	if !ok || prefix == "" {
		return "", fmt.Errorf("the key %q does not lie below %q", key, prefix)
	}
	data, err := json.Marshal(continueToken{Version: continueTokenVersion, ResourceVersion: version, Start: start})
	if err != nil {
		return "", err
	}
	return base64.RawURLEncoding.EncodeToString(data), nil
}

// DecodeContinue reads a token: the key to go on at, which lies below prefix whatever the client wrote into the token,
// and the version, which is never 0. Anything else is ErrInvalidContinue. Upstream: storage.DecodeContinue.
func DecodeContinue(text, prefix string) (key string, version int64, err error) {
	data, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return "", 0, newInvalidContinueError(err)
	}
	var t continueToken
	if err := json.Unmarshal(data, &t); err != nil {
		return "", 0, newInvalidContinueError(err)
	}
	if err := t.validate(); err != nil {
		return "", 0, newInvalidContinueError(err)
	}
	return prefix + strings.TrimPrefix(t.Start, "/"), t.ResourceVersion, nil
}

// validate refuses what no server has written. A start key that path.Clean would change (a/../../b) could lead out of
// the list's prefix, into objects that the client may not read.
func (t continueToken) validate() error {
	switch rooted := "/" + strings.TrimPrefix(t.Start, "/"); {
	case t.Version != continueTokenVersion:
		return fmt.Errorf("server does not recognize this encoded version %v", t.Version)
	case t.ResourceVersion == 0:
		return errors.New("incorrect encoded start resourceVersion (version meta.k8s.io/v1)")
	case t.Start == "":
		return errors.New("encoded start key empty (version meta.k8s.io/v1)")
	case path.Clean(rooted) != rooted:
		return errors.New(t.Start)
	}
	return nil
}

func newInvalidContinueError(reason error) error {
	return &Error{Err: ErrInvalidContinue, Detail: fmt.Sprintf("invalid continue token: %v: %v", ErrInvalidContinue, reason)}
}
