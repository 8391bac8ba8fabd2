package workloads

import (
	"context"
	"fmt"
	"maps"
	"reflect"
	"strconv"
	"time"

	batchv1 "k8s.io/api/batch/v1"
	corev1 "k8s.io/api/core/v1"
	metainternal "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/labels"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/duration"
	"k8s.io/apimachinery/pkg/util/validation/field"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
)

type job = batchv1.Job

// jobs is the strategy of jobs. A delete orphans the pods by default.
var jobs = jobStrategy{resource.SpecStatus[job, *job]{
	Strategy:            registry.Namespaced{},
	Spec:                func(j *job) any { return &j.Spec },
	Status:              func(j *job) any { return &j.Status },
	PrepareFunc:         func(j *job) { podspec.DropDisabledTemplateFields(&j.Spec.Template) },
	ValidateWithOldFunc: validateJob,
	CanonicalizeFunc:    copyTemplateLabels,
	WarningsWithOldFunc: warnJob,
	Propagation:         metav1.DeletePropagationOrphan,
}}

// jobStrategy generates the selector of a new job. Upstream: pkg/registry/batch/job.
type jobStrategy struct {
	resource.SpecStatus[job, *job]
}

func (s jobStrategy) PrepareForCreate(ctx context.Context, obj runtime.Object) {
	s.SpecStatus.PrepareForCreate(ctx, obj)
	if j := obj.(*job); !valueOf(j.Spec.ManualSelector) {
		generateSelector(j)
	}
}

// jobFields returns the fields that field selectors can use.
func jobFields(obj runtime.Object) fields.Set {
	return fields.Set{"status.successful": strconv.Itoa(int(obj.(*job).Status.Succeeded))}
}

func warnJob(_ context.Context, j, old *job) []string {
	path := field.NewPath("spec")
	switch {
	case old == nil:
		return append(warnName(j), warnJobSpec(path, &j.Spec)...)
	case specUnchanged(j, old):
		return nil
	}
	return warnJobSpec(path, &j.Spec)
}

func warnJobSpec(path *field.Path, s *batchv1.JobSpec) []string {
	var lines []string
	if indexed(s) && valueOf(s.Completions) > manyCompletions && valueOf(s.Parallelism) > parallelismOfMany {
		lines = append(lines, path.String()+": In Indexed Jobs with a number of completions higher than 10^5 and a "+
			"parallelism higher than 10^4, Kubernetes might not be able to track completedIndexes when a big number of indexes fail")
	}
	return append(lines, podspec.WarnPodTemplate(path.Child("template"), &s.Template)...)
}

// jobStore is the Store of jobs. It warns on a delete without a propagation policy, which orphans the pods.
type jobStore struct{ *registry.Store }

var _ rest.StandardStorage = jobStore{}

func serveJobs(s *registry.Store) rest.Storage { return jobStore{s} }

func (s jobStore) Delete(ctx context.Context, name string, options *rest.DeleteOptions) (runtime.Object, bool, error) {
	warnOrphans(ctx, options)
	return s.Store.Delete(ctx, name, options)
}

