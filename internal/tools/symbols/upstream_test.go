package symbols_test

import (
	"errors"
	"os"
	"strings"
	"testing"

	"kubepath/internal/tools/symbols"
)

// resolve skips where the modules are not to be had, but not in CI.
func resolve(t *testing.T, u *symbols.Upstream, name string) (symbols.Symbol, error) {
	t.Helper()
	found, err := u.Resolve(name)
	if errors.Is(err, symbols.ErrUnavailable) && os.Getenv("CI") == "" {
		t.Skip(err)
	}
	return found, err
}

func upstream(t *testing.T) *symbols.Upstream {
	t.Helper()
	u, err := symbols.OpenUpstream("")
	if err != nil {
		t.Fatal(err)
	}
	return u
}

func TestUpstreamSymbolsAreResolved(t *testing.T) {
	t.Parallel()
	u := upstream(t)
	for name, file := range map[string]string{
		"k8s.io/apiserver/pkg/storage.Interface":                               "pkg/storage/interfaces.go",
		"k8s.io/apiserver/pkg/storage.Interface.GuaranteedUpdate":              "pkg/storage/interfaces.go",
		"k8s.io/apiserver/pkg/endpoints.APIInstaller.registerResourceHandlers": "pkg/endpoints/installer.go",
		"k8s.io/client-go/rest.Request.Do":                                     "rest/request.go",
		"k8s.io/client-go/rest.HTTPClientFor":                                  "rest/transport.go",
		"go.etcd.io/etcd/client/v3.KV":                                         "kv.go",
		"github.com/emicklei/go-restful/v3.WebService.Route":                   "web_service.go",
		"k8s.io/kubernetes/pkg/registry/core/pod/storage.REST":                 "storage/storage.go",
		"k8s.io/apiserver/pkg/endpoints/installer.go":                          "pkg/endpoints/installer.go",
		"k8s.io/apiserver/pkg/storage/etcd3":                                   "pkg/storage/etcd3",
	} {
		found, err := resolve(t, u, name)
		if err != nil {
			t.Error(err)
		} else if !strings.HasSuffix(found.File, file) {
			t.Errorf("%s is in %s", name, found.File)
		}
	}
}

func TestAnUpstreamSymbolThatIsNotThereIsNamed(t *testing.T) {
	t.Parallel()
	u := upstream(t)
	for name, want := range map[string]string{
		"k8s.io/apiserver/pkg/storage.Interfaces": "k8s.io/apiserver/pkg/storage at v0.37.2 declares no Interfaces",
		"k8s.io/apiserver/pkg/nothere.A":          "there is no such package",
		"k8s.io/nothere/pkg.A":                    "no module in internal/tools/upstream/go.mod holds",
	} {
		if _, err := resolve(t, u, name); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v, want %q", name, err, want)
		}
	}
}
