package atlas

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Row is one concept and where it is, here and upstream.
type Row struct {
	Concept string `json:"concept"`
	Also    string `json:"also,omitempty"` // other words under which it is looked for, with commas between
	Is      string `json:"is"`             // what it is, in a sentence

	// Chapter has the concept's code, or will bring it.
	Chapter int `json:"chapter"`
	// Here is our symbol: registry.Store.Create. "" where the code is still to come or where the thing itself is imported.
	Here string `json:"here,omitempty"`
	// Imported tells that we use upstream's own symbol: it belongs to the vocabulary.
	Imported bool `json:"imported,omitempty"`
	// Unplanned tells that the project does without it.
	Unplanned bool `json:"unplanned,omitempty"`

	// Upstream is the symbol with the path of its package: k8s.io/apiserver/pkg/storage.Interface.
	Upstream string `json:"upstream"`
	// More is what upstream does beyond this, in a sentence.
	More string `json:"more"`
}

// Where the packages of the upstream column begin.
const (
	apimachinery = "k8s.io/apimachinery/pkg/"
	apiserver    = "k8s.io/apiserver/pkg/"
	clientgo     = "k8s.io/client-go/"
	kubernetes   = "k8s.io/kubernetes/"
)

// Rows is the table, in the order of the chapters and, in each, of reading.
func Rows() []Row {
	return slices.Concat(
		in(1, requestRows()), in(2, kindsRows()), in(3, installerRows()), in(4, restRows()), in(5, storageRows()),
		in(6, registryRows()), in(7, etcd3Rows()), in(8, serverRows()),
		in(9, watchRows()), in(10, cacherRows()), in(11, openapiRows()), in(12, patchRows()), in(13, versionsRows()),
		in(14, accessRows()), in(15, admissionRows()), in(16, connectRows()), in(17, controlplaneRows()),
		in(18, customresourcesRows()), in(19, controllersRows()), in(20, clusterRows()),
	)
}

// in puts rows into a chapter.
func in(chapter int, rows []Row) []Row {
	for i := range rows {
		rows[i].Chapter = chapter
	}
	return rows
}

// ChapterName is the name of a chapter's package, also of one that is not written yet.
func ChapterName(number int) string {
	names := [...]string{1: "request", "kinds", "installer", "rest", "storage", "registry", "etcd3", "server", "watch", "cacher",
		"openapi", "patch", "versions", "access", "admission", "connect", "controlplane", "customresources", "controllers", "cluster"}
	if number < 1 || number >= len(names) {
		return ""
	}
	return names[number]
}

// short is the upstream symbol with the last element of its package only: storage.Interface. A version keeps what stands
// before it: core/v1.Pod.
func (r Row) short() string {
	slash := strings.LastIndex(r.Upstream, "/")
	if last := r.Upstream[slash+1:]; len(last) > 1 && last[0] == 'v' && last[1] >= '0' && last[1] <= '9' {
		slash = strings.LastIndex(r.Upstream[:slash], "/")
	}
	return r.Upstream[slash+1:]
}

// Renamed counts the rows that stand here, and those of them whose symbol has another name than upstream's. Capitals do not
// count: what upstream exports may be unexported here.
func Renamed(rows []Row) (renamed, here int) {
	for _, row := range rows {
		if row.Here == "" {
			continue
		}
		here++
		if !strings.EqualFold(lastName(row.Here), lastName(row.Upstream)) {
			renamed++
		}
	}
	return renamed, here
}

// lastName is the name of a symbol without its package and the type that it belongs to.
func lastName(symbol string) string { return symbol[strings.LastIndex(symbol, ".")+1:] }

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
