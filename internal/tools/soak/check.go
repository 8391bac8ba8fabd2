package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// Violation is a contradiction in a history, with the lines that make it.
type Violation struct {
	What  string
	Lines []string
}

func (v Violation) String() string { return v.What + "\n  " + strings.Join(v.Lines, "\n  ") }

// Check finds what cannot be true of a server whose answered writes last, whose watchers each see every change once and in
// order, and whose consistent reads show what was answered before they began:
//
//   - a change that nobody asked for, or that was refused (invented);
//   - a write that happened twice, or two changes of one version (repeated);
//   - a watcher that missed a change, got one again, or got one that does not fit what it had seen before (lost, repeated, odd);
//   - a read or list that shows less than what was answered before it began (stale, or the write has disappeared).
//
// What is unknown may have happened or not. The order of what is found depends on the history only.
func Check(h History) []Violation {
	c := &checker{h: h, writes: map[change]*Write{}, log: map[int64]change{}, versions: map[change]int64{}, by: map[string][]*Write{}}
	c.collect()
	for i, steps := range h.Watchers {
		c.watcher(i, steps)
	}
	for _, r := range h.Reads {
		c.read(r)
	}
	for _, l := range h.Lists {
		c.list(l)
	}
	return c.found
}

// change is a write as one sees it: by what it leaves, or removes.
type change struct {
	key, value string
	delete     bool
}

type checker struct {
	h        History
	writes   map[change]*Write
	by       map[string][]*Write // by key
	log      map[int64]change    // every change that is known to have happened, by its version
	order    []int64             // of log
	versions map[change]int64
	found    []Violation
}

func (c *checker) add(what string, lines ...any) {
	v := Violation{What: what}
	for _, line := range lines {
		v.Lines = append(v.Lines, fmt.Sprint(line))
	}
	c.found = append(c.found, v)
}

// collect puts together what happened, from everybody's side.
func (c *checker) collect() {
	for i := range c.h.Writes {
		w := &c.h.Writes[i]
		c.writes[change{w.Key, w.Value, w.Delete}] = w
		c.by[w.Key] = append(c.by[w.Key], w)
	}
	for _, w := range c.h.Writes {
		if w.Outcome == Answered && !w.Delete {
			c.happened(w.Version, change{w.Key, w.Value, false}, w)
		}
	}
	for _, steps := range c.h.Watchers {
		for _, s := range steps {
			switch {
			case s.List != nil:
				c.listed(*s.List)
			case s.Event.Type != "BOOKMARK":
				c.happened(s.Event.Version, change{s.Event.Key, s.Event.Value, s.Event.Type == "DELETED"}, s.Event)
			}
		}
	}
	for _, l := range c.h.Lists {
		c.listed(l)
	}
	for _, r := range c.h.Reads {
		if r.Object != nil {
			c.happened(r.Object.Version, change{r.Key, r.Object.Value, false}, r)
		}
	}
	c.order = slices.Sorted(maps.Keys(c.log))
}

func (c *checker) listed(l List) {
	for _, key := range slices.Sorted(maps.Keys(l.Objects)) {
		object := l.Objects[key]
		c.happened(object.Version, change{key, object.Value, false}, fmt.Sprintf("list at version %d: %s=%v", l.Version, key, &object))
	}
}

// happened notes a change; shown is the line that shows it.
func (c *checker) happened(version int64, is change, shown any) {
	asked := c.writes[is]
	switch {
	case asked == nil:
		c.add("invented: nobody asked for this change", shown)
	case asked.Outcome == Refused:
		c.add("invented: this change was refused", shown, asked)
	}
	if other, ok := c.log[version]; ok && other != is {
		c.add(fmt.Sprintf("repeated: version %d is of two changes", version), shown, fmt.Sprintf("%+v", other))
		return
	}
	if other, ok := c.versions[is]; ok && other != version {
		c.add(fmt.Sprintf("repeated: one change has the versions %d and %d", other, version), shown)
		return
	}
	c.log[version], c.versions[is] = is, version
}

