package etcd3

import (
	"errors"
	"fmt"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	storage "kubepath/chapters/05-storage"
)

// explain turns an error of etcd into one of chapter 5; what it does not know stays as it is. What a compacted
// revision means depends on who asked for it: see page.go and watch.go.
func explain(err error) error {
	code := status.Code(err)
	if fault, ok := err.(rpctypes.EtcdError); ok {
		code = fault.Code()
	}
	if code == codes.Unavailable {
		return fmt.Errorf("%w: %w", storage.ErrUnreachable, err)
	}
	return err
}

// compactedAway reports whether etcd refused a revision because it was compacted.
func compactedAway(err error) bool { return errors.Is(err, rpctypes.ErrCompacted) }

// callers marks an error that a function of the caller returned: it goes back as it is.
type callers struct{ error }

// fail adds operation and key to err, unless it is the caller's own.
func fail(op, key string, err error) error {
	if own, ok := err.(callers); ok {
		return own.error
	}
	return storage.WrapError(op, key, err)
}
