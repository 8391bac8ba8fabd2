package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"
)

// sound is a history of a server without a fault: three keys are written, changed and removed, one write has no answer, and
// two watchers see it all, the second after a list amid it.
func sound() History {
	var h History
	state := map[string]Object{}
	var events []Event
	version := int64(100)
	now := time.Duration(0)
	write := func(key, value string, remove bool, outcome Outcome) {
		version++
		w := Write{Key: key, Value: value, Delete: remove, Began: now, Ended: now + 5, Outcome: outcome}
		e := Event{Type: "ADDED", Key: key, Value: value, Version: version}
		if _, ok := state[key]; ok {
			e.Type = "MODIFIED"
		}
		if remove {
			e.Type = "DELETED"
			delete(state, key)
		} else {
			state[key] = Object{value, version}
		}
		if outcome == Answered && !remove {
			w.Version = version
		}
		now += 10
		h.Writes, events = append(h.Writes, w), append(events, e)
	}
	read := func(key string) {
		r := Read{Key: key, Began: now, Ended: now + 5}
		if o, ok := state[key]; ok {
			r.Object = &o
		}
		now += 10
		h.Reads = append(h.Reads, r)
	}
	list := func() List {
		l := List{Version: version, Objects: maps.Clone(state), Began: now, Ended: now + 5}
		now += 10
		return l
	}
	first := list()
	write("a", "a1", false, Answered)
	write("b", "b1", false, Answered)
	read("a")
	write("a", "a2", false, Unknown)
	amid := list()
	read("a")
	write("b", "b1", true, Answered)
	read("b")
	write("c", "c1", false, Answered)
	write("a", "a3", false, Answered)
	write("b", "b2", false, Answered)
	h.Writes = append(h.Writes, Write{Key: "c", Value: "c2", Began: now, Ended: now + 5, Outcome: Refused}, Write{Key: "c", Value: "c3", Began: now, Ended: now + 5})
	now += 10
	read("c")
	steps := func(l List, events []Event) []Step {
		all := []Step{{List: &l}}
		for i := range events {
			e := events[i]
			all = append(all, Step{Event: &e})
		}
		return all
	}
	h.Watchers = [][]Step{steps(first, events), steps(amid, events[3:])}
	h.Watchers[1] = append(h.Watchers[1], Step{Event: &Event{Type: "BOOKMARK", Version: version}})
	h.Lists = []List{list()}
	return h
}

func TestASoundHistoryHasNoViolation(t *testing.T) {
	t.Parallel()
	for _, v := range Check(sound()) {
		t.Error(v)
	}
}

func TestEachPlantedFaultIsFound(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fault string
		plant func(*History)
		want  string
		line  string
	}{
		{"an event is lost", func(h *History) { h.Watchers[0] = slices.Delete(h.Watchers[0], 2, 3) }, "lost: watcher 0", "b1"},
		{"the last event is lost", func(h *History) { h.Watchers[0] = h.Watchers[0][:len(h.Watchers[0])-1] }, "lost: watcher 0", "b2"},
		{"a bookmark passes over an event", func(h *History) {
			h.Watchers[1] = slices.Insert(slices.Delete(h.Watchers[1], 2, 3), 2, Step{Event: &Event{Type: "BOOKMARK", Version: 105}})
		}, "lost: watcher 1", "c1"},
		{"an event of a deletion is lost", func(h *History) { h.Watchers[1] = slices.Delete(h.Watchers[1], 1, 2) }, "lost: watcher 1", "delete:true"},
		{"an event is repeated", func(h *History) { h.Watchers[0] = slices.Insert(h.Watchers[0], 3, h.Watchers[0][2]) }, "repeated: watcher 0", "b1"},
		{"a change is repeated with a new version", func(h *History) {
			h.Watchers[0] = append(h.Watchers[0], Step{Event: &Event{Type: "MODIFIED", Key: "b", Value: "b2", Version: 120}})
		}, "repeated: one change", "b2"},
		{"two events are in the wrong order", func(h *History) {
			h.Watchers[0][3], h.Watchers[0][2] = h.Watchers[0][2], h.Watchers[0][3]
		}, "repeated: watcher 0", "b1"},
		{"an event is invented", func(h *History) {
			h.Watchers[0] = append(h.Watchers[0], Step{Event: &Event{Type: "ADDED", Key: "d", Value: "d1", Version: 120}})
		}, "invented: nobody", "d1"},
		{"a refused write is seen", func(h *History) {
			h.Watchers[0] = append(h.Watchers[0], Step{Event: &Event{Type: "MODIFIED", Key: "c", Value: "c2", Version: 120}})
		}, "invented: this change was refused", "c2"},
		{"a deletion is told as a creation", func(h *History) { h.Watchers[0][4].Event.Type = "ADDED" }, "repeated: ", "b1"},
		{"a change is told as a creation", func(h *History) { h.Watchers[0][3].Event.Type = "ADDED" }, "odd: watcher 0 has the key", "a2"},
		{"a read is stale", func(h *History) { h.Reads[len(h.Reads)-1] = Read{"a", &Object{"a1", 101}, 150, 155} }, "stale: ", "a3"},
		{"a read does not see a deletion", func(h *History) { h.Reads[2].Object = &Object{"b1", 102} }, "stale: ", "b1"},
		{"a list is stale", func(h *History) { h.Lists[0].Objects["a"] = Object{"a2", 103} }, "stale: ", "a3"},
		{"a watcher's list goes back", func(h *History) {
			back := *h.Watchers[1][0].List
			h.Watchers[1] = slices.Insert(h.Watchers[1], 3, Step{List: &back})
		}, "stale: watcher 1", "list at version 103"},
		{"a write that was answered disappears", func(h *History) { delete(h.Lists[0].Objects, "c") }, "disappeared: ", "c1"},
		{"a write that was answered happens for nobody", func(h *History) {
			h.Writes = append(h.Writes, Write{Key: "e", Value: "e1", Began: 1, Ended: 2, Outcome: Answered, Version: 110})
		}, "lost: watcher 0", "e1"},
	} {
		t.Run(row.fault, func(t *testing.T) {
			t.Parallel()
			h := sound()
			row.plant(&h)
			found := Check(h)
			if !slices.ContainsFunc(found, func(v Violation) bool {
				return strings.HasPrefix(v.What, row.want) && strings.Contains(strings.Join(v.Lines, "\n"), row.line)
			}) {
				t.Errorf("found: %v", found)
			}
			if again := Check(h); fmt.Sprint(again) != fmt.Sprint(found) {
				t.Errorf("another verdict the second time:\n%v\n%v", found, again)
			}
		})
	}
}
