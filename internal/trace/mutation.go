package trace

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"reflect"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"

	rest "kubepath/chapters/04-rest"
)

// patching is the chapter whose updates make the new object out of the stored one. In a PUT it is the client's, and there
// is nothing to see.
const patching = "patch."

// mutation is update with a hop for each attempt to patch: after a lost race there is another.
func mutation(update *rest.Update) *rest.Update {
	where := ofPC(reflect.ValueOf(update.Mutate).Pointer())
	if !strings.HasPrefix(where.Func, patching) {
		return update
	}
	traced := *update
	traced.Mutate = func(ctx context.Context, old runtime.Object) (runtime.Object, error) {
		before := fields(old)
		ctx, h := begin(ctx, "patch", func() Where { return where }, func() string { return describe(old) })
		obj, err := update.Mutate(ctx, old)
		h.end(err, func() string { return changed(before, fields(obj)) })
		return obj, err
	}
	return &traced
}

// fields is an object's content by path: .metadata.labels.app. Lists are one value. Who owns what is left out.
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
		if name != "managedFields" {
			flatten(to, path+"."+name, value)
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
