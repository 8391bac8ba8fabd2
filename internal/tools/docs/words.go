package docs

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"

	"kubepath/internal/tools/diagram"
	"kubepath/internal/tools/symbols"
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

var (
	// qualified is registry.Store.Create, registry.(*Store).Create, storage.ErrExists. What stands before it must not make
	// it part of a longer path.
	qualified = regexp.MustCompile(`(?:^|[^\w./-])([a-z][a-z0-9]*)\.(?:\(\*(\w+)\)|([A-Za-z_]\w*))(?:\.([A-Za-z_]\w*))?`)
	// abroad is k8s.io/apiserver/pkg/storage.Interface.
	abroad = regexp.MustCompile(`(?:^|[^\w./-])((?:k8s\.io|go\.etcd\.io|github\.com/emicklei)/[\w./-]*\w)`)
	// ourFile is a path from the root.
	ourFile = regexp.MustCompile(`^(?:chapters|cmd|docs|internal|scripts)/[\w./-]+$`)
	// extensions make package.word a file's name.
	extensions = []string{"go", "md", "yaml", "json", "txtar", "k8s"} // and storage.k8s.io is a group
)

// names looks up the symbols and files that inline code names.
func (c *Course) names(p *Page) []Finding {
	var findings []Finding
	for _, paragraph := range p.paragraphs() {
		for _, code := range paragraph.code() {
			for _, err := range c.ours(code.text) {
				findings = append(findings, p.wrong(code.line, "`%s`: %v", code.text, err))
			}
			if file := strings.TrimSuffix(code.text, "/..."); ourFile.MatchString(file) {
				if _, err := os.Stat(c.Index.Path(file)); err != nil {
					findings = append(findings, p.wrong(code.line, "`%s`: there is no such file", code.text))
				}
			}
		}
		for _, name := range paragraph.find(abroad, paragraph.text) {
			if err := c.upstream(name.text); err != nil {
				findings = append(findings, p.wrong(name.line, "upstream's %s: %v", name.text, err))
			}
		}
	}
	return findings
}

// diagrams reads the diagrams and looks up the symbols in their nodes.
func (c *Course) diagrams(p *Page) []Finding {
	var findings []Finding
	for _, b := range p.Blocks() {
		if b.Language() != "mermaid" {
			continue
		}
		d, err := diagram.Parse(b.Body)
		if err != nil {
			findings = append(findings, p.wrong(b.Line, "%s: %v of the block", b.Title(), err))
			continue
		}
		for _, node := range d.Nodes {
			for _, err := range c.ours(strings.Join(node.Lines, " ")) {
				findings = append(findings, p.wrong(b.Line+node.Line, "%s: the node %s: %v", b.Title(), node.ID, err))
			}
		}
	}
	return findings
}

// ours looks up all that a text names in the project's packages.
func (c *Course) ours(text string) []error {
	var errs []error
	for _, found := range qualified.FindAllStringSubmatch(text, -1) {
		pkg, name, member := found[1], found[2]+found[3], found[4]
		if !slices.Contains(c.packages, pkg) || slices.Contains(extensions, name) {
			continue
		}
		if member != "" {
			name += "." + member
		}
		if _, err := c.Index.Find(pkg + "." + name); err != nil && !c.imported(pkg, name) {
			errs = append(errs, err)
		}
	}
	return errs
}

// vocabulary are the imported packages that a chapter shares its name with.
var vocabulary = map[string]string{"watch": "k8s.io/apimachinery/pkg/watch"}

// imported tells whether a name is of such a package.
func (c *Course) imported(pkg, name string) bool {
	path, ok := vocabulary[pkg]
	return ok && c.upstream(path+"."+name) == nil
}

// upstream looks up a symbol, package or file of the pinned modules. One that cannot be had on this machine is not held
// against the page.
func (c *Course) upstream(name string) error {
	_, err := c.Upstream.Resolve(name)
	if errors.Is(err, symbols.ErrUnavailable) {
		c.offline(err)
		return nil
	}
	return err
}

// ourPackages are the packages of the chapters, and those that serve the exercises.
func ourPackages(root string) []string {
	names := []string{"exercise", "embedetcd"}
	for _, pattern := range []string{"chapters/*", "chapters/*/*"} {
		folders, _ := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern), "doc.go")) // fails only for a bad pattern
		for _, file := range folders {
			name := path.Base(filepath.ToSlash(filepath.Dir(file)))
			if _, after, ok := strings.Cut(name, "-"); ok {
				name = after
			}
			if !strings.HasPrefix(name, "_") {
				names = append(names, name)
			}
		}
	}
	return names
}
