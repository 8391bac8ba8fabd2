package server

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strconv"
)

// Serving says where and with which certificate a server is reached. Upstream: options.SecureServingOptions.
type SecureServingOptions struct {
	BindAddress string // "": all addresses
	BindPort    int    // 0: any that is free

	// CertFile and KeyFile, PEM; both empty: a self-signed certificate for Names, kept in CertDir.
	CertFile, KeyFile string
	// CertDirectory is where a self-signed certificate is kept as apiserver.crt and apiserver.key, so that clients who trust it
	// still do after a restart. "": in memory, new each time.
	CertDirectory string
	// AlternateNames are the host names and addresses of a self-signed certificate beside localhost.
	AlternateNames []string

	// ClientCAs, where set, has clients asked for a certificate; none is demanded and none verified here: an authenticator
	// does that.
	ClientCAs *x509.CertPool
}

// Listen listens with TLS; clients can choose HTTP/2. The certificate is what clients have to trust, as PEM.
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

// ListenLoopback listens on this machine only, without TLS: for tools and demos beside the server.
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

// keptKeyPair is the pair in CertDir, which is made if it is missing.
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
