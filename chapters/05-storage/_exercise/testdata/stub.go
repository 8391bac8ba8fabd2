package exercise

import (
	"context"

	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
	"kubepath/internal/tools/exercise"
)

// GuaranteedUpdate replaces the object under key with what u.Mutate makes of it, and delivers it to out as stored. When
// another writer was faster, it reads again and calls Mutate again.
//
// Errors: storage.ErrNotFound (see u.IgnoreNotFound), storage.ErrPrecondition with operation and key (storage.WrapError adds
// them), those of s.db, and that of u.Mutate exactly as it is.
func (s *Store) GuaranteedUpdate(ctx context.Context, key string, out runtime.Object, u storage.Update) error {
	// TODO(you): read, unless there is a hint; then attempt, until the attempt is neither lost nor misled by a hint.
	return exercise.ErrTODO
}

// attempt updates once, from a state that was seen, and returns the state that is stored then. errLost: it is worth to read
// and to try again.
func (s *Store) attempt(ctx context.Context, key string, seen *state, u storage.Update) (*state, error) {
	// TODO(you): check the preconditions (storage.CheckPreconditions), call Mutate, and swap if there is anything to write.
	return nil, exercise.ErrTODO
}
