package watch

import (
	"cmp"
	"math/rand/v2"
	"net/http"
	"time"

	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// Config is how watches are served. The zero value is kube-apiserver's.
type Config struct {
	// MinRequestTimeout is how long a watch lasts at least whose client names no time: it ends after between once and
	// twice as long, so that not all clients come back at once. 0: 30 min.
	MinRequestTimeout time.Duration
	// WriteTimeout is how long a client may take in nothing while a frame waits for it, before it is cut off. 0: 30 s.
	WriteTimeout time.Duration
}

// deprecatedPrefix begins the deprecated paths: /api/v1/watch/pods.
const deprecatedPrefix = "watch"

// Verbs are the rows that this chapter adds to the table of verbs. Upstream: the actions WATCH, WATCHLIST.
func (o Config) Verbs() []rest.Verb {
	row := rest.Verb{
		Verb:      installer.Verb{Name: "watch", Methods: []string{http.MethodGet}, ReadOnly: true, LongRunning: true},
		Supported: rest.Has[rest.Watcher], Handle: o.serveWatch, MediaTypes: mediaTypes,
		Options: metav1.ListOptions{}, Writes: func(rest.Storage) any { return &metav1.WatchEvent{} },
	}
	onList, list, item := row, row, row
	onList.On, onList.AllNamespaces, onList.When = installer.Collection, true, installer.WantsWatch
	onList.OpenAPIAction = "watchlist"
	onList.Doc = "watch changes to objects of kind {kind}"
	list.On, list.AllNamespaces, list.Prefix = installer.Collection, true, deprecatedPrefix
	list.OpenAPIAction, list.OperationID = "watchlist", "watch{version}{object}List"
	list.Doc = "watch individual changes to a list of {kind}. deprecated: use the 'watch' parameter with a list operation instead."
	item.On, item.Prefix = installer.Item, deprecatedPrefix
	item.Doc = "watch changes to an object of kind {kind}. deprecated: use the 'watch' parameter with a list operation instead, filtered to a single item with the 'fieldSelector' parameter."
	return []rest.Verb{onList, list, item}
}

// mediaTypes are the media types of the route that list and watch share.
func mediaTypes(c *kinds.Codecs) []string {
	objects, streams := c.MediaTypes()
	return append(objects, streams...)
}

// lifetime is how long a watch lasts. 0 seconds are none named; with less than 0, it is over before it begins. A number
// of seconds that does not fit into a Duration overflows as it does upstream.
func (o Config) lifetime(options *metainternalversion.ListOptions) time.Duration {
	if asked := options.TimeoutSeconds; asked != nil {
		if lasts := time.Duration(*asked) * time.Second; lasts != 0 {
			return lasts
		}
	}
	least := cmp.Or(o.MinRequestTimeout, 30*time.Minute)
	return least + rand.N(least)
}
