package exercise

import (
	registry "kubepath/chapters/06-registry"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/tools/exercise"
)

var (
	_ registry.Strategy = deploymentStrategy{}
	_ registry.Strategy = statusStrategy{}
)

// Plug has your strategies answer for deployments and deployments/status.
func Plug() exercise.Plug {
	return exercise.Plug{Groups: func(table []controlplane.Group) []controlplane.Group {
		for _, g := range table {
			for i := range g.Resources {
				if r := &g.Resources[i]; g.Group == "apps" && r.Name == "deployments" {
					r.Strategy, r.Status = deploymentStrategy{}, statusStrategy{}
				}
			}
		}
		return table
	}}
}
