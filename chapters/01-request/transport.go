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

// RoundTripper is what RESTClientFor sends with, outermost first: who is asking, then WrapTransport, then the transport. It serves
// callers whose protocol is more than one request and one answer (exec, portforward).
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

// newTransport speaks HTTP/2 wherever the server does (over TLS), so that one connection carries all requests and watches.
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
		// A watch may be silent for minutes: pings find out whether the server is still there.
		HTTP2: &http.HTTP2Config{SendPingTimeout: 30 * time.Second, PingTimeout: 15 * time.Second},
	}
}

// config reads the files that t names.
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

// certificates are the client's own: one or none.
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

// dataOrFile is data, or what the file at path holds, or nothing.
func dataOrFile(data, path string) ([]byte, error) {
	if data != "" || path == "" {
		return []byte(data), nil
	}
	return os.ReadFile(path)
}

// identityRoundTripper adds to each request who is asking: token, impersonation, user agent. What the chain has set itself stays.
// Upstream: client-go/transport/round_trippers.go.
type identityRoundTripper struct {
	next   http.RoundTripper
	host   string      // secrets go to this host only, wherever a redirect leads
	header http.Header // what every request gets
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

// DefaultUserAgent begins with the name that managedFields show: kubepath.
func DefaultUserAgent() string {
	return fmt.Sprintf("kubepath/v1.36 (%s/%s)", runtime.GOOS, runtime.GOARCH)
}

// RoundTrip implements http.RoundTripper.
func (id *identityRoundTripper) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.URL.Host != id.host {
		return id.next.RoundTrip(req)
	}
	own := *req // a RoundTripper may not change its request
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

// escapeHeaderKey percent-encodes what may not stand in the name of a header (acme.com/project has a slash).
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

// tokenFile is a bearer token that someone else renews: a kubelet replaces a service account's token at 80 % of its
// life. Upstream: transport.NewCachedFileTokenSource.
type tokenFile struct {
	path string

	mu    sync.Mutex
	token string
	fresh time.Time // until then, the file is not read again
}

// tokenFileFresh is a minute, less the ten seconds that a token may travel.
const tokenFileFresh = 50 * time.Second

// openTokenFile reads the file. One that cannot be read is an error only where there is no token to begin with.
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

// get is the token, read again when it is due. While the file cannot be read, the last token stays.
func (f *tokenFile) get() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !time.Now().Before(f.fresh) {
		_ = f.read()
	}
	return f.token
}

// refused makes the next get read the file.
func (f *tokenFile) refused() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.fresh = time.Time{}
}
