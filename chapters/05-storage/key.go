package storage

import (
	"slices"
	"strings"
)

// PrepareKey checks a key and, for a recursive list or watch, makes it a prefix that ends with a slash: without it,
// everything below /pods/a would include /pods/ab. A key without a name, or with a . or .. in it, is ErrInvalidKey, and
// comes back as it is.
// Upstream: storage.PrepareKey.
func PrepareKey(key string, recursive bool) (string, error) {
	if key == "" || key == "/" {
		return key, &Error{Err: ErrInvalidKey, Detail: "empty key"}
	}
	if strings.Contains(key, "/.") { // rare, so that the split is not paid for each call
		parts := strings.Split(key, "/")
		if slices.Contains(parts, ".") || slices.Contains(parts, "..") {
			return key, &Error{Err: ErrInvalidKey, Detail: "no . or .. may stand between slashes"}
		}
	}
	if recursive && !strings.HasSuffix(key, "/") {
		key += "/"
	}
	return key, nil
}
