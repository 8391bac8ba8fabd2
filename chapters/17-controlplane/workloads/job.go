package workloads

import (
	"context"
	"strconv"

	batchv1 "k8s.io/api/batch/v1"
	metainternal "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/core"
	"kubepath/chapters/17-controlplane/resource"
)

type job = batchv1.Job

// jobs: a job that is deleted leaves its pods, unless the client says otherwise; it has always been so.
var jobs = jobStrategy{resource.SpecStatus[job, *job]{
	Strategy:            registry.Namespaced{},
	Spec:                func(j *job) any { return &j.Spec },
	Status:              func(j *job) any { return &j.Status },
	PrepareFunc:         func(j *job) { core.DropAlpha(&j.Spec.Template) },
	ValidateWithOldFunc: validateJob,
	CanonicalizeFunc:    takeLabels,
	WarningsWithOldFunc: warnJob,
	Propagation:         metav1.DeletePropagationOrphan,
}}

// jobStrategy makes a selector for a new job. Upstream: pkg/registry/batch/job.
type jobStrategy struct {
	resource.SpecStatus[job, *job]
}

func (s jobStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	s.SpecStatus.PrepareForCreate(ctx, obj)
	if j := obj.(*job); !valueOf(j.Spec.ManualSelector) {
		generateSelector(j)
	}
}

// jobFields is what field selectors see.
func jobFields(obj runtime.Object) fields.Set {
	return fields.Set{"status.successful": strconv.Itoa(int(obj.(*job).Status.Succeeded))}
}

func warnJob(_ context.Context, j, old *job) []string {
	path := field.NewPath("spec")
	switch {
	case old == nil:
		return append(warnName(j), warnJobSpec(&j.Spec, path)...)
	case unaltered(j, old):
		return nil
	}
	return warnJobSpec(&j.Spec, path)
}

func warnJobSpec(s *batchv1.JobSpec, path *field.Path) []string {
	var lines []string
	if indexed(s) && valueOf(s.Completions) > manyCompletions && valueOf(s.Parallelism) > parallelismOfMany {
		lines = append(lines, path.String()+": In Indexed Jobs with a number of completions higher than 10^5 and a "+
			"parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail")
	}
	return append(lines, core.WarnPodTemplate(&s.Template, path.Child("template"))...)
}

// orphaning is a Store that warns who deletes without saying what shall become of the pods.
type orphaning struct{ *registry.Store }

var _ rest.StandardStorage = orphaning{}

func serveJobs(s *registry.Store) rest.Storage { return orphaning{s} }

func (s orphaning) Delete(ctx context.Context, name string, options *rest.DeleteOptions) (runtime.Object, bool, error) {
	warnOrphans(ctx, options)
	return s.Store.Delete(ctx, name, options)
}

func (s orphaning) DeleteCollection(ctx context.Context, options *rest.DeleteOptions,
	list *metainternal.ListOptions) (runtime.Object, error) {
	warnOrphans(ctx, options)
	return s.Store.DeleteCollection(ctx, options, list)
}

func warnOrphans(ctx context.Context, options *rest.DeleteOptions) {
	if options == nil || options.PropagationPolicy != nil || options.OrphanDependents != nil {
		return
	}
	rest.AddWarning(ctx, "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background "+
		"to remove them or set propagationPolicy=Orphan to suppress this warning")
}
