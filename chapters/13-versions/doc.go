// Package versions is chapter 13: defaults, and conversion between the versions of a kind.
//
// In: an object from a client or from etcd, in any version. Out: the same object with its defaults, in the one version
// that the server works with (the hub); for the response, the object in the version that the client asked for. New: no
// handler calls this package. A server gives the tables of this package to the codecs of chapter 2 (Install). From then
// on the codecs set defaults and convert in whatever they decode; no handler, strategy or storage knows that other
// versions exist.
//
// There are two tables. Defaults belong to a served version, because the same manifest can have other defaults in
// another version. They are set when an object is decoded, also from storage: an object that was stored before a field
// existed gets the field's default when it is read. Conversions belong to a pair of served version and hub, and lose
// nothing in either direction: annotations carry what a version has no field for.
//
// Upstream: the packages below k8s.io/kubernetes/pkg/apis (defaults.go, conversion.go, zz_generated.*), which convert
// between each served version and an internal version with its own Go types. Here one of the served versions, the one
// that is stored, takes the place of the internal version. Most kinds have one version and are never converted.
//
// Read them in this order:
//
//	defaults.go            the table's rows, and the two ways to set a default: setDefault and setDefaultPointer
//	defaults_workloads.go  Deployments and other workloads
//	defaults_pod.go        pods and pod templates, and pairs of fields that hold the same value
//	pod_resources.go       computed defaults of requests and limits; image.go of imagePullPolicy
//	defaults_core.go       services, volumes and the rest of the core group
//	defaults_cluster.go    the other groups
//	converter.go           hub and spokes: kinds.Converter
//	normalize.go           fields of upstream's internal types that are annotations here
//	event.go               events in v1 and events.k8s.io/v1: the same fields with other names
//	autoscaler.go          autoscaling/v1 and v2, with annotations for what v1 lacks; with autoscaler_metrics.go
//	deprecated_versions.go versions that are not served any more, or only found in etcd
//	storage_version.go     the version and the media type in which a kind is stored
//	codecs.go              Install: adds all of it to the codecs of a server; field selectors
//	demo.go                the demo
package versions
