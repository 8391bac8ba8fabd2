package installer

import (
	"net/http"
	"net/url"
	"strings"

	"k8s.io/apimachinery/pkg/api/validate/content"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
)

// readQuery lets the query finish what the path began: authorizers see the selectors of the verbs that have them, and
// the field selector of a list or a watch may name the one object that is meant.
func (i *RequestInfo) readQuery(r *http.Request) {
	reads := r.Method == http.MethodGet || r.Method == http.MethodHead
	if many := i.Name == "" && (reads || i.Verb == "delete"); !many {
		return
	}
	var query url.Values
	if r.URL.RawQuery != "" {
		query = r.URL.Query()
	}
	i.FieldSelector, i.LabelSelector = query.Get("fieldSelector"), query.Get("labelSelector")
	if reads {
		i.Name = selectedName(query)
	}
}

// WantsWatch says whether a request for a collection asks to watch it. Every value but false and 0 does.
// It is the When of the verb watch, and reads the query as url.ParseQuery does, without making a map of it.
func WantsWatch(r *http.Request) bool {
	for pair := range strings.SplitSeq(r.URL.RawQuery, "&") {
		key, value, _ := strings.Cut(pair, "=")
		key, err := url.QueryUnescape(key)
		if err != nil || key != "watch" || strings.Contains(pair, ";") {
			continue
		}
		if value, err = url.QueryUnescape(value); err == nil {
			return value != "0" && !strings.EqualFold(value, "false")
		}
	}
	return false
}

// selectedName is the name that fieldSelector=metadata.name=NAME asks for. A query that the list handler will refuse
// names nothing.
func selectedName(query url.Values) string {
	if query.Get("fieldSelector") == "" {
		return ""
	}
	var options metav1.ListOptions
	if metav1.Convert_url_Values_To_v1_ListOptions(&query, &options, nil) != nil {
		return ""
	}
	if _, err := labels.Parse(options.LabelSelector); err != nil {
		return ""
	}
	selector, err := fields.ParseSelector(options.FieldSelector)
	if err != nil {
		return ""
	}
	name, exact := selector.RequiresExactMatch("metadata.name")
	if !exact || len(content.IsPathSegmentName(name)) > 0 {
		return ""
	}
	return name
}
