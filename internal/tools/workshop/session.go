package workshop

import (
	"errors"
	"fmt"
	"time"
)

// Session is the workshop in one checkout. Its methods are what a learner can ask.
type Session struct {
	Checkout  Checkout
	Exercises []*Exercise // in order
	Screen    Screen
}

// Open finds the checkout around a folder and its exercises. An exercise that cannot be read is left out and told.
func Open(from string, screen Screen) (*Session, error) {
	c, err := FindCheckout(from)
	if err != nil {
		return nil, err
	}
	exercises, err := c.Exercises()
	s := &Session{Checkout: c, Exercises: exercises, Screen: screen}
	if err != nil {
		s.Screen.wrap(0, yellow, "left out: "+err.Error())
	}
	return s, nil
}

// ErrNoneBegun means that an id was left out and no exercise was begun.
var ErrNoneBegun = errors.New("which exercise? none is begun yet")

// Pick returns the exercise with an id; for "" the one begun last.
func (s *Session) Pick(id string) (*Exercise, error) {
	if id == "" {
		p, err := s.progress()
		if err != nil {
			return nil, err
		}
		if p.Current == "" {
			return nil, ErrNoneBegun
		}
		id = p.Current
	}
	return Find(s.Exercises, id)
}

// progress reads the progress, and says so where it was damaged.
func (s *Session) progress() (*Progress, error) {
	p, told, err := s.Checkout.LoadProgress()
	s.tell(told)
	return p, err
}

// mark changes the mark of an exercise, which is then the current one and begun.
func (s *Session) mark(e *Exercise, change func(*Mark)) (Mark, error) {
	var after Mark
	told, err := s.Checkout.UpdateProgress(func(p *Progress) {
		m := p.Mark(e)
		p.Current = e.ID
		if m.Started.IsZero() {
			m.Started, m.Stub = now(), e.stubSum()
		}
		change(m)
		after = *m
	})
	s.tell(told)
	return after, err
}

func (s *Session) tell(told string) {
	if told != "" {
		s.Screen.wrap(0, yellow, told)
	}
}

func now() time.Time { return time.Now().UTC().Truncate(time.Second) }

// next is the first exercise after e, or else before it, that is not finished; nil: all are.
func (s *Session) next(e *Exercise) (*Exercise, error) {
	p, err := s.progress()
	if err != nil {
		return nil, err
	}
	from := 0
	for i := range s.Exercises {
		if s.Exercises[i].ID == e.ID {
			from = i + 1
		}
	}
	for i := range s.Exercises {
		candidate := s.Exercises[(from+i)%len(s.Exercises)]
		if candidate.ID != e.ID && !p.Exercises[candidate.ID].finished() {
			return candidate, nil
		}
	}
	return nil, nil
}

// heading names the exercise and the file to edit.
func (s *Session) heading(e *Exercise) {
	s.Screen.wrap(0, bold, fmt.Sprintf("%s  %s", e.ID, e.Title))
	s.Screen.line("%s", s.Screen.link(e.Abs(e.Edit), e.EditPath()))
}
