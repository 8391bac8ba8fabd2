package request

import (
	"fmt"
	"os"
	"strings"
	"sync"
	"time"
)

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
