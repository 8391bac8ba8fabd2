package workshop

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"syscall"
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

// LoadProgress reads how far the learner has come. A file that cannot be understood is kept under another name: told is
// what to say about it.
func (c Checkout) LoadProgress() (p *Progress, told string, err error) {
	path := c.own("workshop.json")
	p = &Progress{}
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return p, "", nil
	}
	if err != nil {
		return nil, "", err
	}
	if err := json.Unmarshal(text, p); err == nil {
		return p, "", nil
	}
	aside := path + ".damaged-" + stamp()
	if err := os.Rename(path, aside); err != nil {
		return nil, "", err
	}
	return &Progress{}, fmt.Sprintf(".kubepath/workshop.json was damaged: it is kept as %s, and progress begins anew", filepath.Base(aside)), nil
}

// UpdateProgress changes the progress, also where several commands do so at the same time.
func (c Checkout) UpdateProgress(change func(*Progress)) (told string, err error) {
	unlock, err := c.lock()
	if err != nil {
		return "", err
	}
	defer unlock()
	p, told, err := c.LoadProgress()
	if err != nil {
		return "", err
	}
	change(p)
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return told, err
	}
	return told, writeWhole(c.own("workshop.json"), append(text, '\n'))
}

func (c Checkout) lock() (unlock func() error, err error) {
	if err := os.MkdirAll(c.own(), 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(c.own("lock"), os.O_CREATE|os.O_RDWR, 0o644)
	if err != nil {
		return nil, err
	}
	if err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX); err != nil {
		return nil, errors.Join(err, file.Close())
	}
	return file.Close, nil
}

// writeWhole puts the file in place in one step: a reader sees the old text or the new one.
func writeWhole(path string, text []byte) error {
	file, err := os.CreateTemp(filepath.Dir(path), "."+filepath.Base(path)+"-*")
	if err != nil {
		return err
	}
	defer os.Remove(file.Name()) // gone already when all went well
	_, err = file.Write(text)
	if err == nil {
		err = file.Chmod(0o644)
	}
	if err == nil {
		err = file.Sync()
	}
	if err = errors.Join(err, file.Close()); err != nil {
		return err
	}
	return os.Rename(file.Name(), path)
}

// stamp is a time as part of a file's name.
func stamp() string { return time.Now().Format("20060102-150405.000") }
