package request

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The client-side rate limit where a Config names none, as in client-go.
const (
	DefaultQPS   float32 = 5
	DefaultBurst int     = 10
)

// Config is all that a client is made from. Only Host is required. Upstream: rest.Config.
type Config struct {
	// Host is the server: a URL, or host:port, which is https if TLSClientConfig is set and http otherwise. A path in the URL stands
	// in front of every request's path (a proxy that moved the API).
	Host string
	// GroupVersion is what the client speaks. Empty: none; every request begins with AbsPath.
	GroupVersion schema.GroupVersion
	// APIPath is where group versions live. "": /api for the group without a name, /apis for the others.
	APIPath string
	// DefaultNamespace is the namespace that a kubeconfig's context names. It is for the caller: a chain's namespace is
	// only what Namespace sets.
	DefaultNamespace string

	// Codec turns objects into bytes and back. Nil: JSON(nil).
	Codec Codec
	// Namespaced says whether a resource lives in namespaces, as far as is known. A request with a namespace for a
	// resource that has none is then refused before it is sent. Nil: nothing is known.
	Namespaced func(resource string) (namespaced, known bool)

	TLSClientConfig TLSClientConfig
	// BearerToken is sent with each request that has no Authorization header.
	BearerToken string
	// BearerTokenFile holds the token in place of BearerToken. It is read again each minute and after a 401.
	BearerTokenFile string
	Impersonate     ImpersonationConfig
	UserAgent       string // "": DefaultUserAgent()

	// QPS is the requests per second that this client sends at most, after a burst of Burst. 0: 5 and 10; negative QPS: no
	// limit.
	QPS   float32
	Burst int
	// RateLimiter in place of QPS and Burst: one for several clients.
	RateLimiter RateLimiter
	// Timeout of a request, watches included. 0: none.
	Timeout time.Duration

	// WarningHandler receives the text of each Warning header. Nil: dropped (Result.Warnings has them).
	WarningHandler func(text string)
	// WrapTransport puts a RoundTripper around the transport. It sees each attempt with all its headers: the seam for
	// tracing. Nil: none.
	WrapTransport func(http.RoundTripper) http.RoundTripper
	// Transport in place of the one made from TLSClientConfig, Proxy and DisableCompression.
	Transport http.RoundTripper
	// Proxy for a request. Nil: http.ProxyFromEnvironment.
	Proxy              func(*http.Request) (*url.URL, error)
	DisableCompression bool
}

// TLSClientConfig says whom to trust and how to prove who we are. Data goes before File. The zero value trusts what the system
// trusts. Upstream: rest.TLSClientConfig.
type TLSClientConfig struct {
	CAData, CAFile     string // PEM; or its path
	CertData, CertFile string // the client's certificate
	KeyData, KeyFile   string
	ServerName         string // in place of the URL's host
	Insecure           bool   // any certificate will do
}

// ImpersonationConfig asks the server to act as another user. Upstream: rest.ImpersonationConfig.
type ImpersonationConfig struct {
	UserName string
	UID      string
	Groups   []string
	Extra    map[string][]string
}

// String says which server and who asks, without the secrets.
func (c Config) String() string {
	who := "anonymous"
	switch {
	case c.BearerToken != "" || c.BearerTokenFile != "":
		who = "token"
	case c.TLSClientConfig.CertData != "" || c.TLSClientConfig.CertFile != "":
		who = "client certificate"
	}
	return fmt.Sprintf("%s %s (%s)", c.Host, c.GroupVersion, who)
}

// GoString keeps secrets out of %#v.
func (c Config) GoString() string { return "request.Config{" + c.String() + "}" }

// serverURL is Host as a URL whose path ends in a slash. Upstream: rest.DefaultServerURL.
func (c *Config) serverURL() (*url.URL, error) {
	if c.Host == "" {
		return nil, fmt.Errorf("host must be a URL or a host:port pair")
	}
	u, err := url.Parse(c.Host)
	if err != nil || u.Scheme == "" || u.Host == "" {
		scheme := "http://"
		if c.TLSClientConfig != (TLSClientConfig{}) {
			scheme = "https://"
		}
		if u, err = url.Parse(scheme + c.Host); err != nil {
			return nil, err
		}
		if strings.Trim(u.Path, "/") != "" {
			return nil, fmt.Errorf("host must be a URL or a host:port pair: %q", c.Host)
		}
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	u.RawQuery, u.Fragment = "", ""
	return u, nil
}
