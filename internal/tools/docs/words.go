package docs

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
)

var (
	// invoked is a kubepath command in inline code: its words, then its flags and arguments.
	invoked = regexp.MustCompile(`(?:^|\s)kubepath ([a-z].*)$`)
	word    = regexp.MustCompile(`^[a-z]+$`)
	flag    = regexp.MustCompile(`^(--[a-z][a-z-]*|-[a-z])(=.*)?$`)
)

// commandsNamed looks up the kubepath commands and flags that inline code names.
func (c *Course) commandsNamed(p *Page) []Finding {
	var findings []Finding
	for _, paragraph := range p.paragraphs() {
		for _, code := range paragraph.code() {
			found := invoked.FindStringSubmatch(strings.Join(strings.Fields(code.text), " "))
			if found == nil {
				continue
			}
			if err := c.invocation(found[1]); err != nil {
				findings = append(findings, p.wrong(code.line, "`%s`: %v", code.text, err))
			}
		}
	}
	return findings
}

// invocation compares a command line with what the command's help lists.
func (c *Course) invocation(line string) error {
	line, _, _ = strings.Cut(line, " -- ") // another command stands there
	line, _, _ = strings.Cut(line, " | ")
	words := strings.Fields(line)
	help, err := c.help("")
	if err != nil {
		return err
	}
	var command []string
	for len(words) > 0 && word.MatchString(words[0]) && lists(help, words[0]) {
		command, words = append(command, words[0]), words[1:]
		if help, err = c.help(strings.Join(command, " ")); err != nil {
			return err
		}
	}
	if len(command) == 0 {
		return fmt.Errorf("kubepath has no command %s", words[0])
	}
	for _, w := range words {
		if found := flag.FindStringSubmatch(w); found != nil && !hasFlag(help, found[1]) {
			return fmt.Errorf("kubepath %s has no flag %s", strings.Join(command, " "), found[1])
		}
	}
	return nil
}

// lists tells whether a help text lists a command.
func lists(help, command string) bool {
	return regexp.MustCompile(`(?m)^  ` + command + ` `).MatchString(help)
}

func hasFlag(help, flag string) bool {
	return regexp.MustCompile(`(?m)^ +(-\w, )?` + regexp.QuoteMeta(flag) + `\b`).MatchString(help)
}

// help is what kubepath COMMAND --help prints, asked for once.
func (c *Course) help(command string) (string, error) {
	once, _ := c.helps.LoadOrStore(command, sync.OnceValues(func() (string, error) {
		environment, err := c.Tools.prepare()
		if err != nil {
			return "", err
		}
		kubepath := exec.Command(filepath.Join(c.Tools.folder, "kubepath"), append(strings.Fields(command), "--help")...)
		kubepath.Env = environment
		output, err := kubepath.Output()
		if err != nil {
			return "", fmt.Errorf("kubepath %s --help: %w", command, err)
		}
		return string(output), nil
	}))
	return once.(func() (string, error))()
}
