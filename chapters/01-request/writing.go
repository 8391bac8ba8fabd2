package request

import (
	"os"
	"path/filepath"
	"strings"

	"sigs.k8s.io/yaml"
)

// kubeconfigName is what the cluster, the user and the context are called in a kubeconfig of ours.
const kubeconfigName = "kubepath"

// MarshalKubeconfig is a kubeconfig (YAML) with one context, with which kubectl asks what c asks: server, trust, token or
// client certificate, impersonation and namespace.
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

// absolute keeps a file found wherever the kubeconfig is put.
func absolute(path string) string {
	if abs, err := filepath.Abs(path); path != "" && err == nil {
		return abs
	}
	return path
}

// WriteKubeconfig writes MarshalKubeconfig's bytes to a file that only its owner can read (0600). A reader sees the old
// file or the new one, never half of it. Upstream: clientcmd.WriteToFile.
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
