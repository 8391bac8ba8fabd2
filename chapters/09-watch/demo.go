package watch

import (
	"bufio"
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	"kubepath/internal/demo"
)

// Demo watches pods by label while one of them changes, and shows the bytes of each frame.
func Demo(ctx context.Context, s *demo.Stage) error {
	api, err := served()
	if err != nil {
		return err
	}
	web := httptest.NewServer(api)
	defer web.Close()
	const pods = "/api/v1/namespaces/default/pods"

	s.Title("One route, two verbs: list, or watch=true")
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	frames, err := open(ctx, web.URL+pods+"?watch=true&labelSelector=app%3Dweb")
	if err != nil {
		return err
	}
	s.Show("GET %s?watch=true&labelSelector=app=web", pods)
	s.Say("The answer has begun, and does not end. Each line of it is a frame.")

	s.Title("What a selector makes of changes")
	for _, step := range []struct{ says, method, path, labels string }{
		{"created with the label: ADDED", "POST", pods, "app: web"},
		{"changed: MODIFIED", "PUT", pods + "/a", "app: web, tier: front"},
		{"the label is gone: DELETED, though the pod is not", "PUT", pods + "/a", "tier: front"},
		{"the label is back: ADDED once more", "PUT", pods + "/a", "app: web"},
	} {
		if err := send(ctx, step.method, web.URL+step.path, step.labels); err != nil {
			return err
		}
		if !frames.Scan() {
			return fmt.Errorf("the stream ended: %v", frames.Err())
		}
		s.Say("%s", step.says)
		s.Show("%s", brief(frames.Text()))
	}
	s.Title("The client goes away")
	cancel()
	s.Say("Its context ends, the handler returns, and the storage's watch stops.")
	return nil
}

// served is a server with pods in memory and the verbs of this chapter.
func served() (http.Handler, error) {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	newPod := func() runtime.Object { return &corev1.Pod{} }
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), Config{}.Verbs()...)}.New()
	if err != nil {
		return nil, err
	}
	v1 := schema.GroupVersion{Version: "v1"}
	return s, s.InstallLegacyAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions: []schema.GroupVersion{v1},
		VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"pods": &registry.Store{
			Kind: v1.WithKind("Pod"), Resource: schema.GroupResource{Resource: "pods"}, NewFunc: newPod, Singular: "pod",
			Strategy: registry.Namespaced{}, Storage: memory.Open(memory.Config{NewFunc: newPod}),
		}}},
	})
}

func open(ctx context.Context, url string) (*bufio.Scanner, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return nil, err
	}
	context.AfterFunc(ctx, func() { answer.Body.Close() })
	return bufio.NewScanner(answer.Body), nil
}

func send(ctx context.Context, method, url, labels string) error {
	body := fmt.Sprintf("apiVersion: v1\nkind: Pod\nmetadata: {name: a, labels: {%s}}\n", labels)
	r, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/yaml")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s", method, url, answer.Status)
	}
	return nil
}

// brief returns the start of a frame, for one line.
func brief(frame string) string {
	const room = 74
	if len(frame) <= room {
		return frame
	}
	return frame[:room] + "..."
}
