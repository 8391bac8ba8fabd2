package etcd3

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"

	storage "kubepath/chapters/05-storage"
	"kubepath/internal/embedetcd"
)

func TestDialReachesAnEtcdOverTCPAndTLS(t *testing.T) {
	t.Parallel()
	certs := newCerts(t)
	for name, row := range map[string]struct {
		serve  *tls.Config
		scheme string
		dial   TransportConfig
	}{
		"TCP": {scheme: "http://"},
		"TLS": {serve: certs.server, scheme: "https://",
			dial: TransportConfig{TrustedCAFile: certs.ca, CertFile: certs.cert, KeyFile: certs.key}},
	} {
		t.Run(name, func(t *testing.T) {
			server, err := embedetcd.Start(t.Context(), embedetcd.Options{ListenClient: "127.0.0.1:0", TLS: row.serve})
			if err != nil {
				t.Fatal(err)
			}
			defer server.Close()
			row.dial.ServerList = []string{row.scheme + server.Endpoint()}
			client, err := Dial(t.Context(), row.dial)
			if err != nil {
				t.Fatal(err)
			}
			defer client.Close()
			s := Open(podConfig(t, client))
			w, err := s.Watch(t.Context(), "/pods", storage.ListOptions{Recursive: true})
			if err != nil {
				t.Fatal(err)
			}
			defer w.Stop()
			mustCreate(t, s, "x")
			if e := <-w.ResultChan(); e.Object.(*corev1.Pod).Name != "x" {
				t.Errorf("the watch saw %v", e)
			}
			if err := HealthCheck(client, "")(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestDialSaysInTimeWhyEtcdIsNotReachable(t *testing.T) {
	t.Parallel()
	certs := newCerts(t)
	server, err := embedetcd.Start(t.Context(), embedetcd.Options{ListenClient: "127.0.0.1:0", TLS: certs.server})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	closed := closedPort(t)
	for _, row := range []struct {
		name string
		dial TransportConfig
		want string
	}{
		{"nobody listens", TransportConfig{ServerList: []string{closed}}, "connection refused"},
		{"the certificate is of an unknown authority", TransportConfig{ServerList: []string{"https://" + server.Endpoint()}}, "certificate"},
		{"the server wants TLS", TransportConfig{ServerList: []string{"http://" + server.Endpoint()}}, "is not reachable within"},
		{"a file is missing", TransportConfig{ServerList: []string{closed}, TrustedCAFile: "missing.pem"}, "missing.pem: no such file"},
		{"no endpoint is given", TransportConfig{}, "no available endpoints"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.dial.DialTimeout = 2 * time.Second
			began := time.Now()
			client, err := Dial(context.WithoutCancel(t.Context()), row.dial)
			if err == nil {
				client.Close()
				t.Fatal("it was reached")
			}
			if !strings.Contains(err.Error(), row.want) || !strings.Contains(err.Error(), "etcd at "+row.dial.String()) {
				t.Errorf("got  %v\nwant %s", err, row.want)
			}
			if took := time.Since(began); took > 4*time.Second {
				t.Errorf("it took %v", took)
			}
		})
	}
}

func TestTheDefaultPatienceOfDialIsFiveSeconds(t *testing.T) {
	t.Parallel()
	began := time.Now()
	client, err := Dial(t.Context(), TransportConfig{ServerList: []string{closedPort(t)}})
	if err == nil {
		client.Close()
		t.Fatal("it was reached")
	}
	if took := time.Since(began); took > 5500*time.Millisecond {
		t.Errorf("it took %v", took)
	}
}

func TestAnEtcdThatIsGoneIsNotHealthy(t *testing.T) {
	t.Parallel()
	server, err := embedetcd.Start(t.Context(), embedetcd.Options{})
	if err != nil {
		t.Fatal(err)
	}
	check := HealthCheck(server.Client(), "/registry")
	if err := check(t.Context()); err != nil {
		t.Fatal(err)
	}
	server.Close()
	if err := check(t.Context()); err == nil {
		t.Error("it is still healthy")
	}
}

// closedPort is an address on which nobody listens.
func closedPort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return "http://" + l.Addr().String()
}

// certs are files of one certificate that signs itself, for server and client.
type certs struct {
	ca, cert, key string
	server        *tls.Config
}

func newCerts(t *testing.T) certs {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := &x509.Certificate{
		SerialNumber:          big.NewInt(1),
		NotAfter:              time.Now().Add(time.Hour),
		IPAddresses:           []net.IP{net.IPv4(127, 0, 0, 1)},
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth, x509.ExtKeyUsageClientAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		t.Fatal(err)
	}
	keyDER, err := x509.MarshalECPrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write := func(name, kind string, der []byte) string {
		path := filepath.Join(dir, name)
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	c := certs{cert: write("cert.pem", "CERTIFICATE", der), key: write("key.pem", "EC PRIVATE KEY", keyDER)}
	c.ca = c.cert
	pair, err := tls.LoadX509KeyPair(c.cert, c.key)
	if err != nil {
		t.Fatal(err)
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	c.server = &tls.Config{Certificates: []tls.Certificate{pair}, ClientCAs: pool, ClientAuth: tls.RequireAndVerifyClientCert}
	return c
}
