package registry_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/watch"

	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
)

// verbs each make one call of the storage.
var verbs = map[string]func(*registry.Store) error{
	"get": func(s *registry.Store) error {
		_, err := s.Get(inNamespace(), "a", &metav1.GetOptions{ResourceVersion: "7"})
		return err
	},
	"list": func(s *registry.Store) error { _, err := s.List(inNamespace(), nil); return err },
	"watch": func(s *registry.Store) error {
		w, err := s.Watch(inNamespace(), &metainternalversion.ListOptions{})
		if err != nil {
			return err
		}
		defer w.Stop()
		if e := <-w.ResultChan(); e.Type == watch.Error {
			return apierrors.FromObject(e.Object)
		}
		return nil
	},
	"create": func(s *registry.Store) error { _, err := s.Create(inNamespace(), configMap("a"), nil); return err },
	"update": func(s *registry.Store) error { _, _, err := put(s, "a", configMap("a")); return err },
	"delete": func(s *registry.Store) error { _, _, err := s.Delete(inNamespace(), "a", nil); return err },
}

func TestEachFailureOfTheStorageHasOneStatus(t *testing.T) {
	t.Parallel()
	const bad = `resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax`
	rows := []struct {
		verb    string
		failure storage.Error
		code    int32 // 0: no Status
		reason  metav1.StatusReason
		message string
	}{
		{"get", storage.Error{Err: storage.ErrNotFound}, 404, "NotFound", `configmaps "a" not found`},
		{"update", storage.Error{Err: storage.ErrNotFound}, 404, "NotFound", `configmaps "a" not found`},
		{"delete", storage.Error{Err: storage.ErrNotFound}, 404, "NotFound", `configmaps "a" not found`},
		{"create", storage.Error{Err: storage.ErrExists}, 409, "AlreadyExists", `configmaps "a" already exists`},
		{"list", storage.Error{Err: storage.ErrInvalidVersion, Detail: bad}, 400, "BadRequest", "invalid resource version: " + bad},
		{"get", storage.Error{Err: storage.ErrInvalidVersion, Detail: bad}, 0, "", bad},
		{"watch", storage.Error{Err: storage.ErrInvalidVersion, Detail: bad}, 0, "", bad},
		{"list", storage.Error{Err: storage.ErrInvalidContinue, Detail: "invalid continue token: x"}, 400, "BadRequest", "invalid continue token: x"},
		{"list", storage.Error{Err: storage.ErrExpired, Detail: "too old", Continue: "next"}, 410, "Expired", "too old"},
		{"watch", storage.Error{Err: storage.ErrExpired, Detail: "too old"}, 410, "Expired", "too old"},
		{"get", storage.Error{Err: storage.ErrFuture, Requested: 7, Current: 5}, 504, "Timeout", "Timeout: Too large resource version: 7, current: 5"},
		{"watch", storage.Error{Err: storage.ErrFuture, Requested: 7, Current: 5}, 504, "Timeout", "Timeout: Too large resource version: 7, current: 5"},
		{"get", storage.Error{Err: storage.ErrUnreachable}, 500, "ServerTimeout", "The get operation against configmaps could not be completed at this time, please try again."},
		{"get", storage.Error{Err: fmt.Errorf("%w: bad magic", storage.ErrCorrupt)}, 500, "InternalError", "Internal error occurred: stored object cannot be read: bad magic"},
		{"get", storage.Error{Op: "get", Key: "/k", Err: errors.New("disk on fire")}, 0, "", `get "/k": disk on fire`},
	}
	for _, row := range rows {
		t.Run(row.verb+": "+row.failure.Err.Error(), func(t *testing.T) {
			t.Parallel()
			s, r := configMaps()
			r.before = func(string) error { return &row.failure }
			err := verbs[row.verb](s)
			if row.code == 0 {
				if err == nil || err.Error() != row.message {
					t.Errorf("got %v, want %s", err, row.message)
				}
				return
			}
			status := wantStatus(t, err, row.reason, row.message)
			if status.Code != row.code || status.Continue != row.failure.Continue {
				t.Errorf("code %d, continue %q", status.Code, status.Continue)
			}
		})
	}
}

func TestAWatchWhoseVersionCannotBeServedBeginsAndSaysSo(t *testing.T) {
	t.Parallel()
	for _, why := range []error{storage.ErrFuture, storage.ErrExpired} {
		s, r := configMaps()
		r.before = func(string) error { return &storage.Error{Err: why} }
		w, err := s.Watch(inNamespace(), &metainternalversion.ListOptions{})
		if err != nil {
			t.Fatalf("%v: the watch does not begin: %v", why, err)
		}
		if e := <-w.ResultChan(); e.Type != watch.Error {
			t.Errorf("%v: got %v", why, e)
		}
		if e, open := <-w.ResultChan(); open {
			t.Errorf("%v: after the error comes %v", why, e)
		}
		w.Stop()
	}
}

func TestATooLargeVersionSaysWhenToComeBack(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	mustCreate(t, s, configMap("a"))
	_, err := s.Get(inNamespace(), "a", &metav1.GetOptions{ResourceVersion: "999999"})
	if seconds, ok := apierrors.SuggestsClientDelay(err); !ok || seconds != 1 {
		t.Errorf("retry after %d", seconds)
	}
	if !apierrors.HasStatusCause(err, metav1.CauseTypeResourceVersionTooLarge) {
		t.Errorf("no cause in %#v", err)
	}
}

func TestTheEndOfAContextIsNoStatus(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	ctx, cancel := context.WithCancel(inNamespace())
	cancel()
	_, err := s.Get(ctx, "a", nil)
	if !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestANameAndANamespaceBecomeAKeyOrABadRequest(t *testing.T) {
	t.Parallel()
	rows := []struct {
		what            string
		scope           registry.Strategy
		namespace, name string
		want            string // the key, or the message
	}{
		{"a namespaced object", registry.Namespaced{}, "ns", "a", "get /configmaps/ns/a"},
		{"a cluster-scoped object, whatever the namespace", registry.ClusterScoped{}, "ns", "a", "get /configmaps/a"},
		{"no namespace", registry.Namespaced{}, "", "a", "Namespace parameter required."},
		{"no name", registry.Namespaced{}, "ns", "", "Name parameter required."},
		{"a name with a slash", registry.Namespaced{}, "ns", "a/b", `Name parameter invalid: "a/b": may not contain '/'`},
		{"a name that means the folder above", registry.ClusterScoped{}, "", "..", `Name parameter invalid: "..": may not be '..'`},
	}
	for _, row := range rows {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			s, r := configMaps()
			s.Strategy = row.scope
			_, err := s.Get(rest.WithNamespace(t.Context(), row.namespace), row.name, nil)
			if calls := r.take(); len(calls) > 0 {
				wantCalls(t, calls, row.want)
				return
			}
			wantStatus(t, err, metav1.StatusReasonBadRequest, row.want)
		})
	}
}

func TestAKeyMayBeIrregular(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	s.KeyRoot = "/services/specs"
	if _, err := s.List(inNamespace(), nil); err != nil {
		t.Fatal(err)
	}
	s.KeyFunc = func(_ context.Context, name string) (string, error) { return "/ranges/" + name, nil }
	mustCreate(t, s, configMap("a"))
	wantCalls(t, r.take(), "list /services/specs/ns", "create /ranges/a")
}
