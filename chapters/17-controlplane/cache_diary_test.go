package controlplane_test

import (
	"fmt"
	"strconv"
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/client-go/tools/cache"
)

// diary is what one client has seen of each object.
type diary struct {
	name string

	mu     sync.Mutex
	last   map[string]uint64 // version, by the object's name
	seen   map[string]bool   // NAME@VERSION
	faults []string
}

func newDiary(name string) *diary {
	return &diary{name: name, last: map[string]uint64{}, seen: map[string]bool{}}
}

func identify(obj any) (name string, version uint64) {
	if gone, ok := obj.(cache.DeletedFinalStateUnknown); ok {
		obj = gone.Obj
	}
	m, err := meta.Accessor(obj)
	if err != nil {
		return fmt.Sprintf("%T", obj), 0
	}
	version, _ = strconv.ParseUint(m.GetResourceVersion(), 10, 64)
	return m.GetName(), version
}

// note takes down a version, which must be newer than the one before it.
func (d *diary) note(what string, obj any) {
	name, version := identify(obj)
	d.mu.Lock()
	defer d.mu.Unlock()
	if version <= d.last[name] {
		d.faults = append(d.faults, fmt.Sprintf("%s %s at %d after %d", what, name, version, d.last[name]))
	}
	d.last[name] = version
	d.seen[fmt.Sprint(name, "@", version)] = true
}

// handler takes down what an informer tells.
func (d *diary) handler() cache.ResourceEventHandler {
	return cache.ResourceEventHandlerFuncs{
		AddFunc: func(obj any) { d.note("added", obj) },
		UpdateFunc: func(old, obj any) {
			_, before := identify(old)
			if _, now := identify(obj); now != before { // a client that lists anew tells of what has not changed too
				d.note("updated", obj)
			}
		},
		DeleteFunc: func(obj any) {
			if _, unknown := obj.(cache.DeletedFinalStateUnknown); !unknown { // it has the version of the last state known
				d.note("deleted", obj)
			}
		},
	}
}

// caughtUp reports whether a version has been seen. After a fault there is nothing to wait for.
func (d *diary) caughtUp(version string) bool {
	d.mu.Lock()
	defer d.mu.Unlock()
	return d.seen[version] || len(d.faults) > 0
}

// check complains of versions that came twice or backwards, and of those that did not come at all.
func (d *diary) check(t *testing.T, written []string) {
	t.Helper()
	d.mu.Lock()
	defer d.mu.Unlock()
	for i, fault := range d.faults {
		if i == 5 {
			t.Errorf("%s: and %d more", d.name, len(d.faults)-5)
			break
		}
		t.Errorf("%s: %s", d.name, fault)
	}
	missed := 0
	for _, version := range written {
		if !d.seen[version] {
			if missed++; missed <= 3 {
				t.Errorf("%s: %s was written and not seen", d.name, version)
			}
		}
	}
	if missed > 0 {
		t.Errorf("%s: %d of %d written versions were not seen", d.name, missed, len(written))
	}
}
