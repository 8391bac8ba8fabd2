package versions

import (
	"context"
	"encoding/json"
	"slices"
	"strings"

	autoscalingv1 "k8s.io/api/autoscaling/v1"
	autoscalingv2 "k8s.io/api/autoscaling/v2"
	corev1 "k8s.io/api/core/v1"
	eventsv1 "k8s.io/api/events/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/internal/demo"
)

// Demo sets the defaults of a short manifest, converts an autoscaler between its versions, and shows an event in both
// of its groups.
func Demo(_ context.Context, s *demo.Stage) error {
	server := demoCodecs{NewCodecs()}
	for _, step := range []func(*demo.Stage, demoCodecs) error{demoDefaults, demoVersions, demoGroups} {
		if err := step(s, server); err != nil {
			return err
		}
	}
	return nil
}

const demoDeployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx}]}
`

// demoDefaults shows a manifest without and with defaults, as a diff.
func demoDefaults(s *demo.Stage, server demoCodecs) error {
	s.Title("A short Deployment, and (+) its defaults")
	before, err := demoCodecs{kinds.NewCodecs(kinds.NewScheme())}.reread(demoDeployment)
	if err != nil {
		return err
	}
	after, err := server.reread(demoDeployment)
	if err != nil {
		return err
	}
	for line := range strings.Lines(after) {
		mark := "+"
		if _, rest, said := strings.Cut("\n"+before, "\n"+line); said {
			mark, before = " ", rest
		}
		s.Show("%s %s", mark, line)
	}
	older, err := server.reread(strings.Replace(demoDeployment, "apps/v1", "extensions/v1beta1", 1))
	if err != nil {
		return err
	}
	s.Say("Defaults belong to a version. In extensions/v1beta1 the same manifest had:")
	demoLines(s, older, "max", "2147483647")
	return nil
}

const demoAutoscaler = `{apiVersion: autoscaling/v2, kind: HorizontalPodAutoscaler, metadata: {name: web}, spec: {
  maxReplicas: 4, scaleTargetRef: {kind: Deployment, name: web}, metrics: [
    {type: Resource, resource: {name: cpu, target: {type: Utilization, averageUtilization: 50}}},
    {type: Pods, pods: {metric: {name: rps}, target: {type: AverageValue, averageValue: 100m}}}]}}`

// demoVersions changes in v1 an object that was created in v2.
func demoVersions(s *demo.Stage, server demoCodecs) error {
	s.Title("An autoscaler with two metrics, in a version that has one")
	hub, err := server.read(demoAutoscaler)
	if err != nil {
		return err
	}
	first, err := server.write(hub, autoscalingv1.SchemeGroupVersion)
	if err != nil {
		return err
	}
	s.Say("Created in v2, the hub, in which etcd stores it. A v1 client reads")
	demoLines(s, first, "alpha", "target")
	s.Say("and sends it back with 60 instead of 50. A v2 client reads")
	if hub, err = server.read(strings.Replace(first, "Percentage: 50", "Percentage: 60", 1)); err != nil {
		return err
	}
	second, err := server.write(hub, autoscalingv2.SchemeGroupVersion)
	if err != nil {
		return err
	}
	demoLines(s, second, "alpha", "name: rps", "averageValue", "name: cpu", "averageUtil")
	return nil
}

const demoEvent = `{apiVersion: v1, kind: Event, metadata: {name: web.1}, reason: Pulled, message: image pulled, count: 3,
  involvedObject: {kind: Pod, name: web}, source: {component: kubelet}, reportingComponent: the kubelet}`

// demoGroups shows the field names of one event in both groups.
func demoGroups(s *demo.Stage, server demoCodecs) error {
	s.Title("One event in etcd: its fields in v1 and in events.k8s.io/v1")
	event, err := server.read(demoEvent)
	if err != nil {
		return err
	}
	was, err := server.fields(event, corev1.SchemeGroupVersion)
	if err != nil {
		return err
	}
	now, err := server.fields(event, eventsv1.SchemeGroupVersion)
	if err != nil {
		return err
	}
	for _, name := range []string{"reason", "message", "involvedObject", "reportingComponent", "source", "count"} {
		for also, value := range now {
			if string(value) == string(was[name]) {
				s.Show("%-19s %-20s %s", name, also, value)
			}
		}
	}
	return nil
}

// demoLines shows the lines of a text that contain one of the words. It breaks the lines of annotations, which are
// long.
func demoLines(s *demo.Stage, text string, words ...string) {
	for line := range strings.Lines(text) {
		if slices.ContainsFunc(words, func(word string) bool { return strings.Contains(line, word) }) {
			s.Show("%s", strings.Replace(line, ": '[", ":\n  '[", 1))
		}
	}
}

// demoCodecs read and write YAML.
type demoCodecs struct{ *kinds.Codecs }

func (c demoCodecs) read(text string) (runtime.Object, error) {
	format, err := c.NegotiateInputSerializer(runtime.ContentTypeYAML)
	if err != nil {
		return nil, err
	}
	obj, _, err := c.Decode(format, []byte(text), kinds.DecodeOptions{})
	return obj, err
}

func (c demoCodecs) write(obj runtime.Object, version schema.GroupVersion) (string, error) {
	format, err := c.NegotiateInputSerializer(runtime.ContentTypeYAML)
	if err != nil {
		return "", err
	}
	var text strings.Builder
	err = c.Encode(&text, obj, version, kinds.MediaTypeOptions{SerializerInfo: format})
	return text.String(), err
}

// reread decodes a text and encodes it again in the same version.
func (c demoCodecs) reread(text string) (string, error) {
	obj, err := c.read(text)
	if err != nil {
		return "", err
	}
	gv, err := schema.ParseGroupVersion(strings.TrimPrefix(strings.SplitN(text, "\n", 2)[0], "apiVersion: "))
	if err != nil {
		return "", err
	}
	return c.write(obj, gv)
}

// fields returns the JSON fields of obj by name.
func (c demoCodecs) fields(obj runtime.Object, version schema.GroupVersion) (map[string]json.RawMessage, error) {
	var text strings.Builder
	if err := c.Encode(&text, obj, version, kinds.MediaTypeOptions{SerializerInfo: &c.SupportedMediaTypes[0]}); err != nil {
		return nil, err
	}
	found := map[string]json.RawMessage{}
	return found, json.Unmarshal([]byte(text.String()), &found)
}
