package request_test

import (
	"errors"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/tools/clientcmd"

	request "kubepath/chapters/01-request"
)

const kubeconfigOne = `
apiVersion: v1
kind: Config
current-context: one
clusters:
- name: c1
  cluster: {server: "https://one:6443", certificate-authority: pki/ca.pem, tls-server-name: kubernetes}
users:
- name: u1
  user: {token: 12345, as: jane, as-groups: [a]}
- name: shared
  user: {token: from-one}
contexts:
- name: one
  context: {cluster: c1, user: u1, namespace: team}
`

const kubeconfigTwo = `
current-context: two
clusters:
- name: c2
  cluster: {server: "https://two", certificate-authority-data: Q0E=, proxy-url: "http://proxy:3128", disable-compression: true}
users:
- name: shared
  user: {token: from-two}
- name: certs
  user: {client-certificate-data: Q0VSVA==, client-key: key.pem, tokenFile: /abs/token}
- name: plugin
  user: {exec: {command: aws, args: [eks]}}
- name: provider
  user: {auth-provider: {name: gcp}}
- name: basic
  user: {username: jane, password: secret}
contexts:
- {name: two, context: {cluster: c2, user: shared}}
- {name: certs, context: {cluster: c2, user: certs}}
- {name: plugin, context: {cluster: c2, user: plugin}}
- {name: provider, context: {cluster: c2, user: provider}}
- {name: basic, context: {cluster: c2, user: basic}}
- {name: anonymous, context: {cluster: c2}}
- {name: no-cluster, context: {cluster: gone, user: shared}}
- {name: no-user, context: {cluster: c2, user: gone}}
`

// loaded is what a kubeconfig decides, without what cannot be compared.
func loaded(t *testing.T, path, context string) request.Config {
	t.Helper()
	c, err := request.LoadKubeconfig(path, context)
	if err != nil {
		t.Fatal(err)
	}
	c.Proxy = nil
	return *c
}

func expectConfig(t *testing.T, got, want request.Config) {
	t.Helper()
	type plain request.Config // without the String that hides secrets
	if diff := cmp.Diff(plain(want), plain(got)); diff != "" {
		t.Error(diff)
	}
}

func TestAContextJoinsClusterAndUser(t *testing.T) {
	t.Parallel()
	one := write(t, "config", kubeconfigOne)
	expectConfig(t, loaded(t, one, ""), request.Config{
		Host:             "https://one:6443",
		DefaultNamespace: "team",
		BearerToken:      "12345",
		TLSClientConfig:  request.TLSClientConfig{CAFile: filepath.Join(filepath.Dir(one), "pki/ca.pem"), ServerName: "kubernetes"},
		Impersonate:      request.ImpersonationConfig{UserName: "jane", Groups: []string{"a"}},
	})
	two := write(t, "config", kubeconfigTwo)
	expectConfig(t, loaded(t, two, "certs"), request.Config{
		Host:               "https://two",
		BearerTokenFile:    "/abs/token",
		DisableCompression: true,
		TLSClientConfig:    request.TLSClientConfig{CAData: "CA", CertData: "CERT", KeyFile: filepath.Join(filepath.Dir(two), "key.pem")},
	})
	expectConfig(t, loaded(t, two, "anonymous"), request.Config{Host: "https://two", DisableCompression: true, TLSClientConfig: request.TLSClientConfig{CAData: "CA"}})
}

func TestAProxyIsUsed(t *testing.T) {
	t.Parallel()
	c, err := request.LoadKubeconfig(write(t, "config", kubeconfigTwo), "two")
	if err != nil {
		t.Fatal(err)
	}
	proxy, err := c.Proxy(&http.Request{})
	if err != nil || proxy.String() != "http://proxy:3128" {
		t.Errorf("the proxy is %v, %v", proxy, err)
	}
}

func TestWhatAKubeconfigCannotGive(t *testing.T) {
	t.Parallel()
	two := write(t, "config", kubeconfigTwo)
	for _, row := range []struct{ path, context, want string }{
		{two, "plugin", `user "plugin": exec plugins are not supported (aws): use a token or a client certificate`},
		{two, "provider", `user "provider": auth providers are not supported (gcp): use a token or a client certificate`},
		{two, "basic", `user "basic": basic authentication is not supported: use a token or a client certificate`},
		{two, "three", `context "three" does not exist`},
		{two, "no-cluster", `cluster "gone" does not exist`},
		{two, "no-user", `user "gone" does not exist`},
		{write(t, "config", "clusters: []"), "", "no context given and no current-context set"},
		{write(t, "config", "clusters: {"), "", "yaml"},
		{"no such file", "", "no such file"},
	} {
		t.Run(row.want, func(t *testing.T) {
			t.Parallel()
			if _, err := request.LoadKubeconfig(row.path, row.context); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("got %v", err)
			}
		})
	}
}

// Not parallel: the environment is the process's.
func TestTheFilesOfKUBECONFIGAreMerged(t *testing.T) {
	one, two := write(t, "config", kubeconfigOne), write(t, "config", kubeconfigTwo)
	list := strings.Join([]string{"no such file", "", one, two}, string(os.PathListSeparator))
	t.Setenv("KUBECONFIG", list)
	if got := loaded(t, "", "").Host; got != "https://one:6443" {
		t.Errorf("the current context is that of %s, not of the first file", got)
	}
	if got := loaded(t, "", "two").BearerToken; got != "from-one" {
		t.Errorf("the user is %s, not that of the first file", got)
	}
}

func TestWithoutKUBECONFIGTheHomeDirectoryHasOne(t *testing.T) {
	home := t.TempDir()
	t.Setenv("KUBECONFIG", "")
	t.Setenv("HOME", home)
	if _, err := request.LoadKubeconfig("", ""); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the error is %v", err)
	}
	err := request.WriteKubeconfig(filepath.Join(home, ".kube", "config"), &request.Config{Host: "https://s"})
	if err != nil {
		t.Fatal(err)
	}
	if got := loaded(t, "", "").Host; got != "https://s" {
		t.Errorf("the host is %s", got)
	}
}

func TestAWrittenKubeconfigReadsTheSameForUsAndForKubectl(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "new", "config")
	want := request.Config{
		Host:             "https://server:6443",
		DefaultNamespace: "team",
		BearerToken:      "secret",
		TLSClientConfig:  request.TLSClientConfig{CAData: "CA", CertData: "CERT", KeyData: "KEY", ServerName: "kubernetes"},
		Impersonate:      request.ImpersonationConfig{UserName: "jane", UID: "7", Groups: []string{"a"}, Extra: map[string][]string{"k": {"v"}}},
	}
	if err := request.WriteKubeconfig(path, &want); err != nil {
		t.Fatal(err)
	}
	info, err := os.Stat(path)
	if err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file is %v, %v", info.Mode(), err)
	}
	expectConfig(t, loaded(t, path, ""), want)

	theirs, err := clientcmd.BuildConfigFromFlags("", path)
	if err != nil {
		t.Fatal(err)
	}
	if theirs.Host != want.Host || theirs.BearerToken != "secret" || string(theirs.CAData) != "CA" || theirs.Impersonate.UserName != "jane" || theirs.ServerName != "kubernetes" {
		t.Errorf("kubectl reads %v", theirs)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(path), ".kubeconfig-*")); len(left) != 0 {
		t.Errorf("left behind: %v", left)
	}
}
