package main

import (
	"fmt"
	"time"
)

// History is what clients of one collection did and saw, each from its own side. Times are counted from the beginning.
type History struct {
	Writes   []Write
	Watchers [][]Step
	Reads    []Read
	Lists    []List // consistent ones, beside those of the watchers
}

// Outcome is what a client knows of its write.
type Outcome int

const (
	Unknown  Outcome = iota // no answer, or one that the server failed: it may have happened
	Answered                // it has happened
	Refused                 // it has not
)

// Write is a create, an update or, where Delete is set, a deletion. Values are unique: a value names the write that made it, and
// a deletion names the value that it removes.
type Write struct {
	Key, Value   string
	Delete       bool
	Began, Ended time.Duration
	Outcome      Outcome
	Version      int64 // of the answer; 0 for deletions
}

// Event is one of a watch.
type Event struct {
	Type       string // ADDED, MODIFIED, DELETED or BOOKMARK
	Key, Value string // none for BOOKMARK
	Version    int64
}

// Object is what a read returns.
type Object struct {
	Value   string
	Version int64
}

// Read is a consistent read of one key; nil: there is none.
type Read struct {
	Key          string
	Object       *Object
	Began, Ended time.Duration
}

// List is a consistent list.
type List struct {
	Version      int64
	Objects      map[string]Object
	Began, Ended time.Duration
}

// Step is what a watcher got next: an event, or the list with which it began or, expired, began again.
type Step struct {
	Event *Event
	List  *List
}

func (o Outcome) String() string { return [...]string{"unknown", "answered", "refused"}[o] }

func (w Write) String() string {
	what := "write"
	if w.Delete {
		what = "delete"
	}
	return fmt.Sprintf("%s %s=%s, %v to %v, %v, version %d", what, w.Key, w.Value, w.Began.Round(time.Millisecond), w.Ended.Round(time.Millisecond), w.Outcome, w.Version)
}

func (e Event) String() string {
	return fmt.Sprintf("event %s %s=%s, version %d", e.Type, e.Key, e.Value, e.Version)
}

func (r Read) String() string {
	return fmt.Sprintf("read %s: %v, %v to %v", r.Key, r.Object, r.Began.Round(time.Millisecond), r.Ended.Round(time.Millisecond))
}

func (o *Object) String() string {
	if o == nil {
		return "nothing"
	}
	return fmt.Sprintf("%s, version %d", o.Value, o.Version)
}
