//go:build unix

package pager

import (
	"errors"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// pending waits until the file can be read, at most for a time.
func pending(file *os.File, wait time.Duration) (bool, error) {
	files := []unix.PollFd{{Fd: int32(file.Fd()), Events: unix.POLLIN}}
	n, err := unix.Poll(files, int(wait.Milliseconds()))
	if errors.Is(err, unix.EINTR) {
		return false, nil
	}
	return n > 0, err
}
