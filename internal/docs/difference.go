package docs

import "strings"

// shown is how many lines of a difference a message has.
const shown = 12

// diff shows where two texts differ: the lines between what they have in common at both ends.
func diff(old, now string) string {
	a, b := strings.Split(strings.TrimSuffix(old, "\n"), "\n"), strings.Split(strings.TrimSuffix(now, "\n"), "\n")
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	var text strings.Builder
	write := func(sign string, lines []string) {
		for i, line := range lines {
			if i == shown {
				text.WriteString("\t" + sign + " …\n")
				break
			}
			text.WriteString("\t" + sign + " " + line + "\n")
		}
	}
	write("-", a)
	write("+", b)
	return text.String()
}
