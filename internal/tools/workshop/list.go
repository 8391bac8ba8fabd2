package workshop

import (
	"fmt"
	"path"
	"strings"
)

// styles of the states.
var styles = map[string]style{"done": green, "assisted": yellow, "started": bold}

// List prints every exercise and how far the learner has come with it.
func (s *Session) List() error {
	p, err := s.progress()
	if err != nil {
		return err
	}
	finished := 0
	for _, e := range s.Exercises {
		if p.Exercises[e.ID].finished() {
			finished++
		}
	}
	s.Screen.line("%d of %d exercises finished\n", finished, len(s.Exercises))
	s.Screen.line("%s", s.Screen.paint(dim, "   id    state      min  chapter       exercise"))
	for _, e := range s.Exercises {
		s.row(e, p)
	}
	s.Screen.line("")
	s.invite(p)
	return nil
}

func (s *Session) row(e *Exercise, p *Progress) {
	pointer := " "
	if e.ID == p.Current {
		pointer = "→"
	}
	state := p.Exercises[e.ID].State()
	head := fmt.Sprintf("%s  %-4s  %s %4d  %-12s  ", pointer, e.ID,
		s.Screen.paint(styles[state], fmt.Sprintf("%-9s", state)), e.Minutes, chapterName(e))
	for i, line := range fold(e.Title, s.Screen.width()-columns(head)) {
		if i > 0 {
			head = strings.Repeat(" ", columns(head))
		}
		s.Screen.line("%s%s", head, line)
	}
}

// chapterName is the chapter's folder without its number.
func chapterName(e *Exercise) string {
	folder := strings.Split(e.Folder, "/")[1]
	_, name, _ := strings.Cut(path.Base(folder), "-")
	return name
}

// invite says how to go on.
func (s *Session) invite(p *Progress) {
	for _, e := range s.Exercises {
		if e.ID == p.Current && !p.Exercises[e.ID].finished() {
			s.Screen.line("go on with    kubepath workshop watch")
			return
		}
	}
	for _, e := range s.Exercises {
		if !p.Exercises[e.ID].finished() {
			s.Screen.line("begin with    kubepath workshop start %s", e.ID)
			return
		}
	}
	if len(s.Exercises) > 0 {
		s.Screen.line("All of them are finished.")
	}
}
