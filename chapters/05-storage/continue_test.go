package storage_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"testing"

	storage "kubepath/chapters/05-storage"
)

const prefix = "/registry/pods/"

func TestATokenIsWhatKubernetesWrites(t *testing.T) {
	t.Parallel()
	token, err := storage.EncodeContinue(prefix+"default/a\x00", prefix, 42)
	if err != nil {
		t.Fatal(err)
	}
	// As kube-apiserver encodes it.
	const want = `{"v":"meta.k8s.io/v1","rv":42,"start":"default/a\u0000"}`
	if got, _ := base64.RawURLEncoding.DecodeString(token); string(got) != want {
		t.Fatalf("the token holds %s, want %s", got, want)
	}
	key, version, err := storage.DecodeContinue(token, prefix)
	if key != prefix+"default/a\x00" || version != 42 || err != nil {
		t.Fatalf("decoded %q at %d (%v)", key, version, err)
	}
}

func TestAKeyOutsideThePrefixIsNotEncoded(t *testing.T) {
	t.Parallel()
	if _, err := storage.EncodeContinue("/registry/secrets/s", prefix, 1); err == nil {
		t.Fatal("no error")
	}
}

func TestATokenNeverLeavesItsPrefix(t *testing.T) {
	t.Parallel()
	for _, start := range []string{"..", "../secrets", "a/../../secrets", "/../secrets", "//secrets", "./a", "a//b", "a/"} {
		token := base64.RawURLEncoding.EncodeToString([]byte(`{"v":"meta.k8s.io/v1","rv":1,"start":"` + start + `"}`))
		key, _, err := storage.DecodeContinue(token, prefix)
		if !errors.Is(err, storage.ErrInvalidContinue) {
			t.Errorf("%q leads to %q (%v)", start, key, err)
		}
	}
}

func FuzzATokenNeverLeavesItsPrefix(f *testing.F) {
	f.Add(int64(1), "a/../b")
	f.Add(int64(-1), "/etc")
	f.Fuzz(func(t *testing.T, version int64, start string) {
		token, err := storage.EncodeContinue(prefix+start, prefix, version)
		if err != nil {
			return
		}
		key, _, err := storage.DecodeContinue(token, prefix)
		if err != nil {
			return
		}
		if below, ok := strings.CutPrefix(key, prefix); !ok || strings.Contains("/"+below+"/", "/../") {
			t.Fatalf("%q leads to %q", start, key)
		}
	})
}
