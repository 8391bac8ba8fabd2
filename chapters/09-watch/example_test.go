package watch

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http/httptest"
)

// A selector makes its own events of changes: the pod is there all the time.
func Example() {
	api, err := served()
	if err != nil {
		panic(err)
	}
	web := httptest.NewServer(api)
	defer web.Close()
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()

	const pods = "/api/v1/namespaces/default/pods"
	frames, err := open(ctx, web.URL+pods+"?watch=true&labelSelector=app%3Dweb")
	if err != nil {
		panic(err)
	}
	for _, change := range []struct{ method, path, labels string }{
		{"POST", pods, "app: web"}, {"PUT", pods + "/a", "app: web, tier: front"}, {"PUT", pods + "/a", "tier: front"},
	} {
		if err := send(ctx, change.method, web.URL+change.path, change.labels); err != nil {
			panic(err)
		}
		frames.Scan()
		var frame struct {
			Type   string
			Object struct {
				Metadata struct{ Name, ResourceVersion string }
			}
		}
		if err := json.Unmarshal(frames.Bytes(), &frame); err != nil {
			panic(err)
		}
		fmt.Println(frame.Type, frame.Object.Metadata.Name, "at version", frame.Object.Metadata.ResourceVersion)
	}
	// Output:
	// ADDED a at version 2
	// MODIFIED a at version 3
	// DELETED a at version 4
}
