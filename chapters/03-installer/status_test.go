package installer

import (
	"errors"
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
)

func TestErrorNegotiated(t *testing.T) {
	t.Parallel()
	slow := apierrors.NewTooManyRequests("slow down", 7)
	for _, row := range []struct {
		what, accept string
		err          error
		code         int
		contentType  string
		retryAfter   string
		body         string
	}{
		{"an error that is a Status", "", slow, 429, "application/json", "7", `"reason":"TooManyRequests"`},
		{"a wrapped one", "", fmt.Errorf("while writing: %w", slow), 429, "application/json", "7", `"message":"slow down"`},
		{"any other error", "", errors.New("broken"), 500, "application/json", "", `"status":"Failure","message":"broken","code":500`},
		{"in the form that the client accepts", "application/yaml", slow, 429, "application/yaml", "7", "reason: TooManyRequests\n"},
		{"as indented JSON if it accepts none", "image/png", slow, 429, "application/json", "7", "\n  \"reason\": \"TooManyRequests\",\n"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header.Set("Accept", row.accept)
		w := httptest.NewRecorder()
		ErrorNegotiated(w, r, testCodecs(), row.err)
		if w.Code != row.code || w.Header().Get("Content-Type") != row.contentType || w.Header().Get("Retry-After") != row.retryAfter {
			t.Errorf("%s: %d %v", row.what, w.Code, w.Header())
		}
		if !strings.Contains(w.Body.String(), row.body) {
			t.Errorf("%s: %s\nwithout %s", row.what, w.Body, row.body)
		}
	}
}
