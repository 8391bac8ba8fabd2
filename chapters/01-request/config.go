package request

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// The client-side rate limit if a Config sets none, as in client-go.
const (
	DefaultQPS   float32 = 5
	DefaultBurst int     = 10
)

// Config is the configuration of a client. Only Host is required. Upstream: rest.Config.
type Config struct {
	// Host is the server: a URL, or host:port, which is https if TLSClientConfig is set and http otherwise. A path in
	// the URL is a prefix of every request's path (for a server behind a proxy).
	Host string
	// GroupVersion is the group version of the client's requests. Empty: every request needs AbsPath.
	GroupVersion schema.GroupVersion
	// APIPath is the path above the group version. "": /api for the core group, /apis for the others.
	APIPath string
	// DefaultNamespace is the namespace of the kubeconfig's context. The client does not use it: a request has only the
	// namespace that Namespace sets.
	DefaultNamespace string

	// Codec turns objects into bytes and back. Nil: JSON(nil).
	Codec Codec
	// Namespaced reports whether a resource is namespaced, if that is known. A request with a namespace for a
	// cluster-scoped resource then fails before it is sent. Nil: nothing is known.
	Namespaced func(resource string) (namespaced, known bool)

	TLSClientConfig TLSClientConfig
	// BearerToken is sent with each request that has no Authorization header.
	BearerToken string
	// BearerTokenFile is a file with the token, used instead of BearerToken. It is read again each minute and after a
	// 401.
	BearerTokenFile string
	Impersonate     ImpersonationConfig
	UserAgent       string // "": DefaultUserAgent()

	// QPS is the maximum rate of requests per second, after a burst of Burst. 0: 5 and 10; negative QPS: no limit.
	QPS   float32
	Burst int
	// RateLimiter replaces QPS and Burst; several clients can share one.
	RateLimiter RateLimiter
	// Timeout of a request, watches included. 0: none.
	Timeout time.Duration

	// WarningHandler receives the text of each Warning header. Nil: dropped (Result.Warnings has them).
	WarningHandler func(text string)
	// WrapTransport wraps the transport in another RoundTripper, which sees each attempt with all its headers, for
	// example for tracing. Nil: none.
	WrapTransport func(http.RoundTripper) http.RoundTripper
	// Transport replaces the transport that is made from TLSClientConfig, Proxy and DisableCompression.
	Transport http.RoundTripper
	// Proxy for a request. Nil: http.ProxyFromEnvironment.
	Proxy              func(*http.Request) (*url.URL, error)
	DisableCompression bool
}

// TLSClientConfig has the CAs that the client trusts and the client's certificate. Data takes precedence over File. The
// zero value trusts the CAs of the system. Upstream: rest.TLSClientConfig.
type TLSClientConfig struct {
	CAData, CAFile     string // PEM; or its path
	CertData, CertFile string // the client's certificate
	KeyData, KeyFile   string
	ServerName         string // checked instead of the URL's host
	Insecure           bool   // the server's certificate is not verified
}

// ImpersonationConfig asks the server to act as another user. Upstream: rest.ImpersonationConfig.
type ImpersonationConfig struct {
	UserName string
	UID      string
	Groups   []string
	Extra    map[string][]string
}

// String returns the server and the kind of identity, without secrets.
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

// serverURL returns Host as a URL whose path ends in a slash. Upstream: rest.DefaultServerURL.
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
