// Package versions is chapter 13: it completes objects, and shows one stored object in every version of its kind.
//
// In: an object as a client or etcd has it, in any version. Out: the same object, complete, in the one version in which
// the server works (the hub); and on the way back, in the version that the client asked for. New: nothing passes through
// here by itself. A server gives the tables of this package to the codecs of chapter 2 (Install), and from then on
// whatever they decode is defaulted and converted; no handler, strategy or storage knows that other versions exist.
//
// Two tables hold everything. Defaults belong to a served version (the same words mean other things in another one) and
// are set when an object is decoded, from storage too: what was stored before a field existed has its default when it is
// read. Conversions belong to a pair, served version and hub, and go both ways without loss: what a version cannot say
// travels in annotations.
//
// Upstream: the packages below k8s.io/kubernetes/pkg/apis (defaults.go, conversion.go, zz_generated.*), which convert
// between each served version and an internal one that has Go types of its own. Here one of the served versions is the
// internal one, as it already is what is stored. A kind with one version, as most have, is never converted.
//
// Read them in this order:
//
//	defaults.go            the table's rows, and the two ways to set a default: fill and point
//	defaults_workloads.go  controllers of pods
//	defaults_pod.go        the long one: pods, and every template of pods, with fields that say the same thing twice
//	pod_resources.go       requests and limits, and image.go names of images: defaults that are computed
//	defaults_core.go       services, volumes and the rest of the group without a name
//	defaults_cluster.go    the other groups
//	converter.go           hub and spokes: kinds.Converter
//	normalize.go           fields of upstream's internal types that are annotations here
//	event.go               the same fields by other names
//	autoscaler.go          annotations that carry the rest, with autoscaler_metrics.go
//	deprecated_versions.go versions that are gone, or only found in etcd
//	storage_version.go     the version and the media type in which a kind is stored
//	codecs.go              all of it put into the codecs of a server; field selectors
//	demo.go                shows it
package versions
