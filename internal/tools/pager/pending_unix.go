//go:build unix

package pager

import (
	"errors"
	"time"

	"golang.org/x/sys/unix"
)

// pending waits until the terminal can be read, at most for a time.
func pending(fd int, wait time.Duration) (bool, error) {
	files := []unix.PollFd{{Fd: int32(fd), Events: unix.POLLIN}}
	n, err := unix.Poll(files, int(wait.Milliseconds()))
	if errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return n > 0, err
}
