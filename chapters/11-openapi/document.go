package openapi

import (
	"bytes"
	"compress/gzip"
	"crypto/sha512"
	"fmt"
	"io"
	"net/http"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/munnerz/goautoneg"
)

// document is a text that is made for its first request, and cached compressed: this takes a tenth of the memory, and
// most clients accept it.
type document struct {
	lastModified time.Time
	json         func() (encodedDocument, error)
	pb           func() (encodedDocument, error)
}

// encodedDocument is a document in one media type.
type encodedDocument struct {
	gzipped []byte
	etag    string // the hash of the JSON, for all media types
}

// newDocument returns a document. It calls json and protobuf once each, to make its forms.
func (m *documentBuilds) newDocument(json func() ([]byte, error), protobuf func(json []byte) ([]byte, error)) *document {
	d := &document{lastModified: time.Now()}
	d.json = sync.OnceValues(func() (t encodedDocument, err error) {
		m.exclusive(func() {
			var body []byte
			if body, err = json(); err == nil {
				t = newEncodedDocument(body)
			}
		})
		return t, err
	})
	d.pb = sync.OnceValues(func() (encodedDocument, error) {
		t, err := d.json()
		if err != nil {
			return encodedDocument{}, err
		}
		m.exclusive(func() {
			var body []byte
			if body, err = t.decompress(); err == nil {
				body, err = protobuf(body)
			}
			t.gzipped = compress(body)
		})
		return t, err
	})
	return d
}

func newEncodedDocument(body []byte) encodedDocument {
	return encodedDocument{compress(body), fmt.Sprintf("%X", sha512.Sum512(body))}
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	_, _ = w.Write(body) // to memory: cannot fail
	_ = w.Close()
	return bytes.Clone(out.Bytes())
}

func (t encodedDocument) decompress() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(t.gzipped))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// documentMediaType is a media type in which a document is served.
type documentMediaType struct {
	accepted, returned string
	of                 func(*document) (encodedDocument, error)
}

func asJSON(d *document) (encodedDocument, error)     { return d.json() }
func asProtobuf(d *document) (encodedDocument, error) { return d.pb() }

// documentMediaTypes returns the media types of a version of OpenAPI: JSON, and protobuf with its current and its deprecated name.
func documentMediaTypes(version string) []documentMediaType {
	protobuf := "com.github.proto-openapi.spec." + version + ".v1.0+protobuf"
	deprecated := "com.github.proto-openapi.spec." + version + "@v1.0+protobuf"
	return []documentMediaType{
		{"json", "application/json", asJSON},
		{protobuf, "application/" + protobuf, asProtobuf},
		{deprecated, "application/" + protobuf, asProtobuf},
	}
}

// negotiateMediaType returns the preferred media type of an Accept header.
func negotiateMediaType(forms []documentMediaType, accept string) (documentMediaType, bool) {
	if accept == "" {
		accept = "*/*"
	}
	for _, clause := range goautoneg.ParseAccept(accept) {
		for _, f := range forms {
			if (clause.Type == "application" || clause.Type == "*") && (clause.SubType == f.accepted || clause.SubType == "*") {
				return f, true
			}
		}
	}
	return documentMediaType{}, false
}

// write writes a text, compressed or not, or 304 if the client has it already.
func (d *document) write(w http.ResponseWriter, r *http.Request, t encodedDocument, compressed bool) {
	body := t.gzipped
	if compressed {
		w.Header().Set("Content-Encoding", "gzip")
	} else {
		var err error
		if body, err = t.decompress(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	http.ServeContent(w, r, "", d.lastModified, bytes.NewReader(body))
}

// acceptsGzip reports whether Accept-Encoding has gzip with a weight above 0, in upper or lower case. Chapter 4's
// takesGzip is stricter, as upstream.
func acceptsGzip(header http.Header) bool {
	for coding := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, weight, weighed := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		q, err := strconv.ParseFloat(strings.TrimPrefix(strings.TrimSpace(weight), "q="), 64)
		return !weighed || err == nil && q > 0
	}
	return false
}

// documentBuilds makes one document at a time, because making one takes about ten times the memory of the document.
// After the last one, it returns that memory to the operating system at once instead of over minutes, because most
// servers make each document only once.
type documentBuilds struct {
	mu      sync.Mutex
	running atomic.Int32 // the number of running calls of run
}

// exclusive calls f while no other document is made.
func (m *documentBuilds) exclusive(f func()) {
	m.run(func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		f()
	})
}

// run calls f, which makes one or more documents, and then frees memory if no other call is running.
func (m *documentBuilds) run(f func()) {
	m.running.Add(1)
	f()
	if m.running.Add(-1) == 0 {
		debug.FreeOSMemory()
	}
}
