package trace

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
)

// mutation is update with a hop for each attempt to make the new object out of the stored one: after a lost race there
// is another.
func mutation(update *rest.Update) *rest.Update {
	where := ofFunc(update.Mutate)
	traced := *update
	traced.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		before := fields(old)
		ctx, h := begin(ctx, "update", func() Where { return where }, func() string { return describe(old) })
		obj, err := update.Mutate(ctx, old)
		h.end(err, func() string { return changed(before, fields(obj)) })
		return obj, err
	}
	return &traced
}

// serversFields are what every write leaves to the server.
var serversFields = []string{".metadata.managedFields", ".metadata.uid", ".metadata.creationTimestamp",
	".metadata.resourceVersion", ".metadata.generation"}

// fields is an object's content by path: .metadata.labels.app. Lists are one value. The server's fields are left out.
func fields(obj runtime.Object) map[string]string {
	content, err := runtime.DefaultUnstructuredConverter.ToUnstructured(obj)
	if err != nil {
		return nil
	}
	found := map[string]string{}
	flatten(found, "", content)
	return found
}

func flatten(to map[string]string, path string, value any) {
	object, ok := value.(map[string]any)
	if !ok {
		text, _ := json.Marshal(value) // made of JSON: it has a text
		to[path] = string(text)
		return
	}
	for name, value := range object {
		if path := path + "." + name; !slices.Contains(serversFields, path) {
			flatten(to, path, value)
		}
	}
}

// changed says what a patch has done: .data.a: "1" → "2".
func changed(before, after map[string]string) string {
	paths := maps.Clone(before)
	maps.Copy(paths, after)
	var changes []string
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		was, had := before[path]
		is, has := after[path]
		switch {
		case !had:
			changes = append(changes, fmt.Sprintf("%s: %s", path, is))
		case !has:
			changes = append(changes, fmt.Sprintf("%s: %s → nothing", path, was))
		case was != is:
			changes = append(changes, fmt.Sprintf("%s: %s → %s", path, was, is))
		}
	}
	if len(changes) == 0 {
		return "nothing changes"
	}
	return strings.Join(changes, ", ")
}
