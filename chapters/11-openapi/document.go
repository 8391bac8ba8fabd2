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

// document is a text that is made when it is first asked for, and kept compressed: most clients take it so, and it
// takes a tenth of the memory.
type document struct {
	made time.Time
	json func() (text, error)
	pb   func() (text, error)
}

// text is one form of a document.
type text struct {
	gzipped []byte
	etag    string // the hash of the JSON, for every form
}

// newDocument returns the document whose JSON and protobuf these functions make, each once.
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
	_, _ = w.Write(body) // into memory
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

// forms are those of a version of OpenAPI: JSON, and protobuf under its name and a deprecated one.
func forms(version string) []form {
	protobuf := "com.github.proto-openapi.spec." + version + ".v1.0+protobuf"
	deprecated := "com.github.proto-openapi.spec." + version + "@v1.0+protobuf"
	return []form{
		{"json", "application/json", asJSON},
		{protobuf, "application/" + protobuf, asProtobuf},
		{deprecated, "application/" + protobuf, asProtobuf},
	}
}

// choose finds the form that an Accept header wants most.
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

// write answers with a text, compressed or not, or with 304 if the client has it.
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

// takesGzip reports whether the client names gzip with a weight above 0, in any letters. Answers of the API are more
// careful; see chapter 4.
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

// maker has one document made at a time, however many clients ask: what is needed to make one takes some ten times the
// memory of the document. When there is no other to be made, that memory goes back to the system at once, instead of
// over minutes: most servers are asked for each document once.
type maker struct {
	one   sync.Mutex
	under atomic.Int32 // calls under way
}

// alone runs f while no other document is made.
func (m *maker) alone(f func()) {
	m.busy(func() {
		m.one.Lock()
		defer m.one.Unlock()
		f()
	})
}

// busy runs f, which may have several documents made.
func (m *maker) busy(f func()) {
	m.under.Add(1)
	f()
	if m.under.Add(-1) == 0 {
		debug.FreeOSMemory()
	}
}
