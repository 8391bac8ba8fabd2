package patch_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	rest "kubepath/chapters/04-rest"
)

// plugin notes what it is asked, stamps what it sees, and refuses where it is told to.
type plugin struct {
	refuse rest.Operation
	spoil  bool // leave managed fields that nobody can read

	mu    sync.Mutex
	asked []string
}

func (p *plugin) Handles(rest.Operation) bool { return true }

func (p *plugin) Admit(_ context.Context, a *rest.Attributes) error {
	p.note("admit", a)
	if m, ok := a.Object.(*corev1.ConfigMap); ok {
		m.Data["stamp"] = string(a.Operation)
		if p.spoil {
			m.ManagedFields = []metav1.ManagedFieldsEntry{{Manager: "m", Operation: "Unknown"}}
		}
	}
	return nil
}

func (p *plugin) Validate(_ context.Context, a *rest.Attributes) error {
	p.note("validate", a)
	if a.Operation == p.refuse {
		return apierrors.NewForbidden(a.Resource.GroupResource(), a.Name, errors.New("the plugin says no"))
	}
	return nil
}

func (p *plugin) note(question string, a *rest.Attributes) {
	p.mu.Lock()
	defer p.mu.Unlock()
	line := fmt.Sprintf("%s %s %s/%s/%s %T", question, a.Operation, a.Namespace, a.Resource.Resource, a.Name, a.Options)
	if old, ok := a.OldObject.(*corev1.ConfigMap); ok {
		line += fmt.Sprintf(" old %s %v", old.Name, old.Data)
	}
	if a.DryRun {
		line += " dry run"
	}
	if a.User.Username != "" {
		line += " by " + a.User.Username
	}
	p.asked = append(p.asked, line)
}

func (p *plugin) want(t *testing.T, what string, lines ...string) {
	t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	slices.Sort(p.asked) // a deletecollection asks about several at a time
	slices.Sort(lines)
	if !slices.Equal(p.asked, lines) {
		t.Errorf("%s: asked\n  %s\nwant\n  %s", what, strings.Join(p.asked, "\n  "), strings.Join(lines, "\n  "))
	}
	p.asked = nil
}

const mapA = `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"a"},"data":{"x":"1"}}`

func TestAdmissionIsAskedAboutEveryChange(t *testing.T) {
	t.Parallel()
	p := &plugin{}
	api, _ := newRacing(t, p)
	a := configMaps + "/a"

	got := api.do("POST", configMaps, jsonType, mapA).want(t, 201)
	p.want(t, "create", "admit CREATE ns/configmaps/a *v1.CreateOptions", "validate CREATE ns/configmaps/a *v1.CreateOptions")
	if got.at("data", "stamp") != "CREATE" || strings.Contains(got.managers(), "stamp") {
		t.Errorf("the plugin's change: data %v, managers %s; want it stored, and without a manager, as upstream", got.at("data"), got.managers())
	}

	api.do("PUT", a, jsonType, strings.Replace(mapA, `"1"`, `"2"`, 1)).want(t, 200)
	p.want(t, "update", "admit UPDATE ns/configmaps/a *v1.UpdateOptions old a map[stamp:CREATE x:1]",
		"validate UPDATE ns/configmaps/a *v1.UpdateOptions old a map[stamp:CREATE x:1]")

	api.do("PATCH", a, mergeType, `{"data":{"x":"3"}}`).want(t, 200)
	p.want(t, "patch", "admit UPDATE ns/configmaps/a *v1.UpdateOptions old a map[stamp:UPDATE x:2]",
		"validate UPDATE ns/configmaps/a *v1.UpdateOptions old a map[stamp:UPDATE x:2]")

	got = api.apply(configMaps+"/b", "fieldManager=m", strings.Replace(mapA, `"a"`, `"b"`, 1)).want(t, 201)
	p.want(t, "apply that creates", "admit CREATE ns/configmaps/b *v1.CreateOptions", "validate CREATE ns/configmaps/b *v1.CreateOptions")
	if got.at("data", "stamp") != "CREATE" {
		t.Errorf("the plugin's change is lost: %v", got.at("data"))
	}

	api.do("DELETE", a+"?dryRun=All", jsonType, "").want(t, 200)
	p.want(t, "delete, a dry run", "admit DELETE ns/configmaps/a *v1.DeleteOptions old a map[stamp:UPDATE x:3] dry run",
		"validate DELETE ns/configmaps/a *v1.DeleteOptions old a map[stamp:UPDATE x:3] dry run")
	api.do("GET", a, jsonType, "").want(t, 200)
	p.want(t, "get")

	api.do("DELETE", configMaps, jsonType, "").want(t, 200)
	p.want(t, "deletecollection",
		"admit DELETE ns/configmaps/ *v1.DeleteOptions old a map[stamp:UPDATE x:3]",
		"admit DELETE ns/configmaps/ *v1.DeleteOptions old b map[stamp:CREATE x:1]",
		"validate DELETE ns/configmaps/ *v1.DeleteOptions old a map[stamp:UPDATE x:3]",
		"validate DELETE ns/configmaps/ *v1.DeleteOptions old b map[stamp:CREATE x:1]")
}

