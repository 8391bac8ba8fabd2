package network_test

import (
	"bytes"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"kubepath/chapters/17-controlplane/network"
)

// Whatever a client sends as a service, the server does not panic or answer with 5xx. A stored service can be read,
// replaced by itself and deleted; nothing stays allocated.
func FuzzCreateAndUpdateOfAService(f *testing.F) {
	for _, spec := range []string{
		`{}`, `null`, `{"ports":[{"port":80}]}`, `{"ports":null,"clusterIP":"None"}`,
		`{"type":"NodePort","ports":[{"port":80,"nodePort":30000},{"port":80,"protocol":"UDP","name":"b"}]}`,
		`{"type":"LoadBalancer","externalTrafficPolicy":"Local","ports":[{"port":80,"targetPort":"x"}]}`,
		`{"type":"ExternalName","externalName":"a.b."}`, `{"type":"ExternalName","clusterIP":"10.0.0.1"}`,
		`{"clusterIP":"fd00::1","clusterIPs":["fd00::1","10.0.0.4"],"ipFamilies":["IPv6","IPv4","IPv6"]}`,
		`{"clusterIPs":["","None"],"ipFamilyPolicy":"RequireDualStack"}`, `{"clusterIP":"10.0.0.0004","ports":[{"port":1}]}`,
		`{"sessionAffinity":"ClientIP","sessionAffinityConfig":{},"ports":[{"port":70000,"nodePort":-1}]}`,
		`{"type":"LoadBalancer","allocateLoadBalancerNodePorts":null,"loadBalancerSourceRanges":["","a/b"],"ports":[{"port":80}]}`,
	} {
		f.Add(spec, `{"ports":[{"port":81}]}`)
		f.Add(`{"type":"NodePort","ports":[{"port":80}]}`, spec)
	}
	a := serve(f, network.Settings{})
	f.Fuzz(func(t *testing.T, spec, next string) {
		if !json.Valid([]byte(spec)) || !json.Valid([]byte(next)) {
			t.Skip("not JSON: chapter 2's business")
		}
		body := func(spec string) []byte {
			return []byte(`{"apiVersion":"v1","kind":"Service","metadata":{"name":"x"},"spec":` + spec + `}`)
		}
		if code, _ := a.send(t, http.MethodPost, servicesPath, body(spec)); code != http.StatusCreated {
			return
		}
		if code, answer := a.send(t, http.MethodGet, servicesPath+"/x", nil); code != http.StatusOK {
			t.Errorf("what was stored cannot be read: %d %s", code, answer)
		} else if code, answer := a.send(t, http.MethodPut, servicesPath+"/x", answer); code != http.StatusOK {
			t.Errorf("it is not its own successor: %d %s", code, answer)
		}
		a.send(t, http.MethodPut, servicesPath+"/x", body(next))
		if code, answer := a.send(t, http.MethodDelete, servicesPath+"/x", nil); code != http.StatusOK {
			t.Errorf("delete: %d %s", code, answer)
		}
		if _, left := a.send(t, http.MethodGet, "/apis/networking.k8s.io/v1/ipaddresses", nil); !bytes.Contains(left, []byte(`"items":[]`)) {
			t.Errorf("addresses left: %s", left)
		}
	})
}

// send sends one request; a status code of 500 or above is a failure, unless the range is full.
func (a api) send(t *testing.T, method, path string, body []byte) (int, []byte) {
	t.Helper()
	request := httptest.NewRequestWithContext(t.Context(), method, path, bytes.NewReader(body))
	request.Header.Set("Content-Type", "application/json")
	w := httptest.NewRecorder()
	a.ServeHTTP(w, request)
	if w.Code >= 500 && !strings.Contains(w.Body.String(), "HealthCheck NodePort") { // as upstream
		t.Errorf("%s %s with %s: %d %s", method, path, body, w.Code, w.Body)
	}
	return w.Code, w.Body.Bytes()
}
