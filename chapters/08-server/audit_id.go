package server

import (
	"encoding/hex"
	"math/rand/v2"
	"net/http"
)

// auditIDHeader is the header with the id of a request, in net/http's canonical form.
const auditIDHeader = "Audit-Id"

// AuditID returns the audit id of a request inside of the handler chain. Upstream: audit.GetAuditIDTruncated.
func AuditID(r *http.Request) string {
	if id := r.Header[auditIDHeader]; len(id) > 0 {
		return id[0]
	}
	return ""
}

// withAuditID sets the Audit-Id of each request, unless the client has set it, and adds it to the response. It stays in
// the request's header, so that a proxy forwards it.
//
// Upstream: filters.WithAuditInit.
func withAuditID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header[auditIDHeader]
		if len(id) == 0 || id[0] == "" {
			id = []string{newUUID()}
			r.Header[auditIDHeader] = id
		}
		w.Header()[auditIDHeader] = id[:1:1]
		next.ServeHTTP(w, r)
	})
}

// newUUID returns a random UUID, version 4. It is not a secret, so math/rand is enough.
func newUUID() string {
	var raw [16]byte
	for i := range 2 {
		bits := rand.Uint64()
		for j := range 8 {
			raw[8*i+j] = byte(bits >> (8 * j))
		}
	}
	raw[6] = raw[6]&0x0f | 0x40
	raw[8] = raw[8]&0x3f | 0x80

	var text [36]byte
	at := 0
	for i, size := range []int{4, 2, 2, 2, 6} {
		if i > 0 {
			text[at] = '-'
			at++
		}
		hex.Encode(text[at:], raw[:size])
		copy(raw[:], raw[size:])
		at += 2 * size
	}
	return string(text[:])
}
