package request_test

import (
	"bytes"
	"strings"
	"testing"

	request "kubepath/chapters/01-request"
	"kubepath/internal/demo"
)

func TestTheDemoShowsAWholeExchange(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	if err := request.Demo(t.Context(), &demo.Stage{Out: &out}); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`.Param("follow", "true")  /api/v1/namespaces/default/pods/web/log?follow=true`,
		`.Resource("deployments")  /apis/apps/v1/deployments`,
		`resource name already set to "a", cannot change to "b"`,
		`namespace "x" may not be set: nodes are not in a namespace`,
		"> POST /api/v1/namespaces/default/configmaps HTTP/1.1",
		"> Content-Type: application/json",
		"< HTTP/1.1 201 Created",
		"resourceVersion is now 7",
		`configmaps "gone" not found`,
		"apierrors.IsNotFound(err): true",
		` s  GET /busy: 429 Too Many Requests  Retry-After: "1"`,
		` s  GET /busy: 200 OK  Retry-After: ""`,
	} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("missing: %s", want)
		}
	}
	lines := strings.Split(out.String(), "\n")
	if len(lines) > 60 {
		t.Errorf("%d lines", len(lines))
	}
	for _, line := range lines {
		if len(line) > 80 {
			t.Errorf("%d columns: %s", len(line), line)
		}
	}
}
