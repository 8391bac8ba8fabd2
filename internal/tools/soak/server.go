package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"syscall"
	"time"
)

// server is a kubepath serve that is ended and started again, on one port and one data directory.
type server struct {
	binary string
	args   []string
	port   int

	command *exec.Cmd
	said    bytes.Buffer
	kills   int // with SIGKILL
	stops   int // with SIGTERM
}

// newServer takes a port that is free.
func newServer(binary, etcdServers, dataDir string) (*server, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	s := &server{binary: binary, port: l.Addr().(*net.TCPAddr).Port}
	s.args = []string{"serve", "--secure-port", strconv.Itoa(s.port), "--data-dir", dataDir}
	if etcdServers != "" {
		s.args = []string{"serve", "--secure-port", strconv.Itoa(s.port), "--etcd-servers", etcdServers}
	}
	return s, l.Close()
}

func (s *server) url() string { return fmt.Sprintf("https://127.0.0.1:%d", s.port) }

func (s *server) start() error {
	s.command = exec.Command(s.binary, s.args...)
	s.command.Stderr = &s.said
	return s.command.Start()
}

// restart ends the server, by turns without and with a warning, and starts it again.
func (s *server) restart() error {
	if (s.kills+s.stops)%2 == 0 {
		s.kills++
		s.command.Process.Kill()
		s.command.Wait() // killed
		return s.start()
	}
	s.stops++
	if err := s.stop(); err != nil {
		return err
	}
	return s.start()
}

// stop ends the server in order.
func (s *server) stop() error {
	if err := s.command.Process.Signal(syscall.SIGTERM); err != nil && !errors.Is(err, os.ErrProcessDone) {
		return err
	}
	if err := s.command.Wait(); err != nil {
		return fmt.Errorf("the server ended with %w: %s", err, s.said.String())
	}
	return nil
}

// restarts go on until ctx ends. A server that was started is given the time to be ready.
func (s *server) restarts(ctx context.Context, every time.Duration, ready func() error) error {
	for pause(ctx, every) == nil {
		if err := errors.Join(s.restart(), ready()); err != nil {
			return err
		}
	}
	return nil
}
