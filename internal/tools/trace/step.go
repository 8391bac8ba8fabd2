package trace

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// question is what a reader is asked before a hop is shown: a guess, and what the trace says.
type question struct {
	ask    string
	answer func(Hop) string
}

// questions by layer.
var questions = map[string]question{
	"request":   {"Which method and path will the client send?", func(h Hop) string { return h.In }},
	"server":    {"Which status will the chain answer with in the end?", func(h Hop) string { return h.Out }},
	"installer": {"Which route will match?", func(h Hop) string { return h.In }},
	"rest":      {"Which function handles the verb?", func(h Hop) string { return h.Func }},
	"registry":  {"What will the storage of the resource be asked to do?", func(h Hop) string { return h.Func }},
	"update":    {"Which field will change?", func(h Hop) string { return h.Out }},
	"storage":   {"Under which key (without etcd's prefix)?", func(h Hop) string { return h.In }},
	"etcd":      {"Which key, and what must be compared before anything is written?", etcdAnswer},
}

func etcdAnswer(h Hop) string {
	if h.Etcd == nil || len(h.Etcd.Compare) == 0 {
		return h.In
	}
	return strings.Join(h.Etcd.Compare, " and ")
}

// Step shows the traces a hop at a time: it asks, waits for a line, and reveals. At the end of the input it shows the
// rest without waiting.
func Step(in io.Reader, w io.Writer, traces []Trace, t Terminal) error {
	lines := bufio.NewScanner(in)
	for _, trace := range traces {
		if err := step(lines, w, trace, t); err != nil {
			return err
		}
	}
	return nil
}

func step(lines *bufio.Scanner, w io.Writer, trace Trace, t Terminal) error {
	p := newPrinter(t)
	p.heading(trace.Request)
	for _, h := range trace.Hops {
		q, ok := questions[h.Layer]
		if ok {
			fmt.Fprintf(&p.text, "\n%s\n> ", q.ask)
		}
		if err := p.flush(w); err != nil {
			return err
		}
		if ok && lines.Scan() {
			p.judge(lines.Text(), q.answer(h))
		} else {
			p.text.WriteByte('\n')
		}
		p.wayIn(h)
	}
	p.section("the way back", "time inside")
	for i := len(trace.Hops) - 1; i >= 0; i-- {
		p.wayBack(trace.Hops[i])
	}
	return p.flush(w)
}

// judge compares a guess with the trace, as far as text can be compared: a guess that is part of the answer is right.
func (p *printer) judge(guess, answer string) {
	guess = strings.ToLower(strings.TrimSpace(guess))
	switch {
	case guess == "":
		fmt.Fprintf(&p.text, "It is: %s\n", answer)
	case strings.Contains(strings.ToLower(answer), guess):
		fmt.Fprintf(&p.text, "Yes: %s\n", answer)
	default:
		fmt.Fprintf(&p.text, "Look again: %s\n", answer)
	}
}
