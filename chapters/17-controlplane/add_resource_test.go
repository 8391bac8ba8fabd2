package controlplane_test

import (
	"bufio"
	"encoding/json"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	request "kubepath/chapters/01-request"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/tools/kubectltest"
)

const (
	migrationsPath = "/apis/storagemigration.k8s.io/v1beta1/storageversionmigrations"
	ofSecrets      = `{"apiVersion":"storagemigration.k8s.io/v1beta1","kind":"StorageVersionMigration",
		"metadata":{"name":"secrets"},"spec":{"resource":{"group":"","resource":"secrets"}},"status":{"resourceVersion":"1"}}`
)

// withMigrations adds migrations behind the table.
func withMigrations(c *controlplane.Config) { c.Groups = append(controlplane.Groups(), migrations) }

func TestAResourceIsAddedInUnderThirtyLines(t *testing.T) {
	t.Parallel()
	source, err := os.ReadFile("migrations_test.go")
	if err != nil {
		t.Fatal(err)
	}
	_, code, found := strings.Cut(string(source), "\n)\n\n") // behind the imports
	if lines := strings.Count(code, "\n"); !found || lines >= 30 {
		t.Errorf("%d lines", lines)
	}
	for _, g := range controlplane.Groups() {
		if g.GroupVersion == migrations.GroupVersion {
			t.Error("it is in the table already: add another one")
		}
	}
}

func TestAnAddedResourceIsServedAsAnyOther(t *testing.T) {
	t.Parallel()
	c := newCluster(t, withMigrations)
	events := c.open(t, "GET", migrationsPath+"?watch=true", "")
	defer events.Body.Close()

	code, text := c.ask(t, "POST", migrationsPath, ofSecrets)
	want(t, "create", code, text, 201, `"uid"`, `"status":{}`)
	if strings.Contains(text, "generation") {
		t.Error("migrations are not counted")
	}
	code, text = c.ask(t, "GET", migrationsPath+"/secrets", "")
	want(t, "get", code, text, 200, `"resource":"secrets"`)
	code, text = c.ask(t, "GET", migrationsPath, "", "Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	want(t, "table", code, text, 200, `"kind":"Table"`, `"name":"Created At"`, `"cells":["secrets"`)

	event, err := bufio.NewReader(events.Body).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	want(t, "watch", events.StatusCode, event, 200, `"type":"ADDED"`, `"name":"secrets"`)

	code, text = c.ask(t, "POST", migrationsPath, strings.Replace(ofSecrets, `"resource":"secrets"`, `"resource":""`, 1))
	want(t, "create of nothing", code, text, 422, "spec.resource.resource: Required value: resource is required")
	const merge = "application/merge-patch+json"
	code, text = c.ask(t, "PATCH", migrationsPath+"/secrets", `{"spec":{"resource":{"resource":"pods"}}}`, "Content-Type", merge)
	want(t, "change of the resource", code, text, 422, "field is immutable")
	code, text = c.ask(t, "PATCH", migrationsPath+"/secrets/status", `{"status":{"resourceVersion":"7"}}`, "Content-Type", merge)
	want(t, "change of the status", code, text, 200, `"status":{"resourceVersion":"7"}`)
}

func TestAnAddedResourceLiesInEtcdUnderItsName(t *testing.T) {
	t.Parallel()
	c := newCluster(t, withMigrations)
	if code, text := c.ask(t, "POST", migrationsPath, ofSecrets); code != 201 {
		t.Fatal(text)
	}
	found, err := c.etcd.Get(t.Context(), "/registry/storageversionmigrations/secrets")
	if err != nil || len(found.Kvs) != 1 || !strings.HasPrefix(string(found.Kvs[0].Value), "k8s\x00") {
		t.Errorf("%v, %v", found, err)
	}
}

func TestKubectlFindsAnAddedResource(t *testing.T) {
	t.Parallel()
	c := newCluster(t, withMigrations)
	folder := t.TempDir()
	kubeconfig, manifest := filepath.Join(folder, "kubeconfig"), filepath.Join(folder, "secrets.json")
	if err := request.WriteKubeconfig(kubeconfig, &request.Config{Host: c.url, BearerToken: "any"}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(manifest, []byte(ofSecrets), 0o600); err != nil {
		t.Fatal(err)
	}
	kubectl := func(args ...string) string {
		command := exec.CommandContext(t.Context(), kubectltest.Binary(t), args...)
		command.Env = append(os.Environ(), "KUBECONFIG="+kubeconfig, "HOME="+folder)
		output, err := command.CombinedOutput()
		if err != nil {
			t.Errorf("kubectl %s: %v", strings.Join(args, " "), err)
		}
		return string(output)
	}
	for code := 0; code != http.StatusOK && t.Context().Err() == nil; { // made at the first request; kubectl waits 32 s for it
		code, _ = c.ask(t, "GET", "/openapi/v2", "")
	}
	for _, row := range []struct{ command, words string }{
		{"api-resources --api-group storagemigration.k8s.io -o name", "storageversionmigrations.storagemigration.k8s.io\n"},
		{"apply -f " + manifest, "storageversionmigration.storagemigration.k8s.io/secrets created\n"},
		{"get storageversionmigrations", "secrets"},
		{"explain storageversionmigration.spec.resource", "FIELD: resource <GroupResource>"},
		{"delete storageversionmigration secrets", "deleted"},
	} {
		if got := kubectl(strings.Fields(row.command)...); !strings.Contains(got, row.words) {
			t.Errorf("kubectl %s: no %q in\n%s", row.command, row.words, got)
		}
	}
	var groups struct{ Groups []struct{ Name string } }
	_, text := c.ask(t, "GET", "/apis", "")
	if err := json.Unmarshal([]byte(text), &groups); err != nil {
		t.Fatal(err)
	}
	if last := groups.Groups[len(groups.Groups)-1].Name; last != "storagemigration.k8s.io" {
		t.Errorf("the last group of discovery is %s", last)
	}
}
