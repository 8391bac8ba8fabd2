package kinds

import (
	"io"
	"testing"

	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"
	"k8s.io/apimachinery/pkg/runtime/serializer/json"
	"k8s.io/apimachinery/pkg/runtime/serializer/protobuf"
)

// BenchmarkNewScheme is a part of the time until a server is ready.
func BenchmarkNewScheme(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		NewScheme()
	}
}

// BenchmarkList compares a List with the layer below it, the serializer of apimachinery, that writes the typed list.
func BenchmarkList(b *testing.B) {
	scheme := NewScheme()
	codecs := NewCodecs(scheme)
	list := podList(1000)
	typed := typedPods(list)
	below := map[string]runtime.Encoder{
		runtime.ContentTypeJSON: json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme,
			json.SerializerOptions{StreamingCollectionsEncoding: true}),
		runtime.ContentTypeProtobuf: protobuf.NewSerializerWithOptions(scheme, scheme,
			protobuf.SerializerOptions{StreamingCollectionsEncoding: true}),
	}
	for _, format := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		b.Run(format+"/List", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := codecs.Encode(io.Discard, list, v1, MediaTypeOptions{SerializerInfo: codecs.row(format)}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(format+"/typed", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := below[format].Encode(typed, io.Discard); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkDecode(b *testing.B) {
	scheme := NewScheme()
	codecs := NewCodecs(scheme)
	pod := v1.WithKind("Pod")
	below := map[string]runtime.Decoder{
		runtime.ContentTypeJSON: json.NewSerializerWithOptions(json.DefaultMetaFactory, scheme, scheme,
			json.SerializerOptions{Strict: true}),
		runtime.ContentTypeProtobuf: protobuf.NewSerializer(scheme, scheme),
	}
	for _, format := range []string{runtime.ContentTypeJSON, runtime.ContentTypeProtobuf} {
		m := codecs.row(format)
		data, err := runtime.Encode(m.Serializer, aPod("a"))
		if err != nil {
			b.Fatal(err)
		}
		b.Run(format+"/codecs", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := codecs.Decode(m, data, DecodeOptions{Default: pod, Strict: true}); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(format+"/serializer", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, _, err := below[format].Decode(data, &pod, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkEncode(b *testing.B) {
	codecs := NewCodecs(NewScheme())
	pod := aPod("a")
	for i := range codecs.SupportedMediaTypes {
		form := MediaTypeOptions{SerializerInfo: &codecs.SupportedMediaTypes[i]}
		b.Run(form.MediaType, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := codecs.Encode(io.Discard, pod, v1, form); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkAccept(b *testing.B) {
	codecs := NewCodecs(NewScheme())
	table := func(_ *SerializerInfo, as schema.GroupVersionKind) bool { return as.Kind == "Table" }
	for name, header := range map[string]string{
		"one":     "application/json",
		"kubectl": "application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json",
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := codecs.NegotiateOutputMediaType(header, table); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkStorageCodec is what each object in etcd costs: into a ResultPointer, as every list and watch reads it.
func BenchmarkStorageCodec(b *testing.B) {
	codecs := NewCodecs(NewScheme())
	codec, err := codecs.StorageCodec(runtime.ContentTypeProtobuf)
	if err != nil {
		b.Fatal(err)
	}
	pod := aPod("a")
	data, err := runtime.Encode(codec, pod)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, _, err := codec.Decode(data, nil, &ResultPointer{}); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if err := codec.Encode(pod, io.Discard); err != nil {
				b.Fatal(err)
			}
		}
	})
}
