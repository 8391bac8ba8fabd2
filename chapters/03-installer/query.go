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

// readQuery lets the query finish what the path began: a get without a name is a list or a watch, a field selector may
// name the one object that is meant, and authorizers see the selectors of the verbs that have them.
func (i *RequestInfo) readQuery(r *http.Request) {
	many := i.Name == "" && (i.Verb == "get" || i.Verb == "delete")
	if !many {
		return
	}
	var query url.Values
	if r.URL.RawQuery != "" {
		query = r.URL.Query()
	}
	i.FieldSelector, i.LabelSelector = query.Get("fieldSelector"), query.Get("labelSelector")
	if i.Verb != "get" {
		return
	}
	i.Verb = "list"
	if watches(query) {
		i.Verb = "watch"
	}
	i.Name = selectedName(query)
}

// WantsWatch says whether a request for a collection asks to watch it. Every value but false and 0 does.
// It is the When of the verb watch.
func WantsWatch(r *http.Request) bool {
	return strings.Contains(r.URL.RawQuery, "watch") && watches(r.URL.Query())
}

func watches(query url.Values) bool {
	values := query["watch"]
	return len(values) > 0 && values[0] != "0" && !strings.EqualFold(values[0], "false")
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
