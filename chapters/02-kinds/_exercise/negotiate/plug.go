package exercise

import (
	"mime"
	"slices"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	"kubepath/internal/tools/exercise"
)

// Plug has Negotiate decide before the API does: the API is then asked for exactly what was chosen, or not at all.
func Plug() exercise.Plug { return exercise.Plug{Accept: accept} }

func accept(header string) (string, error) {
	form, err := Negotiate(header, offers, canBeHad)
	if err != nil || header == "" {
		return "", err
	}
	return mime.FormatMediaType(form.MediaType, form.Params), nil
}

var codecs = kinds.NewCodecs(kinds.NewScheme())

// offers are the media types of chapter 2's table.
var offers = []string{runtime.ContentTypeJSON, runtime.ContentTypeYAML, runtime.ContentTypeProtobuf}

// canBeHad knows the parameters that this server understands: other kinds (as, v, g) and streams.
func canBeHad(f MediaTypeOptions) bool {
	if stream := f.Params["stream"]; stream != "" && (stream != "watch" || f.MediaType == runtime.ContentTypeYAML) {
		return false
	}
	as := schema.GroupVersionKind{Group: f.Params["g"], Version: f.Params["v"], Kind: f.Params["as"]}
	switch {
	case as.Empty():
		return true
	case as.Kind == "APIGroupDiscoveryList":
		return as.Version == "v2"
	}
	kinds := []string{"PartialObjectMetadata", "PartialObjectMetadataList"}
	if media, err := codecs.NegotiateInputSerializer(f.MediaType); err == nil && media.Tables {
		kinds = append(kinds, "Table")
	}
	return as.Group == "meta.k8s.io" && (as.Version == "v1" || as.Version == "v1beta1") && slices.Contains(kinds, as.Kind)
}
