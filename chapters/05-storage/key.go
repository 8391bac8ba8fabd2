package storage

import (
	"fmt"
	"slices"
	"strings"
)

// PrepareKey checks a key and, for a recursive list or watch, makes it a prefix that ends with a slash: without it,
// everything below /pods/a would include /pods/ab. A key without a name, with a . or .. in it, or outside of the
// storage's own resource (/pods/, or / where it keeps several) is ErrInvalidKey, and comes back as it is.
// Upstream: storage.PrepareKey.
func PrepareKey(resource, key string, recursive bool) (string, error) {
	if key == "" || key == "/" {
		return key, invalidKey("empty key: %q", key)
	}
	if strings.Contains(key, "/.") || key[0] == '.' { // rare, so that the split is not paid for each call
		parts := strings.Split(key, "/")
		if slices.Contains(parts, ".") || slices.Contains(parts, "..") {
			return key, invalidKey("invalid key: %q", key)
		}
	}
	prepared := key
	if recursive && !strings.HasSuffix(key, "/") {
		prepared += "/"
	}
	if !strings.HasPrefix(prepared, resource) {
		return key, invalidKey("invalid key: %q lacks resource prefix: %q", prepared, resource)
	}
	return prepared, nil
}

func invalidKey(format string, args ...any) error {
	return &Error{Err: ErrInvalidKey, Detail: fmt.Sprintf(format, args...)}
}
