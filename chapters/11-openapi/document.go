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
	made time.Time
	json func() (text, error)
	pb   func() (text, error)
}

// text is a document in one media type.
type text struct {
	gzipped []byte
	etag    string // the hash of the JSON, for all media types
}

// newDocument returns a document. It calls json and protobuf once each, to make its forms.
func (m *maker) newDocument(json func() ([]byte, error), protobuf func(json []byte) ([]byte, error)) *document {
	d := &document{made: time.Now()}
	d.json = sync.OnceValues(func() (t text, err error) {
		m.alone(func() {
			var body []byte
			if body, err = json(); err == nil {
				t = newText(body)
			}
		})
		return t, err
	})
	d.pb = sync.OnceValues(func() (text, error) {
		t, err := d.json()
		if err != nil {
			return text{}, err
		}
		m.alone(func() {
			var body []byte
			if body, err = t.plain(); err == nil {
				body, err = protobuf(body)
			}
			t.gzipped = compress(body)
		})
		return t, err
	})
	return d
}

func newText(body []byte) text { return text{compress(body), fmt.Sprintf("%X", sha512.Sum512(body))} }

func compress(body []byte) []byte {
	var out bytes.Buffer
	w, _ := gzip.NewWriterLevel(&out, gzip.BestSpeed)
	_, _ = w.Write(body) // to memory: cannot fail
	_ = w.Close()
	return bytes.Clone(out.Bytes())
}

func (t text) plain() ([]byte, error) {
	r, err := gzip.NewReader(bytes.NewReader(t.gzipped))
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// form is a media type in which a document is served.
type form struct {
	accepted, returned string
	of                 func(*document) (text, error)
}

func asJSON(d *document) (text, error)     { return d.json() }
func asProtobuf(d *document) (text, error) { return d.pb() }

// forms returns the media types of a version of OpenAPI: JSON, and protobuf with its current and its deprecated name.
func forms(version string) []form {
	protobuf := "com.github.proto-openapi.spec." + version + ".v1.0+protobuf"
	deprecated := "com.github.proto-openapi.spec." + version + "@v1.0+protobuf"
	return []form{
		{"json", "application/json", asJSON},
		{protobuf, "application/" + protobuf, asProtobuf},
		{deprecated, "application/" + protobuf, asProtobuf},
	}
}

// choose returns the preferred form of an Accept header.
func choose(forms []form, accept string) (form, bool) {
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
	return form{}, false
}

// write writes a text, compressed or not, or 304 if the client has it already.
func (d *document) write(w http.ResponseWriter, r *http.Request, t text, compressed bool) {
	body := t.gzipped
	if compressed {
		w.Header().Set("Content-Encoding", "gzip")
	} else {
		var err error
		if body, err = t.plain(); err != nil {
			http.Error(w, err.Error(), http.StatusInternalServerError)
			return
		}
	}
	http.ServeContent(w, r, "", d.made, bytes.NewReader(body))
}

// takesGzip reports whether Accept-Encoding has gzip with a weight above 0, in upper or lower case. Chapter 4's
// takesGzip is stricter, as upstream.
func takesGzip(header http.Header) bool {
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

// maker makes one document at a time, because making one takes about ten times the memory of the document. After the
// last one, it returns that memory to the operating system at once instead of over minutes, because most servers make
// each document only once.
type maker struct {
	one   sync.Mutex
	under atomic.Int32 // the number of running calls of busy
}

// alone calls f while no other document is made.
func (m *maker) alone(f func()) {
	m.busy(func() {
		m.one.Lock()
		defer m.one.Unlock()
		f()
	})
}

// busy calls f, which makes one or more documents, and then frees memory if no other call is running.
func (m *maker) busy(f func()) {
	m.under.Add(1)
	f()
	if m.under.Add(-1) == 0 {
		debug.FreeOSMemory()
	}
}
