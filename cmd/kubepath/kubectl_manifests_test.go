package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"kubepath/internal/tools/kubectltest"
)

// recordFrom names the kubeconfig of a kube-apiserver, to record anew what kubectl prints against it: one of v1.36 with
// --allow-privileged, --service-cluster-ip-range=10.0.0.0/24, and no admission plugin on.
const recordFrom = "KUBEPATH_RECORD_FROM"

// TestWhatKubectlPrintsForManifests has the real kubectl do with ordinary manifests what people do with them, and
// compares all that it prints with what it prints against kube-apiserver. Each script works in a namespace of its own.
func TestWhatKubectlPrintsForManifests(t *testing.T) {
	t.Parallel()
	kubectl, kubeconfig := kubectltest.Binary(t), os.Getenv(recordFrom)
	recording := kubeconfig != ""
	if !recording {
		kubeconfig = filepath.Join(t.TempDir(), "kubeconfig")
		serve(t, "--write-kubeconfig", kubeconfig)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/manifests",
		Setup: func(e *testscript.Env) error {
			e.Setenv("KUBECTL", kubectl)
			e.Setenv("KUBECONFIG", kubeconfig)
			e.Setenv("HOME", e.WorkDir)
			e.Setenv("NS", fmt.Sprintf("scripted-%x", time.Now().UnixNano())) // another one where a server is recorded again
			return nil
		},
		RequireExplicitExec: true,
		UpdateScripts:       recording,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"kubectl": runKubectl},
	})
}

// runKubectl ARGS...: runs kubectl in the namespace $NS, and puts what it prints, and its status, into the file out.
func runKubectl(ts *testscript.TestScript, _ bool, args []string) {
	command := exec.Command(ts.Getenv("KUBECTL"), append([]string{"-n", ts.Getenv("NS")}, args...)...)
	command.Dir = ts.Getenv("WORK")
	command.Env = append(os.Environ(), "KUBECONFIG="+ts.Getenv("KUBECONFIG"), "HOME="+ts.Getenv("HOME"))
	var stdout, stderr bytes.Buffer
	command.Stdout, command.Stderr = &stdout, &stderr
	err := command.Run()
	text := stdout.String()
	if stderr.Len() > 0 {
		text += "stderr:\n" + stderr.String()
	}
	if err != nil {
		text += err.Error() + "\n"
	}
	text = regexp.MustCompile(regexp.QuoteMeta(ts.Getenv("NS"))).ReplaceAllString(text, "NS")
	for _, r := range accidents {
		text = r.is.ReplaceAllString(text, r.shown)
	}
	ts.Check(os.WriteFile(ts.MkAbs("out"), []byte(text), 0o600))
}

// accidents are what is another value on each run, with what is shown in its place. Columns of tables move with them.
var accidents = []struct {
	is    *regexp.Regexp
	shown string
}{
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "UID"},
	{regexp.MustCompile(`10\.0\.0\.\d+\b`), "IP"},
	{regexp.MustCompile(`(resourceVersion"?: )"\d+"`), "${1}RV"},
	{regexp.MustCompile(`(?i)(nodePort"?:? *|<unset> +|:)3[0-2]\d\d\d\b`), "${1}PORT"},
	{regexp.MustCompile(`20[2-9]\d-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "TIME"},
	{regexp.MustCompile(`20[2-9]\d-\d\d-\d\d \d\d:\d\d:\d\d \+0000 UTC`), "TIME"},
	{regexp.MustCompile(`[A-Z][a-z]{2}, \d\d [A-Z][a-z]{2} 20\d\d \d\d:\d\d:\d\d \S+`), "TIME"},
	{regexp.MustCompile(`(  |\n)(\d+m)?\d+s\b`), "${1}AGE"},
	{regexp.MustCompile(`(?m) +$`), ""},
	{regexp.MustCompile(` {2,}`), "  "},
	{regexp.MustCompile(`([^\n])\z`), "$1\n"},
}
