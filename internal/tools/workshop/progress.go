package workshop

import (
	"encoding/json"
	"maps"
	"time"
)

// Progress is how far a learner has come. What it does not know, a later version's, it keeps.
type Progress struct {
	Current   string           `json:"current"` // the exercise begun last
	Exercises map[string]*Mark `json:"exercises"`

	unknown map[string]json.RawMessage
}

// Mark is how far a learner has come with one exercise.
type Mark struct {
	Started  time.Time `json:"started"`
	Passed   time.Time `json:"passed"`   // zero: not yet
	Assisted bool      `json:"assisted"` // the solution was shown before it passed
	Hints    int       `json:"hints"`    // levels seen
	Stub     string    `json:"stub"`     // the version of the stub that was begun with

	unknown map[string]json.RawMessage
}

// Mark returns the exercise's mark; a new one if it was not begun.
func (p *Progress) Mark(e *Exercise) *Mark {
	if m := p.Exercises[e.ID]; m != nil {
		return m
	}
	if p.Exercises == nil {
		p.Exercises = map[string]*Mark{}
	}
	m := &Mark{}
	p.Exercises[e.ID] = m
	return m
}

// State is the mark in a word: open, started, assisted or done.
func (m *Mark) State() string {
	switch {
	case m == nil:
		return "open"
	case m.Assisted:
		return "assisted"
	case !m.Passed.IsZero():
		return "done"
	case !m.Started.IsZero():
		return "started"
	}
	return "open"
}

func (m *Mark) finished() bool { return m != nil && (m.Assisted || !m.Passed.IsZero()) }

// UnmarshalJSON implements json.Unmarshaler.
func (p *Progress) UnmarshalJSON(text []byte) error {
	type plain Progress
	if err := json.Unmarshal(text, (*plain)(p)); err != nil {
		return err
	}
	maps.DeleteFunc(p.Exercises, func(_ string, m *Mark) bool { return m == nil })
	return json.Unmarshal(text, &p.unknown)
}

// MarshalJSON implements json.Marshaler.
func (p *Progress) MarshalJSON() ([]byte, error) {
	type plain Progress
	return withUnknown((*plain)(p), p.unknown)
}

// UnmarshalJSON implements json.Unmarshaler.
func (m *Mark) UnmarshalJSON(text []byte) error {
	type plain Mark
	if err := json.Unmarshal(text, (*plain)(m)); err != nil {
		return err
	}
	return json.Unmarshal(text, &m.unknown)
}

// MarshalJSON implements json.Marshaler.
func (m *Mark) MarshalJSON() ([]byte, error) {
	type plain Mark
	return withUnknown((*plain)(m), m.unknown)
}

// withUnknown writes known's fields, and what was read besides them.
func withUnknown(known any, read map[string]json.RawMessage) ([]byte, error) {
	text, err := json.Marshal(known)
	if err != nil || len(read) == 0 {
		return text, err
	}
	var fields map[string]json.RawMessage
	if err := json.Unmarshal(text, &fields); err != nil {
		return nil, err
	}
	for name, value := range read {
		if _, is := fields[name]; !is {
			fields[name] = value
		}
	}
	return json.Marshal(fields)
}
