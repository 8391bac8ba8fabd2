package request

import (
	"fmt"
	"net/http"
	"runtime"
	"strings"

	"golang.org/x/net/http/httpguts"
)

// identity adds to each request who is asking: token, impersonation, user agent. What the chain has set itself stays.
// Upstream: client-go/transport/round_trippers.go.
type identity struct {
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
	id := &identity{next: next, host: server.Host, header: http.Header{}}
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
func (id *identity) RoundTrip(req *http.Request) (*http.Response, error) {
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
