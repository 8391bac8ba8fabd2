package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"time"
)

// remote is the operation over HTTP on a loopback connection, asked for by another process.
func (s *subject) remote(method, path string) func(context.Context, int) error {
	return func(ctx context.Context, count int) error {
		self, err := os.Executable()
		if err != nil {
			return err
		}
		load := fmt.Sprintf("%s,%s,%d", method, s.web.URL+path, count)
		output, err := exec.CommandContext(ctx, self, "-load", load).CombinedOutput()
		if err != nil {
			return fmt.Errorf("%w: %s", err, output)
		}
		return nil
	}
}

// loadServer is the other process: one connection, one request after the other.
func loadServer(load string) error {
	parts := strings.Split(load, ",")
	if len(parts) != 3 {
		return fmt.Errorf("-load %q is not METHOD,URL,COUNT", load)
	}
	count, err := strconv.Atoi(parts[2])
	if err != nil {
		return err
	}
	run := time.Now().UnixNano()
	for i := range count {
		if err := once(parts[0], parts[1], fmt.Sprintf("h-%d-%d", run, i)); err != nil {
			return err
		}
	}
	return nil
}

func once(method, url, name string) error {
	var content io.Reader
	if method == http.MethodPost {
		content = bytes.NewReader(body(name))
	}
	r, err := http.NewRequest(method, url, content)
	if err != nil {
		return err
	}
	r.Header.Set("Content-Type", "application/json")
	answer, err := http.DefaultClient.Do(r)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	if _, err := io.Copy(io.Discard, answer.Body); err != nil {
		return err
	}
	if answer.StatusCode >= 300 {
		return fmt.Errorf("%s %s: %s", method, url, answer.Status)
	}
	return nil
}
