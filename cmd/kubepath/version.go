package main

import (
	"fmt"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
	"k8s.io/apimachinery/pkg/version"
)

// compatible is the kube-apiserver whose behaviour this server keeps to.
const compatible = "1.36"

// serverVersion is what /version says. Clients decide by it what they may ask for.
func serverVersion() version.Info {
	v := version.Info{
		Major: "1", Minor: "36", EmulationMajor: "1", EmulationMinor: "36", MinCompatibilityMajor: "1", MinCompatibilityMinor: "35",
		GitVersion: "v" + compatible + ".0+kubepath", GitTreeState: "clean",
		GoVersion: runtime.Version(), Compiler: runtime.Compiler, Platform: runtime.GOOS + "/" + runtime.GOARCH,
	}
	if info, ok := debug.ReadBuildInfo(); ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				v.GitCommit = s.Value
			case "vcs.time":
				v.BuildDate = s.Value
			case "vcs.modified":
				if s.Value == "true" {
					v.GitTreeState = "dirty"
				}
			}
		}
	}
	return v
}

func newVersion() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Say which kube-apiserver this one is compatible with",
		Args:  usage(cobra.NoArgs),
		RunE: func(c *cobra.Command, _ []string) error {
			v := serverVersion()
			_, err := fmt.Fprintf(c.OutOrStdout(), "kubepath, compatible with kube-apiserver v%s (%s, %s)\n", compatible, v.GoVersion, v.Platform)
			return err
		},
	}
}
