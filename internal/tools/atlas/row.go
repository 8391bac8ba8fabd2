package atlas

import (
	"slices"
	"strings"
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
