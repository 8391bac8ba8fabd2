package controlplane

import (
	"net/http"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	server "kubepath/chapters/08-server"
)

// describeNothing serves OpenAPI documents without content, until chapter 11 fills them: kubectl then finds no schema to
// check a manifest against, and leaves that to the server. Without the documents it would refuse to apply.
func describeNothing(s *server.GenericAPIServer) {
	s.Handle("/openapi/v3", answer("application/json", []byte(`{"paths":{}}`)))
	s.Handle("/openapi/v2", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.Contains(r.Header.Get("Accept"), "protobuf") {
			answer(protobufV2, emptyV2()).ServeHTTP(w, r)
			return
		}
		answer("application/json", []byte(`{"swagger":"2.0","info":{"title":"kubepath","version":"unversioned"},"paths":{}}`)).ServeHTTP(w, r)
	}))
}

const protobufV2 = "application/com.github.proto-openapi.spec.v2.v1.0+protobuf"

// emptyV2 is an OpenAPI v2 document with a title only. Fields: 1 swagger, 2 info (1 title, 2 version).
func emptyV2() []byte {
	info := appendString(appendString(nil, 1, "kubepath"), 2, "unversioned")
	return appendString(appendString(nil, 1, "2.0"), 2, string(info))
}

func appendString(b []byte, field protowire.Number, text string) []byte {
	return protowire.AppendString(protowire.AppendTag(b, field, protowire.BytesType), text)
}

func answer(mediaType string, body []byte) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", mediaType)
		_, _ = w.Write(body) // the client is gone if this fails
	})
}
