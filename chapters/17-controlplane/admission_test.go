package controlplane

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"

	authenticationv1 "k8s.io/api/authentication/v1"

	"net/http"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	server "kubepath/chapters/08-server"
)

// questions is an admission plugin that notes what it is asked last.
type questions struct {
	mu    sync.Mutex
	asked []string
}

func (q *questions) Handles(rest.Operation) bool { return true }

func (q *questions) Validate(_ context.Context, a *rest.Attributes) error {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.asked = append(q.asked, fmt.Sprintf("%s %s %s %s/%s by %s", a.Operation, a.Kind.Kind, a.Resource.Resource+"/"+a.Subresource,
		a.Namespace, a.Name, a.User.Username))
	return nil
}

func TestAdmissionIsAskedAboutSubresources(t *testing.T) {
	t.Parallel()
	q := &questions{}
	user := func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			next.ServeHTTP(w, r.WithContext(rest.WithUser(r.Context(), authenticationv1.UserInfo{Username: "eve"})))
		})
	}
	api, err := New(Config{Etcd: newEtcd(t), Server: server.Config{
		Codecs: kinds.NewCodecs(kinds.NewScheme()), Admission: []rest.AdmissionPlugin{q}, Filters: server.Filters{Authentication: user},
	}})
	if err != nil {
		t.Fatal(err)
	}
	const (
		pods        = "/api/v1/namespaces/default/pods"
		deployments = "/apis/apps/v1/namespaces/default/deployments"
	)
	for _, row := range []struct{ method, path, body, want string }{
		{"POST", pods, `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"spec":{"containers":[{"name":"c","image":"i"}]}}`,
			"CREATE Pod pods/ default/p by eve"},
		{"POST", pods + "/p/binding", `{"apiVersion":"v1","kind":"Binding","metadata":{"name":"p"},"target":{"name":"n"}}`,
			"CREATE Binding pods/binding default/p by eve"},
		{"PUT", pods + "/p/status", `{"apiVersion":"v1","kind":"Pod","metadata":{"name":"p"},"status":{"phase":"Running"}}`,
			"UPDATE Pod pods/status default/p by eve"},
		{"POST", pods + "/p/eviction", `{"apiVersion":"policy/v1","kind":"Eviction","metadata":{"name":"p"}}`,
			"CREATE Eviction pods/eviction default/p by eve"},
		{"POST", deployments, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"selector":{"matchLabels":{"a":"b"}},
			"template":{"metadata":{"labels":{"a":"b"}},"spec":{"containers":[{"name":"c","image":"i"}]}}}}`,
			"CREATE Deployment deployments/ default/d by eve"},
		{"PUT", deployments + "/d/scale", `{"apiVersion":"autoscaling/v1","kind":"Scale","metadata":{"name":"d"},"spec":{"replicas":2}}`,
			"UPDATE Scale deployments/scale default/d by eve"},
		{"POST", "/api/v1/namespaces", `{"apiVersion":"v1","kind":"Namespace","metadata":{"name":"n"}}`,
			"CREATE Namespace namespaces/ n/n by eve"},
		{"DELETE", "/api/v1/namespaces/n", "", "DELETE Namespace namespaces/ n/n by eve"},
	} {
		q.asked = nil
		if code, body := ask(t, api, row.method, row.path, row.body); code >= 300 {
			t.Fatalf("%s %s: %d %v", row.method, row.path, code, body)
		}
		if len(slices.Compact(q.asked)) != 1 || q.asked[0] != row.want {
			t.Errorf("%s %s: asked %q, want %q", row.method, row.path, q.asked, row.want)
		}
	}
}
