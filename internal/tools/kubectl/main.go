// Command kubectl is the real kubectl, built from its own module for the tests, so that they need none installed. It is
// a module of its own to keep its dependencies out of the project's.
package main

import (
	"os"

	"k8s.io/component-base/cli"
	"k8s.io/kubectl/pkg/cmd"
)

func main() { os.Exit(cli.Run(cmd.NewDefaultKubectlCommand())) }
