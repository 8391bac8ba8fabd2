package etcd3

import (
	"context"
	"errors"
	"testing"

	"go.etcd.io/etcd/api/v3/v3rpc/rpctypes"
	"google.golang.org/grpc/codes"
	"google.golang.org/grpc/status"

	storage "kubepath/chapters/05-storage"
)

func TestAnEtcdThatCannotAnswerIsUnreachableAndOtherErrorsStay(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name        string
		err         error
		unreachable bool
	}{
		{"a member without a leader", rpctypes.ErrNoLeader, true},
		{"a member that stopped", rpctypes.ErrStopped, true},
		{"a connection that broke", status.Error(codes.Unavailable, "connection refused"), true},
		{"a request that is too large", rpctypes.ErrRequestTooLarge, false},
		{"a full database", rpctypes.ErrNoSpace, false},
		{"a context that ended", context.Canceled, false},
		{"no error", nil, false},
	} {
		t.Run(row.name, func(t *testing.T) {
			got := interpretError(row.err)
			if errors.Is(got, storage.ErrUnreachable) != row.unreachable || !errors.Is(got, row.err) {
				t.Errorf("%v becomes %v", row.err, got)
			}
		})
	}
}
