package rest

import (
	"fmt"
	"io"
	"net/http"
	"sync"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

// defaultMaxBody is the longest body that is read, in bytes. etcd takes 1.5 MB in a request, and JSON is up to twice as
// long as what is stored. Upstream: server.Config.MaxRequestBodyBytes.
const defaultMaxBody = 3 * 1024 * 1024

// keepBody is the largest buffer that waits for the next request.
const keepBody = 512 * 1024

// firstBuffer is the largest buffer that is made before any of the body is there.
const firstBuffer = 64 * 1024

var bodies = sync.Pool{New: func() any { return &Body{} }}

// Body is a request's body in a buffer that is used again: what is decoded from it must not share its memory.
type Body struct {
	Bytes []byte
}

// Free gives the buffer back; Bytes may not be used any more.
func (b *Body) Free() {
	if cap(b.Bytes) <= keepBody {
		b.Bytes = b.Bytes[:0]
		bodies.Put(b)
	}
}

// ReadBody reads the whole body; more than limit bytes (0: 3 MiB) are a 413. Upstream: handlers.limitedReadBody.
func ReadBody(r *http.Request, limit int64) (*Body, error) {
	if limit <= 0 {
		limit = defaultMaxBody
	}
	b := bodies.Get().(*Body)
	if r.Body == nil {
		return b, nil
	}
	// The byte more sees the end without growing. A long body has its memory as it comes: who only announces it has none.
	if n := min(r.ContentLength, limit, firstBuffer-1); n > 0 && n >= int64(cap(b.Bytes)) {
		b.Bytes = make([]byte, 0, n+1)
	}
	if err := b.read(r.Body, limit); err != nil {
		b.Free()
		return nil, err
	}
	return b, nil
}

func (b *Body) read(from io.Reader, limit int64) error {
	for {
		if len(b.Bytes) == cap(b.Bytes) {
			b.Bytes = append(b.Bytes, 0)[:len(b.Bytes)]
		}
		n, err := from.Read(b.Bytes[len(b.Bytes):cap(b.Bytes)])
		b.Bytes = b.Bytes[:len(b.Bytes)+n]
		switch {
		case int64(len(b.Bytes)) > limit:
			return apierrors.NewRequestEntityTooLargeError(fmt.Sprintf("limit is %d", limit))
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}
