package request

// kubeconfig is the file that kubectl reads, as far as this client uses it. Three named lists are joined by a context:
// this cluster, as this user, in this namespace. Upstream: clientcmd/api/v1.Config.
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

// cluster is a server and how to trust it. []byte is base64 in the file.
type cluster struct {
	Server             string `json:"server"`
	CAFile             string `json:"certificate-authority,omitempty"`
	CAData             []byte `json:"certificate-authority-data,omitempty"`
	Insecure           bool   `json:"insecure-skip-tls-verify,omitempty"`
	ServerName         string `json:"tls-server-name,omitempty"`
	ProxyURL           string `json:"proxy-url,omitempty"`
	DisableCompression bool   `json:"disable-compression,omitempty"`
}

// user is how to prove who is asking.
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

	// Refused: see user.refuse.
	Exec         *struct{ Command string } `json:"exec,omitempty"`
	AuthProvider *struct{ Name string }    `json:"auth-provider,omitempty"`
	Username     string                    `json:"username,omitempty"`
}

type kubeContext struct {
	Cluster   string `json:"cluster"`
	User      string `json:"user"`
	Namespace string `json:"namespace,omitempty"`
}
