package cluster

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net/http"
	"time"
)

// errUnwell: the component has answered, or not; what is to be read about it is not an error of the check.
var errUnwell = errors.New("the component is not well")

const (
	probeTimeout = 20 * time.Second
	probeAnswer  = 10 << 10 // bytes of an answer that are shown
)

// ControlPlaneComponents are the components that run beside the server on its machine, in upstream's order and at its ports.
func ControlPlaneComponents() Components {
	return Components{
		{Name: "scheduler", Check: probe("https://127.0.0.1:10259/healthz")},
		{Name: "controller-manager", Check: probe("https://127.0.0.1:10257/healthz")},
	}
}

// probe asks at a URL. Whoever answers there is trusted: it is this machine. Upstream: probe/http.DoHTTPProbe.
func probe(url string) func(context.Context) (string, error) {
	client := &http.Client{
		Timeout:   probeTimeout,
		Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, DisableKeepAlives: true},
	}
	return func(ctx context.Context) (string, error) {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return "", err
		}
		response, err := client.Do(request)
		if err != nil {
			return err.Error(), errUnwell
		}
		defer response.Body.Close()
		body, err := io.ReadAll(io.LimitReader(response.Body, probeAnswer))
		if err != nil {
			return "", err
		}
		if response.StatusCode >= http.StatusBadRequest {
			return fmt.Sprintf("HTTP probe failed with statuscode: %d", response.StatusCode), errUnwell
		}
		return string(body), nil
	}
}
