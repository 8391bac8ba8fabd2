package request

import (
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sigs.k8s.io/yaml"
)

// LoadKubeconfig returns the configuration for one context of a kubeconfig. If path is empty, it merges the files of
// $KUBECONFIG (the first that defines a name wins, missing files are skipped), or reads ~/.kube/config. If context is
// empty, it uses the current context. Upstream: clientcmd.ClientConfigLoadingRules.
func LoadKubeconfig(path, context string) (*Config, error) {
	merged, err := loadFiles(path)
	if err != nil {
		return nil, err
	}
	if context == "" {
		context = merged.CurrentContext
	}
	if context == "" {
		return nil, errors.New("kubeconfig: no context given and no current-context set")
	}
	return merged.config(context)
}

// loadFiles reads and merges the files of $KUBECONFIG, or reads the file at path.
func loadFiles(path string) (*kubeconfig, error) {
	paths, required := []string{path}, true
	if path == "" {
		paths, required = defaultPaths(), false
	}
	merged, found := &kubeconfig{}, false
	for _, p := range paths {
		k, err := readKubeconfig(p)
		if errors.Is(err, fs.ErrNotExist) && !required {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("kubeconfig %s: %w", p, err)
		}
		merged.merge(k)
		found = true
	}
	if !found {
		return nil, fmt.Errorf("no kubeconfig: looked for %s: %w", strings.Join(paths, ", "), fs.ErrNotExist)
	}
	return merged, nil
}

// defaultPaths returns the files of $KUBECONFIG, or the one in the home directory.
func defaultPaths() []string {
	if list := os.Getenv("KUBECONFIG"); list != "" {
		return slices.DeleteFunc(filepath.SplitList(list), func(p string) bool { return p == "" })
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return nil
	}
	return []string{filepath.Join(home, ".kube", "config")}
}

// readKubeconfig parses one file. Paths in it are relative to the file's folder.
func readKubeconfig(path string) (*kubeconfig, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	k := &kubeconfig{}
	if err := yaml.Unmarshal(data, k); err != nil {
		return nil, err
	}
	folder, err := filepath.Abs(filepath.Dir(path))
	if err != nil {
		return nil, err
	}
	for i := range k.Clusters {
		resolve(folder, &k.Clusters[i].Cluster.CAFile)
	}
	for i := range k.Users {
		u := &k.Users[i].User
		resolve(folder, &u.CertFile, &u.KeyFile, &u.TokenFile)
	}
	return k, nil
}

func resolve(folder string, paths ...*string) {
	for _, p := range paths {
		if *p != "" && !filepath.IsAbs(*p) {
			*p = filepath.Join(folder, *p)
		}
	}
}

// merge adds the entries of later. They may be appended, because a lookup takes the first entry with a name.
func (k *kubeconfig) merge(later *kubeconfig) {
	k.Clusters = append(k.Clusters, later.Clusters...)
	k.Users = append(k.Users, later.Users...)
	k.Contexts = append(k.Contexts, later.Contexts...)
	if k.CurrentContext == "" {
		k.CurrentContext = later.CurrentContext
	}
}

// config returns the configuration of a context: of its cluster and its user.
func (k *kubeconfig) config(name string) (*Config, error) {
	i := slices.IndexFunc(k.Contexts, func(c namedContext) bool { return c.Name == name })
	if i < 0 {
		return nil, fmt.Errorf("kubeconfig: context %q does not exist", name)
	}
	ctx := k.Contexts[i].Context
	config := &Config{DefaultNamespace: ctx.Namespace}

	i = slices.IndexFunc(k.Clusters, func(c namedCluster) bool { return c.Name == ctx.Cluster })
	if i < 0 {
		return nil, fmt.Errorf("kubeconfig: context %q: cluster %q does not exist", name, ctx.Cluster)
	}
	if err := k.Clusters[i].Cluster.addTo(config); err != nil {
		return nil, fmt.Errorf("kubeconfig: cluster %q: %w", ctx.Cluster, err)
	}
	if ctx.User == "" {
		return config, nil
	}
	i = slices.IndexFunc(k.Users, func(u namedUser) bool { return u.Name == ctx.User })
	if i < 0 {
		return nil, fmt.Errorf("kubeconfig: context %q: user %q does not exist", name, ctx.User)
	}
	if err := k.Users[i].User.addTo(config); err != nil {
		return nil, fmt.Errorf("kubeconfig: user %q: %w", ctx.User, err)
	}
	return config, nil
}

func (c cluster) addTo(config *Config) error {
	if c.Server == "" {
		return errors.New("no server defined")
	}
	config.Host = c.Server
	config.TLSClientConfig.CAData, config.TLSClientConfig.CAFile = string(c.CAData), c.CAFile
	config.TLSClientConfig.Insecure, config.TLSClientConfig.ServerName = c.Insecure, c.ServerName
	config.DisableCompression = c.DisableCompression
	if c.ProxyURL != "" {
		proxy, err := url.Parse(c.ProxyURL)
		if err != nil {
			return err
		}
		config.Proxy = http.ProxyURL(proxy)
	}
	return nil
}

func (u user) addTo(config *Config) error {
	if err := u.checkSupported(); err != nil {
		return err
	}
	config.BearerToken, config.BearerTokenFile = u.Token, u.TokenFile
	config.TLSClientConfig.CertData, config.TLSClientConfig.CertFile = string(u.CertData), u.CertFile
	config.TLSClientConfig.KeyData, config.TLSClientConfig.KeyFile = string(u.KeyData), u.KeyFile
	config.Impersonate = ImpersonationConfig{UserName: u.As, UID: u.AsUID, Groups: u.AsGroups, Extra: u.AsExtra}
	return nil
}

