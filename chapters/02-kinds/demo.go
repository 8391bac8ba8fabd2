package kinds

import (
	"bytes"
	"context"
	"encoding/hex"
	"strings"

	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	"kubepath/internal/demo"
)

const demoPod = `apiVersion: v1
kind: Pod
metadata: {name: nginx}
spec:
  containers:
  - {name: nginx, image: nginx, ports: [{containerPort: 80}]}
`

// Demo converts one manifest to every media type, negotiates with Accept headers, and looks names up in a RESTMapper.
func Demo(_ context.Context, s *demo.Stage) error {
	codecs := NewCodecs(NewScheme())
	for _, step := range []func(*demo.Stage, *Codecs) error{demoFormats, demoStrict, demoAccept, demoNames} {
		if err := step(s, codecs); err != nil {
			return err
		}
	}
	return nil
}

func demoFormats(s *demo.Stage, codecs *Codecs) error {
	s.Title("A manifest becomes an object, and the object bytes")
	s.Show("%s", demoPod)
	obj, kind, err := codecs.Decode(codecs.row(runtime.ContentTypeYAML), []byte(demoPod), DecodeOptions{})
	if err != nil {
		return err
	}
	s.Say("apiVersion and kind name %v %s. The Scheme knows its Go type: %T.", kind.GroupVersion(), kind.Kind, obj)
	for _, format := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		var out bytes.Buffer
		form := MediaTypeOptions{SerializerInfo: codecs.row(format)}
		if err := codecs.Encode(&out, obj, kind.GroupVersion(), form); err != nil {
			return err
		}
		s.Say("%s, %d bytes:", format, out.Len())
		if format == runtime.ContentTypeJSON {
			s.Show("%.60s...", out.String())
		} else {
			for line := range strings.Lines(head(hex.Dump(out.Bytes()), 3)) {
				s.Show("%s", line[len("00000000  "):])
			}
			s.Say("k8s\\x00 marks it; v1 and Pod stand in the envelope, the message has no kind.")
		}
		back, _, err := codecs.Decode(form.SerializerInfo, out.Bytes(), DecodeOptions{})
		if err != nil {
			return err
		}
		s.Say("Read again: equal to the first object: %v.", equality.Semantic.DeepEqual(obj, back))
	}
	return nil
}

func demoStrict(s *demo.Stage, codecs *Codecs) error {
	s.Title("A typo, imgae: lenient reading drops it, strict reading reports it")
	typo := strings.Replace(demoPod, "image:", "imgae:", 1)
	for _, strict := range []bool{false, true} {
		obj, _, err := codecs.Decode(codecs.row(runtime.ContentTypeYAML), []byte(typo), DecodeOptions{Strict: strict})
		if err != nil && !runtime.IsStrictDecodingError(err) {
			return err
		}
		s.Show("strict=%v: image is %q, error:\n  %v", strict, obj.(*corev1.Pod).Spec.Containers[0].Image, err)
	}
	s.Say("fieldValidation=Warn makes the error a warning: the object came with it.")
	return nil
}

func demoAccept(s *demo.Stage, codecs *Codecs) error {
	s.Title("Accept chooses the form of the answer")
	s.Say("The best clause that can be had wins. Table v1 is offered besides the object.")
	offered := func(_ *SerializerInfo, as schema.GroupVersionKind) bool {
		return as.Kind == "Table" && as.Version == "v1"
	}
	for _, header := range []string{
		"", "application/*", "application/yaml;q=0.5,application/json;q=0.1",
		"application/vnd.kubernetes.protobuf,application/json",
		"application/json;as=Table;v=v1;g=meta.k8s.io",
		"application/json;as=Table;v=v9;g=meta.k8s.io,*/*",
		"text/csv",
	} {
		form, err := codecs.NegotiateOutputMediaType(header, offered)
		if refused, ok := err.(*NegotiationError); ok {
			s.Show("%q\n  -> %d %s", header, refused.Status().Code, strings.Replace(refused.Message, ": ", ":\n     ", 1))
			continue
		}
		if err != nil {
			return err
		}
		s.Show("%q\n  -> %s", header, strings.TrimSpace(form.ContentType()+" "+form.Convert.Kind))
	}
	return nil
}

func demoNames(s *demo.Stage, _ *Codecs) error {
	s.Title("Names that people type, and the path that each means")
	mapper := NewRESTMapper(demoResources()...)
	for _, name := range []string{"po", "deploy", "Deployment", "events.events.k8s.io", "deplyoment"} {
		r, err := mapper.Find(name)
		if err != nil {
			s.Show("%v", strings.Replace(err.Error(), ": did", ":\n  did", 1))
			continue
		}
		s.Show("%-21s %s/%s, kind %s", name, GroupVersionPath(r.Kind.GroupVersion()), r.Name, r.Kind.Kind)
	}
	var tree strings.Builder
	if err := PrintTree(&tree, mapper.Resources()); err != nil {
		return err
	}
	s.Say("A server makes its RESTMapper from what it serves. This one knows:")
	s.Show("%s", strings.TrimSuffix(tree.String(), "\n"))
	return nil
}

// demoResources are some of Kubernetes' resources. Two groups have events.
func demoResources() []Resource {
	events := schema.GroupVersion{Group: "events.k8s.io", Version: "v1"}
	return []Resource{
		{Kind: corev1.SchemeGroupVersion.WithKind("Node"), Name: "nodes", ShortNames: []string{"no"}},
		{Kind: corev1.SchemeGroupVersion.WithKind("Pod"), Name: "pods", ShortNames: []string{"po"}, Namespaced: true},
		{Kind: corev1.SchemeGroupVersion.WithKind("Event"), Name: "events", ShortNames: []string{"ev"}, Namespaced: true},
		{Kind: appsv1.SchemeGroupVersion.WithKind("Deployment"), Name: "deployments", ShortNames: []string{"deploy"}, Namespaced: true},
		{Kind: events.WithKind("Event"), Name: "events", ShortNames: []string{"ev"}, Namespaced: true},
	}
}

// head returns the first lines of a text.
func head(text string, lines int) string {
	all := strings.SplitAfter(text, "\n")
	return strings.Join(all[:min(lines, len(all))], "")
}
