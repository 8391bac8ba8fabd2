package openapi

import (
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// maker has one document made at a time, however many clients ask: what is needed to make one takes some ten times the
// memory of the document. When there is no other to be made, that memory goes back to the system at once, instead of
// over minutes: most servers are asked for each document once.
type maker struct {
	one   sync.Mutex
	under atomic.Int32 // calls under way
}

// alone runs f while no other document is made.
func (m *maker) alone(f func()) {
	m.busy(func() {
		m.one.Lock()
		defer m.one.Unlock()
		f()
	})
}

// busy runs f, which may have several documents made.
func (m *maker) busy(f func()) {
	m.under.Add(1)
	f()
	if m.under.Add(-1) == 0 {
		debug.FreeOSMemory()
	}
}
