package atlas

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Found is what the words that a person looks for have found: the best rows, and those that only mention the words.
type Found struct{ Rows, Mention []Row }

// Find looks for rows that have all of the words. A row has a word where one of its words begins with it, or where a
// symbol holds it, in any case. Rows whose concept or other names have the words come first, then those whose symbols
// have them; rows that have them only in their sentences are Mentions, unless there are no others.
func Find(rows []Row, words ...string) Found {
	var ranks [4][]Row
	for _, row := range rows {
		if rank := row.rank(words); rank < len(ranks) {
			ranks[rank] = append(ranks[rank], row)
		}
	}
	found := Found{slices.Concat(ranks[:3]...), ranks[3]}
	if len(found.Rows) == 0 {
		found.Rows, found.Mention = found.Mention, nil
	}
	return found
}

// rank tells how well a row fits: 0 it is the concept, 1 its name has the words, 2 its symbols do, 3 its text does, 4 not.
func (r Row) rank(words []string) int {
	all := strings.ToLower(strings.Join(words, " "))
	names := strings.Split(strings.ToLower(r.Concept+", "+r.Also), ", ")
	for rank, has := range []func(word string) bool{
		func(string) bool { return slices.Contains(names, all) },
		func(word string) bool { return begins(r.Concept+" "+r.Also, word) },
		func(word string) bool { return holds(r.Concept+" "+r.Also+" "+r.Here+" "+r.Upstream, word) },
		func(word string) bool {
			return begins(r.Is+" "+r.More, word) || holds(r.Concept+" "+r.Also+" "+r.Here+" "+r.Upstream, word)
		},
	} {
		if !slices.ContainsFunc(words, func(word string) bool { return !has(word) }) {
			return rank
		}
	}
	return 4
}

// begins tells whether a word of the text begins with word.
func begins(text, word string) bool {
	text, word = strings.ToLower(text), strings.ToLower(word)
	for from := 0; ; {
		at := strings.Index(text[from:], word)
		if at < 0 {
			return false
		}
		before, _ := utf8.DecodeLastRuneInString(text[:from+at])
		if !unicode.IsLetter(before) && !unicode.IsDigit(before) {
			return true
		}
		from += at + 1
	}
}

// holds tells whether the text has word anywhere.
func holds(text, word string) bool {
	return strings.Contains(strings.ToLower(text), strings.ToLower(word))
}

// FindInterfaces returns the interfaces that a name means: rest.Getter, Getter, k8s.io/apimachinery/pkg/runtime.Object. The
// name of a package means all of its interfaces, that of a type (registry.Store) those that the type implements.
func FindInterfaces(all []Interface, name string) []Interface {
	for _, means := range []func(Interface) bool{
		func(i Interface) bool { return i.Name == name || i.path() == name },
		func(i Interface) bool { return i.bare() == name },
		func(i Interface) bool { return i.pkg() == name },
		func(i Interface) bool { return strings.EqualFold(i.bare(), name) || strings.EqualFold(i.Name, name) },
	} {
		var found []Interface
		for _, i := range all {
			if means(i) {
				found = append(found, i)
			}
		}
		if len(found) > 0 {
			return found
		}
	}
	return nil
}

// ImplementedBy returns the interfaces that a type implements, each with this type alone: registry.Store.
func ImplementedBy(all []Interface, name string) []Interface {
	name = strings.NewReplacer("(*", "", ")", "", "*", "").Replace(name)
	var found []Interface
	for _, i := range all {
		for _, t := range i.By {
			if t.Name == name {
				i.By = []Type{t}
				found = append(found, i)
				break
			}
		}
	}
	return found
}

// storageInterface is what every resource is to the REST layer.
const storageInterface = "rest.Storage"

// Capabilities are the interfaces of rest.Storage's chapter that a storage has beside it, without their package: what it
// can do.
func Capabilities(all []Interface, typ string) []string {
	var can []string
	for _, storage := range FindInterfaces(all, storageInterface) {
		for _, i := range ImplementedBy(all, typ) {
			if i.Package == storage.Package && i.Name != storage.Name {
				can = append(can, i.bare())
			}
		}
	}
	return can
}

// path is the interface with the whole path of its package.
func (i Interface) path() string { return i.Package + "." + i.bare() }

// bare is the name without the package, pkg the package's name.
func (i Interface) bare() string { _, name, _ := strings.Cut(i.Name, "."); return name }
func (i Interface) pkg() string  { name, _, _ := strings.Cut(i.Name, "."); return name }