// checkSupported returns an error for credentials that this client does not support. If it ignored them, it would send
// requests as another user.
func (u user) checkSupported() error {
	switch {
	case u.Exec != nil:
		return fmt.Errorf("exec plugins are not supported (%s): use a token or a client certificate", u.Exec.Command)
	case u.AuthProvider != nil:
		return fmt.Errorf("auth providers are not supported (%s): use a token or a client certificate", u.AuthProvider.Name)
	case u.Username != "":
		return errors.New("basic authentication is not supported: use a token or a client certificate")
	}
	return nil
}

// kubeconfig is the file that kubectl reads, with the fields that this client uses. A context names a cluster, a user
// and a namespace. Upstream: clientcmd/api/v1.Config.
type kubeconfig struct {
	APIVersion     string         `json:"apiVersion"`
	Kind           string         `json:"kind"`
	Clusters       []namedCluster `json:"clusters"`
	Users          []namedUser    `json:"users"`
	Contexts       []namedContext `json:"contexts"`
	CurrentContext string         `json:"current-context"`
}

type namedCluster struct {
	Name    string  `json:"name"`
	Cluster cluster `json:"cluster"`
}

type namedUser struct {
	Name string `json:"name"`
	User user   `json:"user"`
}

type namedContext struct {
	Name    string      `json:"name"`
	Context kubeContext `json:"context"`
}

// cluster is a server and the CAs that it is verified with. []byte is base64 in the file.
type cluster struct {
	Server             string `json:"server"`
	CAFile             string `json:"certificate-authority,omitempty"`
	CAData             []byte `json:"certificate-authority-data,omitempty"`
	Insecure           bool   `json:"insecure-skip-tls-verify,omitempty"`
	ServerName         string `json:"tls-server-name,omitempty"`
	ProxyURL           string `json:"proxy-url,omitempty"`
	DisableCompression bool   `json:"disable-compression,omitempty"`
}

// user has a user's credentials.
type user struct {
	Token     string `json:"token,omitempty"`
	TokenFile string `json:"tokenFile,omitempty"`
	CertFile  string `json:"client-certificate,omitempty"`
	CertData  []byte `json:"client-certificate-data,omitempty"`
	KeyFile   string `json:"client-key,omitempty"`
	KeyData   []byte `json:"client-key-data,omitempty"`

	As       string              `json:"as,omitempty"`
	AsUID    string              `json:"as-uid,omitempty"`
	AsGroups []string            `json:"as-groups,omitempty"`
	AsExtra  map[string][]string `json:"as-user-extra,omitempty"`

	// Not supported: see user.checkSupported.
	Exec         *struct{ Command string } `json:"exec,omitempty"`
	AuthProvider *struct{ Name string }    `json:"auth-provider,omitempty"`
	Username     string                    `json:"username,omitempty"`
}

type kubeContext struct {
	Cluster   string `json:"cluster"`
	User      string `json:"user"`
	Namespace string `json:"namespace,omitempty"`
}

// kubeconfigName is the name of the cluster, the user and the context in a kubeconfig that MarshalKubeconfig writes.
const kubeconfigName = "kubepath"

// MarshalKubeconfig returns c as a kubeconfig (YAML) with one context: server, CA, token or client certificate,
// impersonation and namespace.
func MarshalKubeconfig(c *Config) ([]byte, error) {
	server, err := c.serverURL()
	if err != nil {
		return nil, err
	}
	return yaml.Marshal(kubeconfig{
		APIVersion:     "v1",
		Kind:           "Config",
		CurrentContext: kubeconfigName,
		Contexts: []namedContext{{Name: kubeconfigName, Context: kubeContext{
			Cluster: kubeconfigName, User: kubeconfigName, Namespace: c.DefaultNamespace,
		}}},
		Clusters: []namedCluster{{Name: kubeconfigName, Cluster: cluster{
			Server: strings.TrimSuffix(server.String(), "/"),
			CAData: []byte(c.TLSClientConfig.CAData), CAFile: absolute(c.TLSClientConfig.CAFile),
			Insecure: c.TLSClientConfig.Insecure, ServerName: c.TLSClientConfig.ServerName,
			DisableCompression: c.DisableCompression,
		}}},
		Users: []namedUser{{Name: kubeconfigName, User: user{
			Token: c.BearerToken, TokenFile: absolute(c.BearerTokenFile),
			CertData: []byte(c.TLSClientConfig.CertData), CertFile: absolute(c.TLSClientConfig.CertFile),
			KeyData: []byte(c.TLSClientConfig.KeyData), KeyFile: absolute(c.TLSClientConfig.KeyFile),
			As: c.Impersonate.UserName, AsUID: c.Impersonate.UID,
			AsGroups: c.Impersonate.Groups, AsExtra: c.Impersonate.Extra,
		}}},
	})
}

// absolute makes a path independent of the folder of the kubeconfig.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); path != "" && err == nil {
		return abs
	}
	return path
}

// WriteKubeconfig writes MarshalKubeconfig's bytes to a file that only its owner can read (0600).The file is
// replaced atomically. Upstream: clientcmd.WriteToFile.
func WriteKubeconfig(path string, c *Config) error {
	data, err := MarshalKubeconfig(c)
	if err != nil {
		return err
	}
	folder := filepath.Dir(path)
	if err := os.MkdirAll(folder, 0o700); err != nil {
		return err
	}
	tmp, err := os.CreateTemp(folder, ".kubeconfig-*") // 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name()) // fails once it is renamed
	_, err = tmp.Write(data)
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Rename(tmp.Name(), path)
}
