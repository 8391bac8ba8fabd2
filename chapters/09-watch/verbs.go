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

// Config is the configuration of watches. The zero value means kube-apiserver's defaults.
type Config struct {
	// MinRequestTimeout is the minimum duration of a watch without timeoutSeconds. The duration is random between it
	// and twice as long, so that not all clients reconnect at once. 0: 30 min.
	MinRequestTimeout time.Duration
	// WriteTimeout is the maximum duration of writing a frame: if the client does not read, the watch ends. 0: 30 s.
	WriteTimeout time.Duration
}

// deprecatedPrefix is the segment in the deprecated paths: /api/v1/watch/pods.
const deprecatedPrefix = "watch"

// Verbs returns the rows that this chapter adds to the table of verbs. Upstream: the actions WATCH, WATCHLIST.
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

// mediaTypes returns the media types of the route that list and watch share.
func mediaTypes(c *kinds.Codecs) []string {
	objects, streams := c.MediaTypes()
	return append(objects, streams...)
}

// lifetime returns the duration of a watch. timeoutSeconds=0 means no timeoutSeconds; with a negative number, the watch
// ends at once. As upstream, a number of seconds that is too large for a Duration overflows.
func (o Config) lifetime(options *metainternalversion.ListOptions) time.Duration {
	if asked := options.TimeoutSeconds; asked != nil {
		if lasts := time.Duration(*asked) * time.Second; lasts != 0 {
			return lasts
		}
	}
	least := cmp.Or(o.MinRequestTimeout, 30*time.Minute)
	return least + rand.N(least)
}
