package request_test

import (
	"encoding/pem"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	request "kubepath/chapters/01-request"
)

// caOf is the PEM of a test server's certificate.
func caOf(s *httptest.Server) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: s.Certificate().Raw}))
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestTrust(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "HTTP/%d %s", r.ProtoMajor, r.TLS.ServerName)
	}))
	server.EnableHTTP2 = true
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.StartTLS()
	t.Cleanup(server.Close)
	ca := caOf(server)
	host := strings.TrimPrefix(server.URL, "https://")
	for _, row := range []struct {
		says, host string
		tls        request.TLSClientConfig
		want, err  string
	}{
		{"CA data is trusted, over HTTP/2", server.URL, request.TLSClientConfig{CAData: ca}, "HTTP/2 ", ""},
		{"a CA file is trusted", server.URL, request.TLSClientConfig{CAFile: write(t, "ca.pem", ca)}, "HTTP/2 ", ""},
		{"data goes before a file", server.URL, request.TLSClientConfig{CAData: ca, CAFile: "no such file"}, "HTTP/2 ", ""},
		{"insecure trusts anything", server.URL, request.TLSClientConfig{Insecure: true}, "HTTP/2 ", ""},
		{"a server name is asked for", server.URL, request.TLSClientConfig{CAData: ca, ServerName: "example.com"}, "HTTP/2 example.com", ""},
		{"a host without a scheme is https where TLS is set", host, request.TLSClientConfig{CAData: ca}, "HTTP/2 ", ""},
		{"a stranger is not trusted", server.URL, request.TLSClientConfig{}, "", "unknown authority"},
		{"another name is not trusted", server.URL, request.TLSClientConfig{CAData: ca, ServerName: "elsewhere"}, "", "not elsewhere"},
		{"a CA and insecure contradict each other", server.URL, request.TLSClientConfig{CAData: ca, Insecure: true}, "", "not allowed"},
		{"a CA must be PEM", server.URL, request.TLSClientConfig{CAData: "rubbish"}, "", "no certificate in the data"},
		{"a CA file must be there", server.URL, request.TLSClientConfig{CAFile: "no such file"}, "", "no such file"},
		{"a certificate needs its key", server.URL, request.TLSClientConfig{CAData: ca, CertData: ca}, "", "client certificate"},
	} {
		t.Run(row.says, func(t *testing.T) {
			t.Parallel()
			var got []byte
			c, err := request.RESTClientFor(&request.Config{Host: row.host, TLSClientConfig: row.tls})
			if err == nil {
				got, err = c.Get().MaxRetries(0).DoRaw(t.Context())
			}
			if string(got) != row.want || (err == nil) != (row.err == "") || !strings.Contains(text(err), row.err) {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

func TestAHostMustBeAServer(t *testing.T) {
	t.Parallel()
	for _, host := range []string{"", "server/path", "http://[::1"} {
		if _, err := request.RESTClientFor(&request.Config{Host: host}); err == nil {
			t.Errorf("%q was taken", host)
		}
	}
}

func TestEveryRequestSaysWhoAsks(t *testing.T) {
	t.Parallel()
	transport, seen := recorder()
	c := clientOver(t, transport, request.Config{
		BearerToken: "secret",
		UserAgent:   "me/1",
		Impersonate: request.ImpersonationConfig{UserName: "jane", UID: "7", Groups: []string{"a", "b"}, Extra: map[string][]string{"acme.com/team": {"x"}}},
	})
	if err := c.Get().Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	h := (*seen)[0].header
	for name, want := range map[string]string{
		"Accept":                                 "application/json, */*",
		"Authorization":                          "Bearer secret",
		"User-Agent":                             "me/1",
		"Impersonate-User":                       "jane",
		"Impersonate-Uid":                        "7",
		"Impersonate-Group":                      "a,b",
		"Impersonate-Extra-" + "Acme.com%2fteam": "x",
	} {
		if got := strings.Join(h.Values(name), ","); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
}

func TestAHeaderOfTheChainGoesBeforeTheClients(t *testing.T) {
	t.Parallel()
	transport, seen := recorder()
	c := clientOver(t, transport, request.Config{BearerToken: "secret"})
	err := c.Get().SetHeader("authorization", "Bearer other").SetHeader("Accept", "text/plain").Do(t.Context()).Error()
	if err != nil {
		t.Fatal(err)
	}
	h := (*seen)[0].header
	if h.Get("Authorization") != "Bearer other" || h.Get("Accept") != "text/plain" {
		t.Errorf("sent %v", h)
	}
}

func TestTheTokenStaysWithTheServer(t *testing.T) {
	t.Parallel()
	var hosts []string
	c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
		hosts = append(hosts, r.URL.Host+" "+r.Header.Get("Authorization"))
		if r.URL.Host == "server" {
			return answer(302, "", "Location: http://elsewhere/"), nil
		}
		return answer(200, success), nil
	}), request.Config{BearerToken: "secret"})
	if err := c.Get().Do(t.Context()).Error(); err != nil {
		t.Fatal(err)
	}
	if got := strings.Join(hosts, ", "); got != "server Bearer secret, elsewhere " {
		t.Errorf("sent to %s", got)
	}
}

func TestATokenFileIsReadAgain(t *testing.T) {
	t.Parallel()
	path := write(t, "token", "first\n")
	synctest.Test(t, func(t *testing.T) {
		code, token := 200, ""
		c := clientOver(t, roundTrip(func(r *http.Request) (*http.Response, error) {
			token = strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer ")
			return answer(code, success), nil
		}), request.Config{BearerTokenFile: path, BearerToken: "initial"})
		expect := func(when, want string) {
			t.Helper()
			_ = c.Get().Do(t.Context()).Error()
			if token != want {
				t.Errorf("%s: sent %s, want %s", when, token, want)
			}
		}
		replace := func(text string) {
			if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
				t.Fatal(err)
			}
		}
		expect("the file goes before the token", "first")
		replace("second")
		time.Sleep(49 * time.Second)
		expect("within the minute", "first")
		time.Sleep(time.Second)
		expect("after it", "second")
		replace("third")
		code = 401
		expect("when it is refused", "second")
		expect("after it was refused", "third")
		if err := os.Remove(path); err != nil {
			t.Fatal(err)
		}
		expect("while the file is gone", "third")
	})
}

func TestATokenFileMustHoldAToken(t *testing.T) {
	t.Parallel()
	for _, path := range []string{"no such file", write(t, "token", " \n")} {
		if _, err := request.RESTClientFor(&request.Config{Host: "s", BearerTokenFile: path}); err == nil {
			t.Errorf("%s was taken", path)
		}
	}
}

func TestWrapTransportSeesEachAttemptAsItIsSent(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var seen []sent
		answers := []*http.Response{answer(429, busy, "Retry-After: 1"), answer(200, success)}
		c := clientOver(t, roundTrip(func(*http.Request) (*http.Response, error) {
			return answers[len(seen)-1], nil
		}), request.Config{BearerToken: "secret", WrapTransport: func(next http.RoundTripper) http.RoundTripper {
			return roundTrip(func(r *http.Request) (*http.Response, error) {
				record(&seen, r)
				return next.RoundTrip(r)
			})
		}})
		if err := c.Get().Do(t.Context()).Error(); err != nil {
			t.Fatal(err)
		}
		if len(seen) != 2 || seen[0].header.Get("Authorization") != "Bearer secret" || seen[1].uri != seen[0].uri {
			t.Errorf("saw %v", seen)
		}
	})
}

func TestAConfigDoesNotPrintItsSecrets(t *testing.T) {
	t.Parallel()
	c := request.Config{Host: "https://s", GroupVersion: v1, BearerToken: "secret", TLSClientConfig: request.TLSClientConfig{KeyData: "secret"}}
	for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
		for _, v := range []any{c, &c} {
			if got := fmt.Sprintf(format, v); strings.Contains(got, "secret") || !strings.Contains(got, "https://s") {
				t.Errorf("%s prints %s", format, got)
			}
		}
	}
}
