package kinds

import (
	"bytes"
	"io"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
)

// keeper is an object that keeps the bytes that it was once encoded to, as the watch cache's objects do.
type keeper struct {
	runtime.Object
	mu      sync.Mutex
	kept    map[runtime.Identifier][]byte
	encoded int
}

var _ runtime.CacheableObject = (*keeper)(nil)

func (k *keeper) GetObject() runtime.Object { return k.Object }

func (k *keeper) CacheEncode(id runtime.Identifier, encode func(runtime.Object, io.Writer) error, w io.Writer) error {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.kept[id] == nil {
		var out bytes.Buffer
		if err := encode(k.Object, &out); err != nil {
			return err
		}
		if k.kept == nil {
			k.kept = map[runtime.Identifier][]byte{}
		}
		k.kept[id], k.encoded = out.Bytes(), k.encoded+1
	}
	_, err := w.Write(k.kept[id])
	return err
}

func TestAnObjectThatKeepsItsBytesIsEncodedOncePerForm(t *testing.T) {
	t.Parallel()
	codecs := NewCodecs(NewScheme())
	for name, form := range forms(codecs) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plain := podList(3)
			list := podList(0)
			for _, pod := range plain.Items {
				list.Items = append(list.Items, &keeper{Object: pod})
			}
			var want, first, second, alone bytes.Buffer
			mustEncode(t, codecs, &want, plain, form)
			mustEncode(t, codecs, &first, list, form)
			mustEncode(t, codecs, &second, list, form)
			if !bytes.Equal(first.Bytes(), want.Bytes()) || !bytes.Equal(second.Bytes(), want.Bytes()) {
				t.Errorf("kept:\n%q\nplain:\n%q", first.String(), want.String())
			}
			mustEncode(t, codecs, &alone, list.Items[0], MediaTypeOptions{SerializerInfo: form.SerializerInfo})
			if n := list.Items[0].(*keeper).encoded; n > 2 || !form.Pretty && form.MediaType != runtime.ContentTypeYAML && n != 1 {
				t.Errorf("encoded %d times: the list and the object alone do not share the bytes", n)
			}
		})
	}
}

func mustEncode(t *testing.T, c *Codecs, w io.Writer, obj runtime.Object, f MediaTypeOptions) {
	t.Helper()
	if err := c.Encode(w, obj, v1, f); err != nil {
		t.Fatal(err)
	}
}
