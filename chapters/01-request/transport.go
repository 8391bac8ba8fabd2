package request

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"sync"
	"time"

	"golang.org/x/net/http/httpguts"
)

// RoundTripper returns the RoundTripper that RESTClientFor uses: it adds the identity headers, then calls
// WrapTransport's, then the transport. It is exported for protocols that upgrade the connection (exec, portforward).
// Upstream: rest.TransportFor.
func (c *Config) RoundTripper() (http.RoundTripper, error) {
	transport := c.Transport
	if transport == nil {
		tlsConfig, err := c.TLSClientConfig.config()
		if err != nil {
			return nil, err
		}
		transport = c.newTransport(tlsConfig)
	}
	if c.WrapTransport != nil {
		transport = c.WrapTransport(transport)
	}
	return c.withIdentity(transport)
}

// newTransport uses HTTP/2 if the server supports it (over TLS), so that one connection carries all requests and
// watches.
func (c *Config) newTransport(tlsConfig *tls.Config) *http.Transport {
	proxy := c.Proxy
	if proxy == nil {
		proxy = http.ProxyFromEnvironment
	}
	return &http.Transport{
		Proxy:               proxy,
		DialContext:         (&net.Dialer{Timeout: 30 * time.Second, KeepAlive: 30 * time.Second}).DialContext,
		TLSClientConfig:     tlsConfig,
		TLSHandshakeTimeout: 10 * time.Second,
		MaxIdleConnsPerHost: 25, // for servers without HTTP/2
		IdleConnTimeout:     90 * time.Second,
		DisableCompression:  c.DisableCompression,
		ForceAttemptHTTP2:   true,
		// A watch may be silent for minutes: pings detect a lost server.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
}

// config returns the tls.Config. It reads the files that t names.
func (t TLSClientConfig) config() (*tls.Config, error) {
	ca, err := dataOrFile(t.CAData, t.CAFile)
	if err != nil {
		return nil, err
	}
	config := &tls.Config{MinVersion: tls.VersionTLS12, ServerName: t.ServerName, InsecureSkipVerify: t.Insecure}
	switch {
	case len(ca) > 0 && t.Insecure:
		return nil, errors.New("specifying a root certificates file with the insecure flag is not allowed")
	case len(ca) > 0:
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(ca) {
			return nil, errors.New("unable to load root certificates: no certificate in the data")
		}
	}
	config.Certificates, err = t.certificates()
	return config, err
}

// certificates returns the client's certificate, if there is one.
func (t TLSClientConfig) certificates() ([]tls.Certificate, error) {
	cert, err := dataOrFile(t.CertData, t.CertFile)
	if err != nil {
		return nil, err
	}
	key, err := dataOrFile(t.KeyData, t.KeyFile)
	if err != nil || len(cert) == 0 && len(key) == 0 {
		return nil, err
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return nil, fmt.Errorf("client certificate: %w", err)
	}
	return []tls.Certificate{pair}, nil
}

// dataOrFile returns data, or the content of the file at path, or nothing.
func dataOrFile(data, path string) ([]byte, error) {
	if data != "" || path == "" {
		return []byte(data), nil
	}
	return os.ReadFile(path)
}

// identityRoundTripper adds the headers of token, impersonation and user agent to each request. Headers that the
// request has already are kept.
// Upstream: client-go/transport/round_trippers.go.
type identityRoundTripper struct {
	next   http.RoundTripper
	host   string      // after a redirect to another host, the headers are not sent
	header http.Header // the headers of every request
	token  *tokenFile  // nil: none
}

func (c *Config) withIdentity(next http.RoundTripper) (http.RoundTripper, error) {
	server, err := c.serverURL()
	if err != nil {
		return nil, err
	}
	id := &identityRoundTripper{next: next, host: server.Host, header: http.Header{}}
	id.header.Set("User-Agent", c.UserAgent)
	if c.UserAgent == "" {
		id.header.Set("User-Agent", DefaultUserAgent())
	}
	if c.BearerToken != "" {
		id.header.Set("Authorization", "Bearer "+c.BearerToken)
	}
	if c.BearerTokenFile != "" {
		if id.token, err = openTokenFile(c.BearerTokenFile, c.BearerToken); err != nil {
			return nil, err
		}
	}
	c.Impersonate.addTo(id.header)
	return id, nil
}

// DefaultUserAgent returns kubepath/VERSION (OS/ARCH). managedFields show the part before the slash.
func DefaultUserAgent() string {
	return fmt.Sprintf("kubepath/v1.36 (%s/%s)", runtime.GOOS, runtime.GOARCH)
}

// RoundTrip implements http.RoundTripper.
func (id *identityRoundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != id.host {
		return id.next.RoundTrip(req)
	}
	own := *req // a RoundTripper must not change its request
	own.Header = make(http.Header, len(req.Header)+len(id.header)+1)
	for key, values := range id.header {
		own.Header[key] = values
	}
	if id.token != nil {
		own.Header.Set("Authorization", "Bearer "+id.token.get())
	}
	for key, values := range req.Header {
		own.Header[key] = values
	}
	resp, err := id.next.RoundTrip(&own)
	if err == nil && resp.StatusCode == http.StatusUnauthorized && id.token != nil {
		id.token.refused()
	}
	return resp, err
}

// addTo writes the Impersonate headers. Upstream: transport.impersonatingRoundTripper.
func (i ImpersonationConfig) addTo(h http.Header) {
	if i.UserName != "" {
		h.Set("Impersonate-User", i.UserName)
	}
	if i.UID != "" {
		h.Set("Impersonate-Uid", i.UID)
	}
	for _, group := range i.Groups {
		h.Add("Impersonate-Group", group)
	}
	for key, values := range i.Extra {
		for _, value := range values {
			h.Add("Impersonate-Extra-"+escapeHeaderKey(key), value)
		}
	}
}

// escapeHeaderKey percent-encodes characters that a header name must not contain (acme.com/project has a slash).
func escapeHeaderKey(key string) string {
	var b strings.Builder
	for i := range len(key) {
		if c := key[i]; c != '%' && httpguts.IsTokenRune(rune(c)) {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// tokenFile is a bearer token that another process renews: a kubelet replaces a service account's token after 80 % of
// its lifetime. Upstream: transport.NewCachedFileTokenSource.
type tokenFile struct {
	path string

	mu    sync.Mutex
	token string
	fresh time.Time // until then, the file is not read again
}

// tokenFileFresh is one minute less ten seconds for the delay of a request.
const tokenFileFresh = 50 * time.Second

// openTokenFile reads the file. If that fails, it uses the initial token; without one, it returns the error.
func openTokenFile(path, initial string) (*tokenFile, error) {
	f := &tokenFile{path: path, token: initial}
	if err := f.read(); err != nil && initial == "" {
		return nil, err
	}
	return f, nil
}

func (f *tokenFile) read() error {
	data, err := os.ReadFile(f.path)
	if err != nil {
		return fmt.Errorf("failed to read token file %q: %w", f.path, err)
	}
	token := strings.TrimSpace(string(data))
	if token == "" {
		return fmt.Errorf("read empty token from file %q", f.path)
	}
	f.token, f.fresh = token, time.Now().Add(tokenFileFresh)
	return nil
}

// get returns the token, and reads the file again if the token is too old. If that fails, it returns the last token.
func (f *tokenFile) get() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !time.Now().Before(f.fresh) {
		_ = f.read()
	}
	return f.token
}

// refused makes the next get read the file: the server did not accept the token.
func (f *tokenFile) refused() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh = time.Time{}
}
