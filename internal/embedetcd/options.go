package embedetcd

import (
	"crypto/tls"
	"time"
)

// Options of an embedded etcd. The zero value is a temporary one that only this process can reach.
type Options struct {
	// DataDir keeps the data across restarts; each answered write is on disk. "": a temporary directory, removed
	// by Close, in which nothing waits for the disk.
	DataDir string

	// StartTimeout bounds Start; 0: a minute, and more for a large database.
	StartTimeout time.Duration

	// ListenClient is a TCP address (127.0.0.1:0) on which other clients are served too; "": none.
	// Server.Endpoint tells the address that it became.
	ListenClient string
	// TLS of ListenClient; nil: plain TCP.
	TLS *tls.Config
}
