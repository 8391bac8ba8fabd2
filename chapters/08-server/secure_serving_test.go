package server

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// runTLS runs a server behind TLS and returns its base URL and a client that trusts its certificate.
func runTLS(t *testing.T, s *GenericAPIServer, serving SecureServingOptions) (url string, client *http.Client) {
	t.Helper()
	serving.BindAddress = "127.0.0.1"
	listener, certificate, err := serving.Listen()
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	done := make(chan error, 1)
	go func() { done <- s.Run(ctx, listener) }()
	roots := x509.NewCertPool()
	roots.AppendCertsFromPEM(certificate)
	transport := &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}, ForceAttemptHTTP2: true}
	t.Cleanup(func() {
		transport.CloseIdleConnections()
		stop()
		if err := <-done; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	return "https://" + listener.Addr().String(), &http.Client{Transport: transport}
}

func TestClientsGetHTTP2OverTLS(t *testing.T) {
	t.Parallel()
	url, client := runTLS(t, newServer(t, Config{}), SecureServingOptions{})
	answer, err := client.Get(url + "/healthz")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if data, _ := io.ReadAll(answer.Body); answer.ProtoMajor != 2 || string(data) != "ok" {
		t.Errorf("%s %q, want HTTP/2 and ok", answer.Proto, data)
	}
}

func TestAnHTTP2RequestTimesOut(t *testing.T) {
	t.Parallel()
	s := newServer(t, Config{RequestTimeout: 50 * time.Millisecond})
	s.Handle("/slow", http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }))
	url, client := runTLS(t, s, SecureServingOptions{})
	answer, err := client.Get(url + "/slow")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if got := status(t, answer); got.Message != timeoutMessage {
		t.Errorf("answer: %+v", got)
	}
}

func TestASelfSignedCertificateIsKept(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "pki")
	serving := SecureServingOptions{BindAddress: "127.0.0.1", CertDirectory: dir, AlternateNames: []string{"example.com", "10.0.0.1"}}
	var certificates [2]string
	for i := range certificates {
		listener, certificate, err := serving.Listen()
		if err != nil {
			t.Fatal(err)
		}
		listener.Close()
		certificates[i] = string(certificate)
	}
	if certificates[0] != certificates[1] {
		t.Error("the second start has another certificate: clients that trusted the first are lost")
	}
	for name, mode := range map[string]os.FileMode{"apiserver.crt": 0o644, "apiserver.key": 0o600} {
		if info, err := os.Stat(filepath.Join(dir, name)); err != nil || info.Mode().Perm() != mode {
			t.Errorf("%s: %v %v, want mode %v", name, info, err, mode)
		}
	}
}

func TestASelfSignedCertificateNamesTheServer(t *testing.T) {
	t.Parallel()
	pair, err := selfSigned([]string{"example.com", "10.0.0.1"})
	if err != nil {
		t.Fatal(err)
	}
	keys, err := tls.X509KeyPair(pair.cert, pair.key)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"localhost", "127.0.0.1", "::1", "kubernetes.default.svc", "example.com", "10.0.0.1"} {
		if err := keys.Leaf.VerifyHostname(name); err != nil {
			t.Error(err)
		}
	}
}

func TestACertificateThatIsMissingIsAnError(t *testing.T) {
	t.Parallel()
	if _, _, err := (SecureServingOptions{CertFile: "/none.crt", KeyFile: "/none.key"}).Listen(); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("Listen: %v", err)
	}
}
