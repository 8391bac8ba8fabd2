package jsonpatch

import (
	"context"
	"errors"
	"fmt"
)

// MaxCopied is how many bytes all copy operations of a patch may add to an object. Upstream:
// jsonpatch.AccumulatedCopySizeLimit, as kube-apiserver sets it.
const MaxCopied = 3 << 20

// maxWork is how many bytes may be read for a patch. A part of an object is read once for each level above it, so this is
// enough for a text of 3 MB with 40 levels.
const maxWork = 128 << 20

// ErrTooMuchWork is the error for a patch whose paths are so deep, or arrays so long, that it would take seconds to apply.
var ErrTooMuchWork = errors.New("Unable to apply the patch, it takes too much work")

// budget is how much work the patch of one request may still cause.
type budget struct {
	ctx          context.Context
	work, copied int
}

// spend counts n bytes that are read. It fails when the budget is used up, or when the request has ended.
func (b *budget) spend(n int) error {
	if b.work += n; b.work > maxWork {
		return ErrTooMuchWork
	}
	return b.ctx.Err()
}

// moved counts n elements of an array that move by one place: 16 bytes move as fast as one byte is read.
func (b *budget) moved(n int) error { return b.spend(n / 2) }

// copies counts n bytes that a copy operation adds.
func (b *budget) copies(n int) error {
	if b.copied += n; b.copied > MaxCopied {
		return fmt.Errorf("Unable to complete the copy, the accumulated size increase of copy is %d, exceeding the limit %d", b.copied, MaxCopied)
	}
	return b.spend(n)
}
