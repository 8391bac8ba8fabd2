//go:build !unix

package pager

import (
	"errors"
	"time"
)

func pending(int, time.Duration) (bool, error) { return false, errors.ErrUnsupported }
