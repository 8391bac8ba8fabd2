package kinds

import (
	"bytes"
	"sync"
)

// scratch is memory for the bytes of one object, from a pool.
type scratch struct{ bytes.Buffer }

// keepScratch is the size in bytes above which a buffer goes back to the garbage collector instead of the pool, so
// that one large object does not hold its memory for ever.
const keepScratch = 1 << 20

var scratches = sync.Pool{New: func() any { return new(scratch) }}

func takeScratch() *scratch { return scratches.Get().(*scratch) }

func (s *scratch) release() {
	if s.Cap() > keepScratch {
		return
	}
	s.Reset()
	scratches.Put(s)
}
