package workshop

import (
	"regexp"
	"strings"
)

var (
	frame  = regexp.MustCompile(`^\s*(=== |--- (PASS|FAIL|SKIP|BENCH)|PASS$|FAIL$|ok\s|exit status )`)
	placed = regexp.MustCompile(`^\s*([\w.-]+\.go:\d+): ?(.*)$`)
	thrown = regexp.MustCompile(`^(panic|fatal error): (.*)$`)
	ours   = regexp.MustCompile(`^\s+\S*(_exercise/\S*?[\w.-]+\.go:\d+)`)
)

// messages reads what a test printed: each t.Error with its place, a panic with where it happened, and what the code
// printed itself.
func messages(row, output string) []Message {
	var found []Message
	begin := func(place, text string) { found = append(found, Message{row, place, text}) }
	lines := strings.Split(strings.TrimRight(output, "\n"), "\n")
	for i, line := range lines {
		at := placed.FindStringSubmatch(line)
		switch {
		case frame.MatchString(line) || line == "":
			continue
		case thrown.MatchString(line):
			begin(panicked(thrown.FindStringSubmatch(line)[2], lines[i:]))
			return found
		case at != nil:
			begin(at[1], at[2])
		case len(found) > 0 && found[len(found)-1].Place != "" && strings.HasPrefix(line, "        "):
			found[len(found)-1].Text += "\n" + strings.TrimPrefix(line, "        ")
		case len(found) > 0 && found[len(found)-1].Place == "":
			found[len(found)-1].Text += "\n" + line
		default:
			begin("", line)
		}
	}
	return found
}

// panicked says where a panic came from: the innermost place in the exercise.
func panicked(what string, rest []string) (place, text string) {
	what, _, _ = strings.Cut(what, " [recovered")
	if strings.HasPrefix(what, "test timed out after ") {
		return "", "it had not ended after " + strings.TrimPrefix(what, "test timed out after ") +
			": it waits for something that never comes, or goes round for ever"
	}
	for _, line := range rest {
		if at := ours.FindStringSubmatch(line); at != nil {
			place = at[1][strings.LastIndex(at[1], "/")+1:]
			break
		}
	}
	return place, "it panicked: " + what
}
