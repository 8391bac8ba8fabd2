package server

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"time"
)

// SecureServingOptions are the address and the certificate of a server. Upstream: options.SecureServingOptions.
type SecureServingOptions struct {
	BindAddress string // "": all addresses
	BindPort    int    // 0: a free port

	// CertFile and KeyFile are PEM files; both empty: a self-signed certificate.
	CertFile, KeyFile string
	// CertDirectory has the self-signed certificate as apiserver.crt and apiserver.key, so that clients still trust it
	// after a restart. "": a new certificate for each start, in memory.
	CertDirectory string
	// AlternateNames are more host names and addresses for a self-signed certificate, beside localhost.
	AlternateNames []string

	// ClientCAs, if set, makes the server request a client certificate. It is optional, and an authenticator verifies
	// it.
	ClientCAs *x509.CertPool
}

// Listen listens with TLS and HTTP/2. certificate is the certificate that clients must trust, as PEM.
func (s SecureServingOptions) Listen() (listener net.Listener, certificate []byte, err error) {
	pair, err := s.certificate()
	if err != nil {
		return nil, nil, fmt.Errorf("serving certificate: %w", err)
	}
	keys, err := tls.X509KeyPair(pair.cert, pair.key)
	if err != nil {
		return nil, nil, fmt.Errorf("serving certificate: %w", err)
	}
	config := &tls.Config{
		Certificates: []tls.Certificate{keys},
		MinVersion:   tls.VersionTLS12,
		NextProtos:   []string{"h2", "http/1.1"},
	}
	if s.ClientCAs != nil {
		config.ClientAuth, config.ClientCAs = tls.RequestClientCert, s.ClientCAs
	}
	plain, err := net.Listen("tcp", net.JoinHostPort(s.BindAddress, strconv.Itoa(s.BindPort)))
	if err != nil {
		return nil, nil, err
	}
	return tls.NewListener(plain, config), pair.cert, nil
}

// ListenLoopback listens on 127.0.0.1, without TLS, for tools and demos.
func ListenLoopback(port int) (net.Listener, error) {
	return net.Listen("tcp", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
}

// keyPair is a certificate with its key, both PEM.
type keyPair struct {
	cert, key []byte
}

func (s SecureServingOptions) certificate() (keyPair, error) {
	switch {
	case s.CertFile != "" || s.KeyFile != "":
		return readKeyPair(s.CertFile, s.KeyFile)
	case s.CertDirectory == "":
		return selfSigned(s.AlternateNames)
	}
	return s.keptKeyPair()
}

// keptKeyPair returns the key pair in CertDirectory, and makes it if it is missing.
func (s SecureServingOptions) keptKeyPair() (keyPair, error) {
	cert, key := filepath.Join(s.CertDirectory, "apiserver.crt"), filepath.Join(s.CertDirectory, "apiserver.key")
	if pair, err := readKeyPair(cert, key); err == nil {
		return pair, nil
	} else if !os.IsNotExist(err) {
		return keyPair{}, err
	}
	pair, err := selfSigned(s.AlternateNames)
	if err != nil {
		return keyPair{}, err
	}
	if err := os.MkdirAll(s.CertDirectory, 0o755); err != nil {
		return keyPair{}, err
	}
	if err := os.WriteFile(key, pair.key, 0o600); err != nil {
		return keyPair{}, err
	}
	return pair, os.WriteFile(cert, pair.cert, 0o644)
}

func readKeyPair(certFile, keyFile string) (keyPair, error) {
	cert, err := os.ReadFile(certFile)
	if err != nil {
		return keyPair{}, err
	}
	key, err := os.ReadFile(keyFile)
	return keyPair{cert, key}, err
}

// The validity of a self-signed certificate: from an hour ago, for clients whose clocks are late, for a year.
const (
	certBegins = -time.Hour
	certLives  = 365 * 24 * time.Hour
)

// selfSigned makes a certificate that is its own CA: a client trusts the certificate itself. A key with an elliptic
// curve takes a millisecond; an RSA key would take half a second.
//
// Upstream: cert.GenerateSelfSignedCertKey.
func selfSigned(names []string) (keyPair, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return keyPair{}, err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return keyPair{}, err
	}
	now := time.Now()
	template := &x509.Certificate{
		SerialNumber:          serial,
		Subject:               pkix.Name{CommonName: "kubepath"},
		NotBefore:             now.Add(certBegins),
		NotAfter:              now.Add(certLives),
		KeyUsage:              x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
		ExtKeyUsage:           []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
		BasicConstraintsValid: true,
		IsCA:                  true,
	}
	nameCertificate(template, names)
	der, err := x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key)
	if err != nil {
		return keyPair{}, err
	}
	keyDER, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return keyPair{}, err
	}
	return keyPair{
		cert: pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}),
		key:  pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER}),
	}, nil
}

// nameCertificate adds the names of the server: localhost, the names inside of a cluster, and the caller's.
func nameCertificate(c *x509.Certificate, names []string) {
	always := []string{
		"localhost", "127.0.0.1", "::1",
		"kubernetes", "kubernetes.default", "kubernetes.default.svc", "kubernetes.default.svc.cluster.local",
	}
	for _, name := range slices.Concat(always, names) {
		if ip := net.ParseIP(name); ip != nil {
			c.IPAddresses = append(c.IPAddresses, ip)
		} else if !slices.Contains(c.DNSNames, name) {
			c.DNSNames = append(c.DNSNames, name)
		}
	}
}
