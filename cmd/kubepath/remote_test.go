package main

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"kubepath/internal/tools/kubectltest"
	"kubepath/internal/tools/trace"
)

// traced runs kubepath trace with JSON output.
func traced(t *testing.T, args ...string) trace.Trace {
	t.Helper()
	var out, errs bytes.Buffer
	if status := run(append([]string{"trace", "-o", "json"}, args...), strings.NewReader(""), &out, &errs); status != 0 {
		t.Fatalf("status %d: %s", status, errs.String())
	}
	var got trace.Trace
	if err := json.Unmarshal(out.Bytes(), &got); err != nil {
		t.Fatalf("%v\n%s", err, out.String())
	}
	return got
}

func layers(t trace.Trace) string {
	var names []string
	for _, h := range t.Hops {
		names = append(names, h.Layer)
	}
	return strings.Join(names, " ")
}

func TestARunningServersPartOfThePathIsFetched(t *testing.T) {
	t.Parallel()
	p := serve(t, "--traces-per-second", "0")
	const path = "request server installer rest registry storage storage etcd" // the watch cache, and the storage over etcd
	if got := traced(t, "create", "configmap", "a", "--server", p.url); layers(got) != path {
		t.Errorf("create went through %s, want %s", layers(got), path)
	}
	// What was asked last is the create: asking for traces is not itself on record.
	last := traced(t, "--last", "--server", p.url)
	if last.Request.Method != "POST" || last.Etcd == nil || last.Etcd.Key != "/registry/configmaps/default/a" {
		t.Errorf("the last request was %+v, %+v", last.Request, last.Etcd)
	}
	if want, _ := strings.CutPrefix(path, "request "); layers(last) != want {
		t.Errorf("the server saw %s, want %s", layers(last), want)
	}
}

func TestKubectlIsAtHome(t *testing.T) {
	t.Parallel()
	kubectl, kubeconfig := kubectltest.Binary(t), filepath.Join(t.TempDir(), "kubeconfig")
	serve(t, "--write-kubeconfig", kubeconfig)
	for _, row := range []struct{ args, stdin, want string }{
		{"create namespace shop", "", "namespace/shop created"},
		{"create configmap settings -n shop --from-literal a=b", "", "configmap/settings created"},
		{"get -A -o yaml configmaps,namespaces", "", "name: settings"},
		{"get cm -n shop", "", "settings"},
		{"get --raw /apis", "", `"name":"apps"`},
		{"replace -f -", `{"apiVersion":"v1","kind":"ConfigMap","metadata":{"name":"settings","namespace":"shop"},"data":{"a":"c"}}`, "configmap/settings replaced"},
		{"get cm settings -n shop -o jsonpath={.data.a}", "", "c"},
		{"api-resources", "", "deployments"},
		{"delete cm settings -n shop", "", `configmap "settings" deleted`},
		{"get cm -n shop", "", "No resources found"},
	} {
		command := exec.CommandContext(t.Context(), kubectl, strings.Fields(row.args)...)
		command.Env = append(command.Environ(), "KUBECONFIG="+kubeconfig, "KUBECACHEDIR="+t.TempDir())
		command.Stdin = strings.NewReader(row.stdin)
		output, err := command.CombinedOutput()
		if err != nil || !strings.Contains(string(output), row.want) {
			t.Errorf("kubectl %s: %v: %s", row.args, err, output)
		}
	}
}
