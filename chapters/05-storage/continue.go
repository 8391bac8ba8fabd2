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
	// NewestVersion in a continue token means: continue at the newest version. A client gets such a token when its own
	// has expired.
	NewestVersion = -1

	continueTokenVersion = "meta.k8s.io/v1"
)

// continueToken is the content of a continue token, which is base64 of JSON. A client may send a token to another
// version of the server, so the encoding is part of the API. Upstream: storage.continueToken.
type continueToken struct {
	Version         string `json:"v"`
	ResourceVersion int64  `json:"rv"`    // of the first page; NewestVersion after it has expired
	Start           string `json:"start"` // the first key of the next page, without the list's prefix
}

// EncodeContinue returns the token for the next page of a list of prefix at version. The page begins at key; to begin
// after a key, append a zero byte to it. Upstream: storage.EncodeContinue.
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

// DecodeContinue decodes a token: the first key of the page, which is always below prefix, and the version, which is
// never 0. An invalid token is ErrInvalidContinue. Upstream: storage.DecodeContinue.
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

// validate refuses tokens that no server has written. A start key that path.Clean would change (a/../../b) could be
// outside of the list's prefix, at objects that the client must not read.
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
