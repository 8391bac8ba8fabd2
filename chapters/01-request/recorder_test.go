package request_test

import (
	"io"
	"net/http"
)

// sent is one attempt as it reached the network.
type sent struct {
	method, uri, body string
	header            http.Header
}

// recorder answers each request with a Success and keeps what was sent. It is for one request at a time.
func recorder() (roundTrip, *[]sent) {
	seen := &[]sent{}
	return func(r *http.Request) (*http.Response, error) {
		record(seen, r)
		return answer(200, `{"kind":"Status","apiVersion":"v1","status":"Success"}`), nil
	}, seen
}

func record(seen *[]sent, r *http.Request) {
	var body []byte
	if r.Body != nil {
		body, _ = io.ReadAll(r.Body)
	}
	*seen = append(*seen, sent{r.Method, r.URL.RequestURI(), string(body), r.Header.Clone()})
}