// watcher follows one watcher from change to change.
func (c *checker) watcher(number int, steps []Step) {
	who := fmt.Sprintf("watcher %d", number)
	state := map[string]string{}
	var at int64
	for _, s := range steps {
		if s.List != nil {
			if s.List.Version < at {
				c.add("stale: "+who+" was at a later version than its list", fmt.Sprintf("list at version %d after %d", s.List.Version, at))
			}
			c.list(*s.List)
			at, state = s.List.Version, map[string]string{}
			for key, object := range s.List.Objects {
				state[key] = object.Value
			}
			continue
		}
		e := *s.Event
		if e.Version < at || e.Version == at && e.Type != "BOOKMARK" {
			c.add(fmt.Sprintf("repeated: %s was at version %d", who, at), e)
			continue
		}
		to := e.Version
		if e.Type == "BOOKMARK" { // what has its version was sent before
			to++
		}
		c.missed(who, at, to)
		at = e.Version
		c.fits(who, state, e)
	}
	c.missed(who, at, 1<<62)
}

// missed finds the changes between two versions: a watcher that went from one to the other has lost them.
func (c *checker) missed(who string, from, to int64) {
	first, _ := slices.BinarySearch(c.order, from+1)
	for _, version := range c.order[first:] {
		if version >= to {
			return
		}
		is := c.log[version]
		c.add("lost: "+who+" has not seen a change", fmt.Sprintf("version %d: %+v", version, is), c.writes[is])
	}
}

// fits holds an event against what its watcher has seen before, and makes the change in state.
func (c *checker) fits(who string, state map[string]string, e Event) {
	had, present := state[e.Key]
	switch e.Type {
	case "BOOKMARK":
		return
	case "ADDED":
		if present {
			c.add("odd: "+who+" has the key already, with "+had, e)
		}
	case "MODIFIED":
		if !present {
			c.add("odd: "+who+" does not have the key", e)
		}
	case "DELETED":
		if !present || had != e.Value {
			c.add(fmt.Sprintf("odd: %s has %q", who, had), e)
		}
		delete(state, e.Key)
		return
	default:
		c.add("odd: "+who+" got an event of an unknown type", e)
	}
	state[e.Key] = e.Value
}

func (c *checker) read(r Read) {
	c.shows(r.Key, r.Object, r.Began, r.Ended, r)
}

// list holds a list against what was answered before, key by key.
func (c *checker) list(l List) {
	for _, key := range slices.Sorted(maps.Keys(c.by)) {
		var object *Object
		if o, ok := l.Objects[key]; ok {
			object = &o
		}
		c.shows(key, object, l.Began, l.Ended, Read{key, object, l.Began, l.Ended})
	}
}

// shows holds what was read of a key against the last write of it that was answered before the read began. Places in the
// key's history are versions, doubled: a deletion stands right behind the write that it removes.
func (c *checker) shows(key string, object *Object, began, ended time.Duration, shown any) {
	var last *Write
	var needed, reached int64 // the place of last, and the furthest one that the read can show
	if object != nil {
		reached = 2 * object.Version
	}
	for _, w := range c.by[key] {
		place, known := c.place(w)
		if !known {
			continue
		}
		if w.Outcome == Answered && w.Ended < began && place > needed {
			last, needed = w, place
		}
		if object == nil && w.Delete && w.Outcome != Refused && w.Began < ended {
			reached = max(reached, place)
		}
	}
	if reached >= needed {
		return
	}
	what := "stale: an older state than one that was answered before"
	if object == nil {
		what = "disappeared: nothing is there of what was answered before"
	}
	c.add(what, shown, last)
}

// place of a write among those of its key. One that is not known to have happened, or removes such a one, has none.
func (c *checker) place(w *Write) (place int64, known bool) {
	version, known := c.versions[change{w.Key, w.Value, false}]
	if w.Delete {
		return 2*version + 1, known
	}
	return 2 * version, known
}