func TestAfterALostRaceAdmissionIsAskedAgain(t *testing.T) {
	t.Parallel()
	p := &plugin{}
	api, below := newRacing(t, p)
	api.do("POST", configMaps, jsonType, mapA).want(t, 201)
	p.asked = nil
	below.races = 1
	api.do("PATCH", configMaps+"/a", mergeType, `{"data":{"x":"2"}}`).want(t, 200)
	p.want(t, "patch",
		"admit UPDATE ns/configmaps/a *v1.UpdateOptions old a map[stamp:CREATE x:1]",
		"validate UPDATE ns/configmaps/a *v1.UpdateOptions old a map[stamp:CREATE x:1]",
		"admit UPDATE ns/configmaps/a *v1.UpdateOptions old a map[rival:1 stamp:CREATE x:1]",
		"validate UPDATE ns/configmaps/a *v1.UpdateOptions old a map[rival:1 stamp:CREATE x:1]")
}

func TestARefusalWritesNothing(t *testing.T) {
	t.Parallel()
	a := configMaps + "/a"
	for _, row := range []struct {
		refuse             rest.Operation
		method, path, body string
	}{
		{rest.OperationCreate, "POST", configMaps, strings.Replace(mapA, `"a"`, `"b"`, 1)},
		{rest.OperationUpdate, "PUT", a, strings.Replace(mapA, `"1"`, `"2"`, 1)},
		{rest.OperationUpdate, "PATCH", a, `{"data":{"x":"2"}}`},
		{rest.OperationDelete, "DELETE", a, ""},
		{rest.OperationDelete, "DELETE", configMaps, ""},
	} {
		p := &plugin{}
		api, _ := newRacing(t, p)
		api.do("POST", configMaps, jsonType, mapA).want(t, 201)
		p.refuse = row.refuse
		mediaType := jsonType
		if row.method == "PATCH" {
			mediaType = mergeType
		}
		got := api.do(row.method, row.path, mediaType, row.body).want(t, 403)
		if !strings.HasSuffix(got.message(), "is forbidden: the plugin says no") {
			t.Errorf("%s %s: %s", row.method, row.path, got.message())
		}
		list := api.do("GET", configMaps, jsonType, "").want(t, 200)
		items, _ := list.at("items").([]any)
		if len(items) != 1 || !strings.Contains(list.body, `"x":"1"`) {
			t.Errorf("%s %s wrote something: %s", row.method, row.path, list.body)
		}
	}
}

func TestAPluginCannotSpoilManagedFields(t *testing.T) {
	t.Parallel()
	api, _ := newRacing(t, &plugin{spoil: true})
	got := api.do("POST", configMaps, jsonType, mapA).want(t, 201)
	if !strings.Contains(got.managers(), "tester Update") || len(got.warnings) != 1 ||
		!strings.Contains(got.warnings[0], ".metadata.managedFields was in an invalid state after admission; ") {
		t.Errorf("managers %s, warnings %v", got.managers(), got.warnings)
	}
}
