package versions

import (
	"context"
	"strings"

	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/internal/demo"
)

const demoDeployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`

// Demo completes a short manifest.
func Demo(_ context.Context, s *demo.Stage) error {
	return demoDefaults(s, NewCodecs())
}

// demoDefaults shows a manifest before and after, as a diff.
func demoDefaults(s *demo.Stage, codecs *kinds.Codecs) error {
	s.Title("What a Deployment says, and (+) what it means")
	before, err := demoText(kinds.NewCodecs(kinds.NewScheme()))
	if err != nil {
		return err
	}
	after, err := demoText(codecs)
	if err != nil {
		return err
	}
	for line := range strings.Lines(after) {
		mark := "+"
		if rest, ok := strings.CutPrefix(before, line); ok {
			mark, before = " ", rest
		}
		s.Show("%s %s", mark, line)
	}
	return nil
}

// demoText is what codecs read of the manifest, as YAML.
func demoText(codecs *kinds.Codecs) (string, error) {
	format, err := codecs.ContentType(runtime.ContentTypeYAML)
	if err != nil {
		return "", err
	}
	obj, _, err := codecs.Decode(format, []byte(demoDeployment), kinds.Decoding{})
	if err != nil {
		return "", err
	}
	text, err := yaml.Marshal(obj)
	return string(text), err
}
