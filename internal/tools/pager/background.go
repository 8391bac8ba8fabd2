package pager

import (
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"
	"time"

	"golang.org/x/term"
)

// patience is how long a terminal may take to tell its colour. One that does not know the question answers the second,
// which all know, at once.
const patience = 300 * time.Millisecond

// The questions are for the background's colour and for what the terminal is.
const questions = "\x1b]11;?\x1b\\\x1b[c"

var (
	colour = regexp.MustCompile(`\x1b\]11;rgb:([0-9a-fA-F]{2})[0-9a-fA-F]*/([0-9a-fA-F]{2})[0-9a-fA-F]*/([0-9a-fA-F]{2})`)
	whatIs = regexp.MustCompile(`\x1b\[\?[0-9;]*c`)
)

// Light asks the terminal whether its background is light. Where it cannot be asked or does not answer, COLORFGBG says
// so, which some terminals set; else it is taken for dark.
func Light(in, out *os.File) bool {
	if light, known := answer(in, out); known {
		return light
	}
	fields := strings.Split(os.Getenv("COLORFGBG"), ";") // foreground;background, of 16 colours
	background, err := strconv.Atoi(fields[len(fields)-1])
	return err == nil && (background == 7 || background > 8)
}

func answer(in, out *os.File) (light, known bool) {
	fd := int(in.Fd())
	if _, err := pending(fd, 0); err != nil {
		return false, false
	}
	state, err := term.MakeRaw(fd)
	if err != nil {
		return false, false
	}
	defer func() { _ = term.Restore(fd, state) }()
	if _, err := fmt.Fprint(out, questions); err != nil {
		return false, false
	}
	said, part := "", make([]byte, 256)
	for limit := time.Now().Add(patience); !whatIs.MatchString(said); {
		ready, err := pending(fd, max(time.Until(limit), 0))
		if err != nil || !ready {
			break
		}
		n, err := in.Read(part)
		if err != nil {
			break
		}
		said += string(part[:n])
	}
	return brightness(said)
}

// brightness reads the answer.
func brightness(said string) (light, known bool) {
	found := colour.FindStringSubmatch(said)
	if found == nil {
		return false, false
	}
	var part [3]int64
	for i, hex := range found[1:] {
		part[i], _ = strconv.ParseInt(hex, 16, 64)
	}
	return 299*part[0]+587*part[1]+114*part[2] > 128*1000, true
}
