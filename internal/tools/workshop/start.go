package workshop

import (
	"errors"
	"fmt"
	"go/doc/comment"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
)

// Start makes e the current exercise and prints its task. A file that is there is not touched.
func (s *Session) Start(e *Exercise) error {
	missing, err := e.restore()
	if err != nil {
		return err
	}
	m, err := s.mark(e, func(*Mark) {})
	if err != nil {
		return err
	}
	s.Screen.wrap(0, bold, fmt.Sprintf("Exercise %s: %s", e.ID, e.Title))
	s.Screen.line("%s\n", s.Screen.paint(dim, fmt.Sprintf("chapter %d, %s; about %d minutes", e.Chapter, chapterName(e), e.Minutes)))
	task, err := e.Task(s.Screen.width())
	if err != nil {
		return err
	}
	s.Screen.code(0, task)
	s.Screen.line("")
	s.Screen.line("Your file     %s", s.Screen.link(e.Abs(e.Edit), e.EditPath()))
	switch {
	case missing:
		s.Screen.line("              It was missing: the stub is there now.")
	case !e.Untouched():
		s.Screen.line("              It holds text of yours already, which stays as it is.")
	}
	s.staleStub(e, m)
	s.commands(e)
	return nil
}

func (s *Session) commands(e *Exercise) {
	s.Screen.line("At each save  kubepath workshop watch")
	s.Screen.line("Once          kubepath workshop check")
	s.Screen.line("Stuck         kubepath workshop hint")
	if e.Plug != NoPlug {
		s.Screen.line("In a server   kubepath serve --with-exercise %s", e.ID)
		s.Screen.line("In a trace    kubepath trace --with-exercise %s", e.ID)
	}
}

// staleStub tells a learner whose text began from another version of the stub.
func (s *Session) staleStub(e *Exercise, m Mark) {
	if m.Stub == "" || m.Stub == e.stubSum() || e.Untouched() {
		return
	}
	s.Screen.wrap(0, yellow, fmt.Sprintf("The exercise has another stub than when you began. Your text stays as it is; kubepath workshop reset %s "+
		"takes the new stub and keeps a copy of your text.", e.ID))
}

// restore puts the stub where the learner's file is missing.
func (e *Exercise) restore() (missing bool, err error) {
	_, err = os.Stat(e.Abs(e.Edit))
	if !errors.Is(err, fs.ErrNotExist) {
		return false, err
	}
	stub, err := os.ReadFile(e.Abs(StubFile))
	if err != nil {
		return true, err
	}
	return true, writeWhole(e.Abs(e.Edit), stub)
}

// Task is the text of the exercise's doc.go, at most width columns wide.
func (e *Exercise) Task(width int) (string, error) {
	file, err := parser.ParseFile(token.NewFileSet(), e.Abs(taskFile), nil, parser.ParseComments|parser.PackageClauseOnly)
	if err != nil {
		return "", err
	}
	if file.Doc == nil {
		return "", nil
	}
	var p comment.Parser
	printer := comment.Printer{TextWidth: width, TextCodePrefix: "    "}
	return string(printer.Text(p.Parse(file.Doc.Text()))), nil
}
