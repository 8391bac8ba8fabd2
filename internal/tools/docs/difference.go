package docs

import "strings"

// shown is how many lines of a difference a message has.
const shown = 16

// diff shows the lines in which two texts differ, - before those of the old one, + before those of the new one.
func diff(old, now string) string { return diffBy(old, now, func(line string) string { return line }) }

// diffBy takes lines as equal that have the same shape.
func diffBy(old, now string, shape func(string) string) string {
	a, b := linesOf(old), linesOf(now)
	x, y := shapes(a, shape), shapes(b, shape)
	common := longestCommon(x, y)
	var out []string
	for i, j := 0, 0; i < len(a) || j < len(b); {
		switch {
		case i < len(a) && j < len(b) && x[i] == y[j]:
			i, j = i+1, j+1
		case j == len(b) || i < len(a) && common[i+1][j] >= common[i][j+1]:
			out, i = append(out, "\t- "+a[i]), i+1
		default:
			out, j = append(out, "\t+ "+b[j]), j+1
		}
	}
	if len(out) > shown {
		out = append(out[:shown], "\t…")
	}
	return strings.Join(out, "\n") + "\n"
}

func linesOf(text string) []string {
	if text == "" {
		return nil
	}
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

func shapes(lines []string, shape func(string) string) []string {
	all := make([]string, len(lines))
	for i, line := range lines {
		all[i] = shape(line)
	}
	return all
}

// longestCommon is, for each i and j, how many lines x[i:] and y[j:] have in common, in the same order.
func longestCommon(x, y []string) [][]int {
	common := make([][]int, len(x)+1)
	for i := range common {
		common[i] = make([]int, len(y)+1)
	}
	for i := len(x) - 1; i >= 0; i-- {
		for j := len(y) - 1; j >= 0; j-- {
			if x[i] == y[j] {
				common[i][j] = common[i+1][j+1] + 1
			} else {
				common[i][j] = max(common[i+1][j], common[i][j+1])
			}
		}
	}
	return common
}
