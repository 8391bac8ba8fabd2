package survey

import (
	"errors"
	"fmt"
	"go/token"
	"go/types"
	"path"
	"path/filepath"
	"strconv"
	"strings"

	"golang.org/x/tools/go/packages"
)

// patterns are the packages whose types count: the chapters, and what stands at their seams.
var patterns = []string{"./chapters/...", "./internal/tools/trace"}

// sources are the packages, parsed and checked.
type sources struct {
	root     string
	packages []*packages.Package
}

func load(root string) (*sources, error) {
	root, err := filepath.Abs(root)
	if err != nil {
		return nil, err
	}
	found, err := packages.Load(&packages.Config{Dir: root, Mode: packages.LoadSyntax | packages.NeedModule}, patterns...)
	if err != nil {
		return nil, err
	}
	var failed []error
	for _, p := range found {
		for _, e := range p.Errors {
			failed = append(failed, fmt.Errorf("%s does not compile: %w", p.PkgPath, e))
		}
	}
	return &sources{root, found}, errors.Join(failed...)
}

// file is where a position stands, from the checkout's root, with slashes.
func (s *sources) file(p *packages.Package, at token.Pos) string {
	name := p.Fset.Position(at).Filename
	if short, err := filepath.Rel(s.root, name); err == nil {
		name = short
	}
	return filepath.ToSlash(name)
}

// chapterOf is the number of a file's or a package's chapter; 0: it is in none.
func chapterOf(file string) int {
	_, below, ok := strings.Cut(file, "chapters/")
	if !ok {
		return 0
	}
	digits, _, _ := strings.Cut(path.Clean(below), "-")
	number, _ := strconv.Atoi(digits) // chapters.go is in none
	return number
}

// find returns a package that the sources import, directly or not.
func (s *sources) find(pkgPath string) *types.Package {
	seen := map[*types.Package]bool{}
	var queue []*types.Package
	for _, p := range s.packages {
		queue = append(queue, p.Types)
	}
	for len(queue) > 0 {
		p := queue[0]
		queue = queue[1:]
		if p.Path() == pkgPath {
			return p
		}
		if !seen[p] {
			seen[p] = true
			queue = append(queue, p.Imports()...)
		}
	}
	return nil
}

// qualifier names packages as the project's files import them.
func qualifier(p *types.Package) string {
	switch p.Path() {
	case "k8s.io/apimachinery/pkg/apis/meta/v1":
		return "metav1"
	case "k8s.io/apimachinery/pkg/apis/meta/internalversion":
		return "metainternalversion"
	}
	return p.Name()
}
