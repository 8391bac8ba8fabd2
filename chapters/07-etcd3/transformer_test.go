package etcd3

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"

	storage "kubepath/chapters/05-storage"
)

func aesKey(tb testing.TB, name string) PrefixTransformer {
	tb.Helper()
	p, err := NewGCMTransformer(name, bytes.Repeat([]byte(name[:1]), 32))
	if err != nil {
		tb.Fatal(err)
	}
	return p
}

// encrypted is a storage of Pods whose values go through providers, and its prefix.
func encrypted(tb testing.TB, providers ...PrefixTransformer) (s storage.Interface, prefix string) {
	config := podConfig(tb, sharedClient(tb))
	config.Transformer = PrefixTransformers(providers)
	return Open(config), config.Prefix
}

func TestEncryptedValuesShowNothing(t *testing.T) {
	t.Parallel()
	s, prefix := encrypted(t, aesKey(t, "one"))
	mustCreate(t, s, "x")
	value := rawValue(t, sharedClient(t), prefix+"/pods/default/x")
	if !bytes.HasPrefix(value, []byte("k8s:enc:aesgcm:v1:one:")) {
		t.Errorf("the value begins with %q", value[:24])
	}
	for _, secret := range []string{"nginx", "default", "Pod", "k8s\x00"} {
		if bytes.Contains(value, []byte(secret)) {
			t.Errorf("the value shows %q", secret)
		}
	}
	var out corev1.Pod
	if err := s.Get(t.Context(), "/pods/default/x", storage.GetOptions{}, &out); err != nil || out.Name != "x" {
		t.Errorf("got %q, %v", out.Name, err)
	}
}

func TestAnEncryptedValueMovedToAnotherKeyIsRefused(t *testing.T) {
	t.Parallel()
	s, prefix := encrypted(t, aesKey(t, "one"))
	mustCreate(t, s, "x")
	client := sharedClient(t)
	value := rawValue(t, client, prefix+"/pods/default/x")
	if _, err := client.Put(t.Context(), prefix+"/pods/default/y", string(value)); err != nil {
		t.Fatal(err)
	}
	err := s.Get(t.Context(), "/pods/default/y", storage.GetOptions{}, &corev1.Pod{})
	if !errors.Is(err, storage.ErrCorrupt) || !strings.Contains(err.Error(), "message authentication failed") {
		t.Errorf("got %v", err)
	}
}

func TestAfterAKeyRotationAnUpdateThatChangesNothingRewritesOnce(t *testing.T) {
	t.Parallel()
	one, two := aesKey(t, "one"), aesKey(t, "two")
	config := podConfig(t, sharedClient(t))
	config.Transformer = PrefixTransformers{one}
	created := mustCreate(t, Open(config), "x")
	config.Transformer = PrefixTransformers{two, one}
	rotated := Open(config)

	last := created.ResourceVersion
	for _, step := range []struct {
		what string
		hint bool
		same bool
	}{
		{what: "the value of the old key is rewritten, also where a hint says that nothing changes", hint: true},
		{what: "the value of the new key is left", same: true},
		{what: "also with a hint", hint: true, same: true},
	} {
		u := relabel("x")
		if step.hint {
			hint := created.DeepCopy()
			hint.ResourceVersion = last
			u.CachedExistingObject = hint
		}
		var out corev1.Pod
		if err := rotated.GuaranteedUpdate(t.Context(), "/pods/default/x", &out, u); err != nil {
			t.Fatal(err)
		}
		if same := out.ResourceVersion == last; same != step.same {
			t.Errorf("%s: version %s, then %s", step.what, last, out.ResourceVersion)
		}
		last = out.ResourceVersion
	}
	if value := rawValue(t, sharedClient(t), config.Prefix+"/pods/default/x"); !bytes.HasPrefix(value, []byte(two.Prefix)) {
		t.Errorf("the value begins with %q", value[:24])
	}
}

func TestProviders(t *testing.T) {
	t.Parallel()
	one, two := aesKey(t, "one"), aesKey(t, "two")
	const place, text = "/registry/secrets/default/s", "k8s\x00 something"
	write := func(p PrefixTransformers) []byte {
		stored, err := p.TransformToStorage([]byte(text), place)
		if err != nil {
			t.Fatal(err)
		}
		return stored
	}
	for _, row := range []struct {
		name   string
		stored []byte
		read   PrefixTransformers
		stale  bool
		err    string
	}{
		{name: "what the first provider wrote is fresh", stored: write(PrefixTransformers{one}), read: PrefixTransformers{one, two}},
		{name: "what the second wrote is stale", stored: write(PrefixTransformers{two}), read: PrefixTransformers{one, two}, stale: true},
		{name: "what was stored before encryption is stale", stored: []byte(text), read: PrefixTransformers{one, Identity()}, stale: true},
		{name: "without identity it is refused", stored: []byte(text), read: PrefixTransformers{one}, err: "no matching prefix found"},
		{name: "an unknown key is refused", stored: write(PrefixTransformers{two}), read: PrefixTransformers{one}, err: "no matching prefix found"},
		{name: "identity refuses what is encrypted", stored: write(PrefixTransformers{two}), read: PrefixTransformers{one, Identity()},
			err: "identity transformer tried to read encrypted data"},
		{name: "a value cut short is refused", stored: write(PrefixTransformers{one})[:30], read: PrefixTransformers{one},
			err: "the stored data was shorter than the required size"},
		{name: "a provider of no kind is refused", stored: []byte(text), err: "no matching prefix found"},
	} {
		t.Run(row.name, func(t *testing.T) {
			value, stale, err := row.read.TransformFromStorage(row.stored, place)
			if row.err != "" {
				if err == nil || err.Error() != row.err {
					t.Fatalf("got error %v, want %s", err, row.err)
				}
				return
			}
			if err != nil || string(value) != text || stale != row.stale {
				t.Errorf("got %q, stale %v, error %v", value, stale, err)
			}
		})
	}
}

func TestAKeyOfTheWrongLengthIsRefusedByName(t *testing.T) {
	t.Parallel()
	if _, err := NewGCMTransformer("short", []byte("too short")); err == nil || !strings.Contains(err.Error(), `"short"`) {
		t.Errorf("got %v", err)
	}
}
