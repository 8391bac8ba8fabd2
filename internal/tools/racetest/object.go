package racetest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/api/meta"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	utiljson "k8s.io/apimachinery/pkg/util/json"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"

	kinds "kubepath/chapters/02-kinds"
)

// resources are those that scripts can name.
var resources = map[string]struct{ root, version, kind string }{
	"configmaps":  {"/api/v1", "v1", "ConfigMap"},
	"deployments": {"/apis/apps/v1", "apps/v1", "Deployment"},
	"namespaces":  {"/api/v1", "v1", "Namespace"},
	"pods":        {"/api/v1", "v1", "Pod"},
}

// shortFields are names of fields that stories use, by the beginning of the name.
var shortFields = []struct{ name, path string }{
	{"image", "spec.containers.0.image"},
	{"label", "metadata.labels"},
	{"finalizers", "metadata.finalizers"},
	{"uid", "metadata.uid"},
	{"grace", "metadata.deletionGracePeriodSeconds"},
	{"deletionTimestamp", "metadata.deletionTimestamp"},
}

// fieldPath is where a field lies: metadata.labels.app for label.app.
func fieldPath(field string) []string {
	first, rest, more := strings.Cut(field, ".")
	for _, short := range shortFields {
		if short.name == first {
			first = short.path
		}
	}
	if more {
		first += "." + rest
	}
	return strings.Split(first, ".")
}

// newObject is an object of the resource in the namespace default.
func newObject(target string) (*unstructured.Unstructured, error) {
	resource, name, _ := strings.Cut(target, "/")
	r, ok := resources[resource]
	if !ok || name == "" {
		return nil, fmt.Errorf("%q is no object of a resource that scripts know", target)
	}
	obj := &unstructured.Unstructured{}
	obj.SetAPIVersion(r.version)
	obj.SetKind(r.kind)
	obj.SetName(name)
	if r.kind != "Namespace" {
		obj.SetNamespace("default")
	}
	return obj, nil
}

// setFields changes the object as a line says.
func setFields(obj *unstructured.Unstructured, fields []Argument) error {
	for _, f := range fields {
		set, err := setField(obj.Object, fieldPath(f.Name), fieldValue(f))
		if err != nil {
			return fmt.Errorf("%s: %w", f, err)
		}
		obj.Object = set.(map[string]any)
	}
	return nil
}

// fieldValue is what the text means: names are strings, other text is read as JSON, if it is JSON.
func fieldValue(f Argument) any {
	var value any
	switch first, _, _ := strings.Cut(f.Name, "."); {
	case f.Value == "":
		return nil
	case first == "finalizers":
		value = []any{}
		for _, name := range strings.Split(f.Value, ",") {
			value = append(value.([]any), name)
		}
	case first == "label" || first == "data" || utiljson.Unmarshal([]byte(f.Value), &value) != nil:
		value = f.Value
	}
	return value
}

// setField returns the tree with a value at path; a nil value removes what is there.
func setField(tree any, path []string, value any) (any, error) {
	if len(path) == 0 {
		return value, nil
	}
	if index, err := strconv.Atoi(path[0]); err == nil {
		list, _ := tree.([]any)
		if index == len(list) {
			list = append(list, map[string]any{"name": "main"})
		}
		if index > len(list) {
			return nil, fmt.Errorf("there is no item %d", index)
		}
		list[index], err = setField(list[index], path[1:], value)
		return list, err
	}
	fields, ok := tree.(map[string]any)
	if !ok {
		fields = map[string]any{}
	}
	set, err := setField(fields[path[0]], path[1:], value)
	if set == nil {
		delete(fields, path[0])
	} else {
		fields[path[0]] = set
	}
	return fields, err
}

// field is the value at path as text; false: there is none.
func field(tree any, path []string) (string, bool) {
	for _, name := range path {
		switch parent := tree.(type) {
		case map[string]any:
			tree = parent[name]
		case []any:
			index, err := strconv.Atoi(name)
			if err != nil || index >= len(parent) {
				return "", false
			}
			tree = parent[index]
		default:
			return "", false
		}
	}
	switch value := tree.(type) {
	case nil:
		return "", false
	case string:
		return value, true
	case []any:
		items := make([]string, len(value))
		for i, item := range value {
			items[i], _ = field(item, nil)
		}
		return strings.Join(items, ","), true
	}
	data, err := json.Marshal(tree)
	return string(data), err == nil
}

// content is an object as its fields.
func content(obj runtime.Object) *unstructured.Unstructured {
	obj = kinds.Unwrap(obj)
	if u, ok := obj.(*unstructured.Unstructured); ok {
		return u
	}
	fields, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return &unstructured.Unstructured{Object: map[string]any{}}
	}
	u := &unstructured.Unstructured{Object: fields}
	if u.GetKind() == "" {
		u.SetKind(reflect.TypeOf(obj).Elem().Name())
	}
	return u
}

// Show is an object in a few words: its name, its version and the fields that the script speaks of.
func (a *Actor) Show(obj runtime.Object) string {
	u := content(obj)
	words := []string{u.GetName()}
	for resource, r := range resources {
		if r.kind == u.GetKind() {
			words[0] = resource + "/" + u.GetName()
		}
	}
	if version := u.GetResourceVersion(); version != "" {
		words = append(words, "rv="+version)
	}
	return strings.TrimSpace(strings.Join(append(words, a.fields(u)...), " "))
}

// fields are those of an object that the script speaks of.
func (a *Actor) fields(u *unstructured.Unstructured) []string {
	var words []string
	for _, name := range a.story.shown {
		if name == "managers" {
			words = append(words, managers(u)...)
			continue
		}
		if value, ok := field(u.Object, fieldPath(name)); ok {
			words = append(words, name+"="+Steady(value))
		}
	}
	return words
}

// managers are the managed fields, sorted by manager: mesh:.data.size. Their order in the object depends on the time.
func managers(u *unstructured.Unstructured) []string {
	var words []string
	for _, entry := range u.GetManagedFields() {
		set := fieldpath.NewSet()
		if entry.FieldsV1 == nil || set.FromJSON(entry.FieldsV1.GetRawReader()) != nil {
			continue
		}
		var paths []string
		set.Leaves().Iterate(func(path fieldpath.Path) { paths = append(paths, path.String()) })
		words = append(words, entry.Manager+":"+strings.Join(paths, ","))
	}
	slices.Sort(words)
	return words
}

// showItems is a list in a few words.
func (a *Actor) showItems(list runtime.Object) string {
	var names []string
	_ = meta.EachListItem(list, func(obj runtime.Object) error {
		names = append(names, "["+a.Show(obj)+"]")
		return nil
	})
	if len(names) == 0 {
		return "no items"
	}
	return strings.Join(names, " ")
}

// showToken says where a list goes on with a token.
func showToken(token string) string {
	var t struct {
		RV    int64
		Start string
	}
	data, err := base64.RawURLEncoding.DecodeString(token)
	if err == nil {
		err = json.Unmarshal(data, &t)
	}
	if err != nil {
		return err.Error()
	}
	at := fmt.Sprintf("rv=%d", t.RV)
	if t.RV < 0 {
		at = "the newest revision"
	}
	return fmt.Sprintf("continue after %s at %s", strings.TrimPrefix(strings.TrimRight(t.Start, "\x00"), "default/"), at)
}

var (
	timestamps = regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`)
	uids       = regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`)
)

// Steady is text without what differs from run to run.
func Steady(text string) string {
	return uids.ReplaceAllString(timestamps.ReplaceAllString(text, "TIME"), "UID")
}
