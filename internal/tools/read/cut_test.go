package read_test

import (
	"strings"
	"testing"
	"unicode"

	"kubepath/internal/tools/read"
)

// TestAnyLineOfCodeIsBrokenWithoutLoss holds for lines that have no place to be broken, or nothing but such places.
func TestAnyLineOfCodeIsBrokenWithoutLoss(t *testing.T) {
	t.Parallel()
	for _, line := range []string{
		strings.Repeat("x", 300), strings.Repeat("a ", 150), strings.Repeat(" ", 200) + "end", strings.Repeat("(", 300),
		"\t\t\t\treturn " + strings.Repeat("long.", 60), strings.Repeat(" ", 76) + "a b c d e f g h", "// " + strings.Repeat("word ", 60),
		"    two columns" + strings.Repeat(" ", 100) + "here",
	} {
		for _, fence := range []string{"```go", "```console", "```"} {
			for _, width := range []int{20, 60, 80} {
				doc, err := read.Render(read.Page{Text: fence + "\n" + line + "\n```\n"}, read.Look{Width: width})
				if err != nil {
					t.Fatal(err)
				}
				if got, want := letters(doc.Text()), letters(line); got != want {
					t.Errorf("%s at %d: %q, want %q", fence, width, got, want)
				}
				for _, l := range doc.Lines {
					if l.Width() > width {
						t.Errorf("%s at %d: %d columns: %q", fence, width, l.Width(), l.Text())
					}
				}
			}
		}
	}
}

func letters(text string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsLetter(r) || r == '(' || r == '.' {
			return r
		}
		return -1
	}, text)
}
