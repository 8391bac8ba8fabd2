package request

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
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

// newTransport speaks HTTP/2 wherever the server does (over TLSClientConfig), so that one connection carries all requests and watches.
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
