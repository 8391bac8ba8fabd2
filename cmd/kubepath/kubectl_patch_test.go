package main

import (
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"kubepath/internal/tools/kubectltest"
)

// TestWhatKubectlDoesWithPatches has the real kubectl apply, patch, diff and edit, against one server. Each script works
// in a namespace of its own, $NS.
func TestWhatKubectlDoesWithPatches(t *testing.T) {
	t.Parallel()
	kubectl, kubeconfig := kubectltest.Binary(t), filepath.Join(t.TempDir(), "kubeconfig")
	serve(t, "--write-kubeconfig", kubeconfig)
	testscript.Run(t, testscript.Params{
		Dir: "testdata/patch",
		Setup: func(e *testscript.Env) error {
			e.Setenv("KUBECTL", kubectl)
			e.Setenv("KUBECONFIG", kubeconfig)
			e.Setenv("HOME", e.WorkDir)
			return nil
		},
		RequireExplicitExec: true,
		Cmds:                map[string]func(*testscript.TestScript, bool, []string){"status": status},
	})
}
