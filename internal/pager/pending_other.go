//go:build !unix

package pager

import (
	"errors"
	"os"
	"time"
)

func pending(*os.File, time.Duration) (bool, error) { return false, errors.ErrUnsupported }