func (s jobStore) DeleteCollection(ctx context.Context, options *rest.DeleteOptions,
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

// jobColumns are the columns of kubectl get jobs.
var jobColumns = resource.Table[job, *job]{
	Columns: append([]resource.Column{
		resource.NameColumn(),
		{Name: "Status", Description: "Status of the job."},
		{Name: "Completions", Description: batchv1.JobStatus{}.SwaggerDoc()["succeeded"]},
		{Name: "Duration", Description: "Time required to complete the job."},
		resource.AgeColumn(),
	}, wideColumns(batchv1.JobSpec{}.SwaggerDoc()["selector"])...),
	Cells: func(j *job) []any {
		names, images := podspec.ContainerCells(j.Spec.Template.Spec.Containers)
		return []any{j.Name, jobState(j), completionsText(j), durationText(&j.Status), resource.AgeOf(j),
			names, images, metav1.FormatLabelSelector(j.Spec.Selector)}
	},
}

// jobState returns the cell Status: the first state that is true of the job.
func jobState(j *job) string {
	is := func(t batchv1.JobConditionType) bool { return hasCondition(j, t, corev1.ConditionTrue) }
	switch {
	case is(batchv1.JobComplete):
		return "Complete"
	case is(batchv1.JobFailed):
		return "Failed"
	case j.DeletionTimestamp != nil:
		return "Terminating"
	case is(batchv1.JobSuspended):
		return "Suspended"
	case is(batchv1.JobFailureTarget):
		return "FailureTarget"
	case is(batchv1.JobSuccessCriteriaMet):
		return "SuccessCriteriaMet"
	}
	return "Running"
}

// completionsText returns the cell Completions. Without spec.completions, one success is enough.
func completionsText(j *job) string {
	if j.Spec.Completions != nil {
		return countOf(j.Status.Succeeded, j.Spec.Completions)
	}
	if n := valueOf(j.Spec.Parallelism); n > 1 {
		return fmt.Sprintf("%d/1 of %d", j.Status.Succeeded, n)
	}
	return fmt.Sprintf("%d/1", j.Status.Succeeded)
}

func durationText(s *batchv1.JobStatus) string {
	switch {
	case s.StartTime == nil:
		return ""
	case s.CompletionTime == nil:
		return duration.HumanDuration(time.Since(s.StartTime.Time))
	}
	return duration.HumanDuration(s.CompletionTime.Sub(s.StartTime.Time))
}

// The labels of a job's pods, with the prefix batch.kubernetes.io and with the older names.
const (
	uidLabel     = batchv1.ControllerUidLabel
	nameLabel    = batchv1.JobNameLabel
	oldUIDLabel  = "controller-uid"
	oldNameLabel = "job-name"
)

// identity returns the labels of a job's pods. The uid distinguishes them from the pods of an earlier job of the same
// name.
func identity(j *job) map[string]string {
	uid := string(j.UID)
	return map[string]string{uidLabel: uid, nameLabel: j.Name, oldUIDLabel: uid, oldNameLabel: j.Name}
}

// generateSelector adds the job's uid to the template's labels and to the selector. Values that the client set stay, and
// validation refuses them. If the job's own labels were defaulted from the template, they get the new labels too.
func generateSelector(j *job) {
	template := &j.Spec.Template
	shared := len(j.Labels) > 0 && reflect.ValueOf(j.Labels).Pointer() == reflect.ValueOf(template.Labels).Pointer()
	wanted := identity(j)
	maps.Copy(wanted, template.Labels)
	template.Labels = wanted
	if j.Spec.Selector == nil {
		j.Spec.Selector = &metav1.LabelSelector{}
	}
	selected := map[string]string{uidLabel: string(j.UID)}
	maps.Copy(selected, j.Spec.Selector.MatchLabels)
	j.Spec.Selector.MatchLabels = selected
	if shared {
		j.Labels = maps.Clone(wanted)
	}
}

// copyTemplateLabels copies the template's labels to a job without labels. It runs after validation, which checks only the labels
// that the client sent.
func copyTemplateLabels(j *job) {
	if len(j.Labels) == 0 {
		j.Labels = maps.Clone(j.Spec.Template.Labels)
	}
}

// validateGenerated: a generated selector and the template's labels are those of this job. Jobs from before labels had
// prefixes need only the older labels.
func validateGenerated(j *job, prefixed bool) field.ErrorList {
	if valueOf(j.Spec.ManualSelector) || j.Spec.Selector == nil {
		return nil
	}
	var errs field.ErrorList
	if j.UID == "" {
		errs = append(errs, field.Required(field.NewPath("metadata", "uid"), ""))
	}
	wanted, keys := identity(j), []string{oldUIDLabel, oldNameLabel}
	if prefixed {
		keys = append(keys, uidLabel, nameLabel)
	}
	expected := labels.Set{}
	for _, key := range keys {
		errs = append(errs, validateHasLabel(j, key, wanted[key])...)
		expected[key] = wanted[key]
	}
	selector, err := metav1.LabelSelectorAsSelector(j.Spec.Selector)
	if err == nil && !selector.Matches(expected) {
		errs = append(errs, field.Invalid(field.NewPath("spec", "selector"), j.Spec.Selector, "`selector` not auto-generated"))
	}
	return errs
}

func validateHasLabel(j *job, key, wanted string) field.ErrorList {
	path, text := field.NewPath("spec", "template", "metadata", "labels").Key(key), fmt.Sprintf("must be '%s'", wanted)
	switch value, ok := j.Spec.Template.Labels[key]; {
	case !ok:
		return field.ErrorList{field.Required(path, text)}
	case value != wanted:
		return field.ErrorList{field.Invalid(path, j.Spec.Template.Labels, text)}
	}
	return nil
}
