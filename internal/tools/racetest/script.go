package racetest

import (
	"fmt"
	"slices"
	"strings"
)

// script is what the comment of an archive says.
type script struct {
	only  string   // the one suite that plays it; "": every suite
	shown []string // the fields of objects that the trace shows, in the order in which the script names them
	lines []Line
}

// Line is a step of a script.
type Line struct {
	Number  int    // in the file, from 1
	Actor   string // "": the command needs none
	Command string
	Target  string // pods/a, or pods; "": none
	Options []Argument
	Fields  []Argument
	Until   string // the point at which the actor stops; "": the command's end
}

// Argument is NAME=VALUE, or NAME alone.
type Argument struct{ Name, Value string }

func (a Argument) String() string {
	if a.Value == "" {
		return a.Name
	}
	return a.Name + "=" + a.Value
}

// Option is the value of an option, and whether the line has it.
func (l Line) Option(name string) (string, bool) {
	i := slices.IndexFunc(l.Options, func(a Argument) bool { return a.Name == name })
	if i < 0 {
		return "", false
	}
	return l.Options[i].Value, true
}

// What is what the line is about, in the script's words: pods/a rv=2 image=v2.
func (l Line) What() string {
	words := []string{l.Target}
	for _, a := range slices.Concat(l.Options, l.Fields) {
		words = append(words, a.String())
	}
	return strings.Join(words, " ")
}

// parse reads the steps. Text after # is for the reader.
func parse(comment string, commands []Command) (*script, error) {
	s := &script{}
	for i, text := range strings.Split(comment, "\n") {
		text, _, _ = strings.Cut(text, "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		if err := s.add(i+1, words, commands); err != nil {
			return nil, fmt.Errorf("line %d: %w", i+1, err)
		}
	}
	return s, nil
}

func (s *script) add(number int, words []string, commands []Command) error {
	switch {
	case words[0] == "only" && len(words) == 2:
		s.only = words[1]
		return nil
	case words[0] == "show" && len(words) == 2:
		s.show(words[1])
		return nil
	}
	line := Line{Number: number}
	if find(commands, words[0]) == nil {
		line.Actor, words = words[0], words[1:]
	}
	if len(words) == 0 {
		return fmt.Errorf("%s does nothing", line.Actor)
	}
	command := find(commands, words[0])
	if command == nil || command.NoActor != (line.Actor == "") {
		return fmt.Errorf("want ACTOR COMMAND ..., or a command that needs no actor")
	}
	line.Command, words = words[0], words[1:]
	if n := len(words); n >= 2 && words[n-2] == "until" {
		line.Until, words = words[n-1], words[:n-2]
	}
	if len(words) > 0 && !slices.Contains(command.Options, words[0]) && !strings.Contains(words[0], "=") {
		line.Target, words = words[0], words[1:]
	}
	for _, word := range words {
		name, value, _ := strings.Cut(word, "=")
		argument := Argument{name, value}
		switch {
		case slices.Contains(command.Options, name):
			line.Options = append(line.Options, argument)
		case command.Fields && strings.Contains(word, "="):
			line.Fields = append(line.Fields, argument)
			s.show(name)
		default:
			return fmt.Errorf("%s takes no %s", line.Command, word)
		}
	}
	s.lines = append(s.lines, line)
	return nil
}

func (s *script) show(field string) {
	if !slices.Contains(s.shown, field) {
		s.shown = append(s.shown, field)
	}
}
