package componentstatus

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
)

func TestAComponentIsAsWellAsItSays(t *testing.T) {
	t.Parallel()
	component := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/healthz" {
			w.WriteHeader(http.StatusInternalServerError)
			return
		}
		w.Write([]byte("ok"))
	}))
	t.Cleanup(component.Close)
	gone := httptest.NewTLSServer(http.NotFoundHandler())
	gone.Close()
	for _, row := range []struct {
		claim, url, message string
		status              corev1.ConditionStatus
	}{
		{"one that answers is well", component.URL + "/healthz", "ok", corev1.ConditionTrue},
		{"one that says that it is ill is", component.URL + "/ill", "HTTP probe failed with statuscode: 500", corev1.ConditionFalse},
		{"one that is not there is not well", gone.URL + "/healthz", `Get "` + gone.URL + `/healthz": dial tcp `, corev1.ConditionFalse},
	} {
		got := Component{Name: "c", Check: probe(row.url)}.status(t.Context()).Conditions[0]
		if got.Status != row.status || !strings.HasPrefix(got.Message, row.message) || got.Error != "" {
			t.Errorf("%s: %+v", row.claim, got)
		}
	}
}
