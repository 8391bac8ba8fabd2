package registry_test

import (
	"errors"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
)

var all = []string{metav1.DryRunAll}

// attempts are writes to objects called name, each of which a dry run answers as the real thing does.
var attempts = map[string]func(s *registry.Store, name string, dryRun []string) error{
	"create": func(s *registry.Store, name string, dryRun []string) error {
		_, err := s.Create(inNamespace(), configMap(name), &rest.CreateOptions{CreateOptions: metav1.CreateOptions{DryRun: dryRun}})
		return err
	},
	"put": func(s *registry.Store, name string, dryRun []string) error {
		_, _, err := s.Update(inNamespace(), name, &rest.Update{
			Options: metav1.UpdateOptions{DryRun: dryRun}, Mutate: mutateTo(configMap(name)),
		})
		return err
	},
	"stale put": func(s *registry.Store, name string, dryRun []string) error {
		_, _, err := s.Update(inNamespace(), name, &rest.Update{
			Options: metav1.UpdateOptions{DryRun: dryRun}, Mutate: mutateTo(configMap(name, version("999"))),
		})
		return err
	},
	"delete": func(s *registry.Store, name string, dryRun []string) error {
		_, _, err := s.Delete(inNamespace(), name, options(func(o *metav1.DeleteOptions) { o.DryRun = dryRun }))
		return err
	},
	"foreground delete": func(s *registry.Store, name string, dryRun []string) error {
		_, _, err := s.Delete(inNamespace(), name, options(policy("Foreground"), func(o *metav1.DeleteOptions) { o.DryRun = dryRun }))
		return err
	},
	"bad name": func(s *registry.Store, _ string, dryRun []string) error {
		_, err := s.Create(inNamespace(), configMap("Not_Valid"), &rest.CreateOptions{CreateOptions: metav1.CreateOptions{DryRun: dryRun}})
		return err
	},
}

func TestADryRunAnswersAsTheRealThingAndWritesNothing(t *testing.T) {
	t.Parallel()
	for what, attempt := range attempts {
		for _, name := range []string{"exists", "missing"} {
			t.Run(what+" of what "+name, func(t *testing.T) {
				t.Parallel()
				s, _ := configMaps()
				mustCreate(t, s, configMap("exists", data("v")))
				before, _ := s.Storage.GetCurrentResourceVersion(t.Context())
				tried := attempt(s, name, all)
				if after, _ := s.Storage.GetCurrentResourceVersion(t.Context()); after != before {
					t.Errorf("something was written: version %d became %d", before, after)
				}
				done := attempt(s, name, nil)
				if (tried == nil) != (done == nil) || tried != nil && tried.Error() != done.Error() {
					t.Errorf("dry run: %v\nreal:    %v", tried, done)
				}
			})
		}
	}
}

func TestADryRunShowsWhatWouldBeStored(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	created, err := s.Create(inNamespace(), configMap("a"), &rest.CreateOptions{CreateOptions: metav1.CreateOptions{DryRun: all}})
	if cm := created.(*corev1.ConfigMap); err != nil || cm.UID == "" || cm.ResourceVersion != "" || cm.Namespace != "ns" {
		t.Errorf("create: %v, error %v", created, err)
	}
	old := mustCreate(t, s, configMap("a", data("old")))
	updated, _, err := s.Update(inNamespace(), "a", &rest.Update{
		Options: metav1.UpdateOptions{DryRun: all}, Mutate: mutateTo(configMap("a", data("new"))),
	})
	if cm := updated.(*corev1.ConfigMap); err != nil || cm.Data["k"] != "new" || cm.ResourceVersion != old.ResourceVersion {
		t.Errorf("update: %v, error %v", updated, err)
	}
	applied, made, err := s.Update(inNamespace(), "b", &rest.Update{
		Options: metav1.UpdateOptions{DryRun: all}, Mutate: mutateTo(configMap("b")), AllowCreate: true,
	})
	if cm := applied.(*corev1.ConfigMap); err != nil || !made || cm.UID == "" || cm.ResourceVersion != "" {
		t.Errorf("apply: %v, error %v", applied, err)
	}
	list, err := s.DeleteCollection(inNamespace(), options(dryRun), nil)
	if err != nil || len(list.(*kinds.List).Items) != 1 {
		t.Errorf("deletecollection: %v, error %v", list, err)
	}
	stored(t, s, "a")
}

func TestADryRunOfAForcedDeleteShowsTheMarkedObject(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	s.Strategy, s.ReturnDeletedObject = patient{}, true
	mustCreate(t, s, configMap("a"))
	r.take()
	out, immediately, err := s.Delete(inNamespace(), "a", options(period(0), dryRun))
	if cm := out.(*corev1.ConfigMap); err != nil || !immediately || cm.DeletionTimestamp == nil {
		t.Errorf("got %v, immediately %v, error %v", out, immediately, err)
	}
	if stored(t, s, "a").GetDeletionTimestamp() != nil {
		t.Error("the mark was stored")
	}
}

func TestADryRunAsksNobodyElse(t *testing.T) {
	t.Parallel()
	s, r := configMaps()
	mustCreate(t, s, configMap("a"))
	for what, attempt := range attempts {
		r.before = func(call string) error {
			if call != "get /configmaps/ns/a" {
				return errors.New("a dry run called " + call)
			}
			return nil
		}
		if err := attempt(s, "a", all); err != nil && strings.HasPrefix(err.Error(), "a dry run called") {
			t.Errorf("%s: %v", what, err)
		}
	}
}
