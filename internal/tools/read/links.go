package read

import (
	"net/url"
	"path"
	"strconv"
	"strings"
)

// target resolves a link of a page: the address for a hyperlink, "" for none, and what is written beside it: the command
// that shows another page; where hyperlinks cannot be shown, the file or address.
func (s *setter) target(destination string) (address, note string) {
	if destination == "" || destination[0] == '#' {
		return "", ""
	}
	if strings.Contains(destination, "://") {
		return destination, s.unlessLinks(destination)
	}
	file, fragment, _ := strings.Cut(destination, "#")
	for _, p := range s.Book.Pages() {
		if file == p.File {
			return s.fileURL(path.Join("docs", file), 0), p.Command()
		}
	}
	file = path.Join("docs", file)
	line := 0
	if fragment != "" && strings.HasSuffix(file, ".go") {
		line = s.Where.Line(file, fragment)
	}
	return s.fileURL(file, line), s.unlessLinks(file)
}

func (s *setter) unlessLinks(note string) string {
	if s.Links {
		return ""
	}
	return note
}

// fileURL is the address of a file of the project and, from 1, its line; "" where the file is not on this machine.
func (s *setter) fileURL(file string, line int) string {
	name := s.Where.File(file)
	if name == "" {
		return ""
	}
	u := url.URL{Scheme: "file", Path: name}
	if line > 0 {
		u.Fragment = strconv.Itoa(line)
	}
	return u.String()
}
