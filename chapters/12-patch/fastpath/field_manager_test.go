package fastpath

import (
	"sync"
	"testing"

	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/12-patch/fieldmanagertest"
)

// counted counts the requests of a kind, and those that the fast path has handled.
type counted struct {
	rest.FieldManager
	mu *sync.Mutex
	n  *tally
}

type tally struct {
	supported                                    bool // the fast path can handle the kind
	updates, applies, plainUpdates, plainApplies int
}

func (c counted) add(n *int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*n++
}

func (c counted) UpdateNoErrors(live, obj runtime.Object, manager string) runtime.Object {
	c.add(&c.n.updates)
	return c.FieldManager.UpdateNoErrors(live, obj, manager)
}

func (c counted) Apply(live runtime.Object, applied *unstructured.Unstructured, manager string, force bool) (runtime.Object, error) {
	c.add(&c.n.applies)
	return c.FieldManager.Apply(live, applied, manager, force)
}

// plain counts what comes to the plain field manager.
type plain struct{ counted }

func (p plain) UpdateNoErrors(live, obj runtime.Object, manager string) runtime.Object {
	p.add(&p.n.plainUpdates)
	return p.FieldManager.UpdateNoErrors(live, obj, manager)
}

func (p plain) Apply(live runtime.Object, applied *unstructured.Unstructured, manager string, force bool) (runtime.Object, error) {
	p.add(&p.n.plainApplies)
	return p.FieldManager.Apply(live, applied, manager, force)
}

// TestTheFastPathLeadsWhereThePlainFieldManagerLeads compares the two for every kind, and that the fast path is taken.
func TestTheFastPathLeadsWhereThePlainFieldManagerLeads(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	factory := NewFieldManagers(codecs)
	var mu sync.Mutex
	byKind := map[string]*tally{}
	subject := func(e *rest.RequestScope) rest.FieldManager {
		m := factory.New(e).(*fieldManager)
		mu.Lock()
		defer mu.Unlock()
		n := byKind[e.Kind.String()]
		if n == nil {
			n = &tally{supported: m.typeInfo() != nil}
			byKind[e.Kind.String()] = n
		}
		m.plain = plain{counted{m.plain, &mu, n}}
		return counted{m, &mu, n}
	}
	t.Cleanup(func() {
		var all tally
		for kind, n := range byKind {
			if n.supported && n.updates == n.plainUpdates {
				t.Errorf("%s: no update took the fast path", kind)
			}
			all.updates += n.updates - n.plainUpdates
			all.applies += n.applies - n.plainApplies
			all.plainUpdates += n.plainUpdates
			all.plainApplies += n.plainApplies
		}
		t.Logf("%d updates and %d applies took the fast path, %d and %d did not", all.updates, all.applies, all.plainUpdates, all.plainApplies)
		if all.applies < 70 {
			t.Errorf("only %d applies took the fast path", all.applies)
		}
	})
	fieldmanagertest.Run(t, codecs, factory.plain.New, subject)
}
