package workloads

import (
	"context"
	"fmt"
	"regexp"
	"strings"
	"time"
	_ "time/tzdata" // for machines without a time zone database

	"github.com/robfig/cron/v3"
	batchv1 "k8s.io/api/batch/v1"
	"k8s.io/apimachinery/pkg/api/equality"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

type cronJob = batchv1.CronJob

// cronJobs is the strategy of cron jobs. Upstream: pkg/registry/batch/cronjob.
var cronJobs = resource.SpecStatus[cronJob, *cronJob]{
	Strategy:            registry.Namespaced{},
	Spec:                func(c *cronJob) any { return &c.Spec },
	Status:              func(c *cronJob) any { return &c.Status },
	PrepareFunc:         func(c *cronJob) { podspec.DropDisabledTemplateFields(&c.Spec.JobTemplate.Spec.Template) },
	ValidateWithOldFunc: validateCronJob,
	WarningsWithOldFunc: warnCronJob,
}

// timestampSuffix is the length of the suffix that the controller appends for each job, such as -29384756, with a reserve.
const timestampSuffix = 11

func validateCronJob(_ context.Context, c, old *cronJob) field.ErrorList {
	s, path := &c.Spec, field.NewPath("spec")
	var stored *batchv1.CronJobSpec
	if old != nil {
		stored = &old.Spec
	}
	errs := validateScheduleOf(path.Child("schedule"), s, stored)
	errs = append(errs, validateNonNegative(path, counted("startingDeadlineSeconds", s.StartingDeadlineSeconds))...)
	if stored == nil || !equality.Semantic.DeepEqual(s.TimeZone, stored.TimeZone) { // a stored zone may no longer exist
		errs = append(errs, validateTimeZone(path.Child("timeZone"), s.TimeZone)...)
	}
	errs = append(errs, validateConcurrency(path.Child("concurrencyPolicy"), s.ConcurrencyPolicy)...)
	errs = append(errs, validateJobTemplate(path.Child("jobTemplate", "spec"), s, stored)...)
	errs = append(errs, validateNonNegative(path, counted("successfulJobsHistoryLimit", s.SuccessfulJobsHistoryLimit),
		counted("failedJobsHistoryLimit", s.FailedJobsHistoryLimit))...)
	if old == nil && len(c.Name) > validation.DNS1035LabelMaxLength-timestampSuffix {
		errs = append(errs, field.Invalid(field.NewPath("metadata", "name"), c.Name, "must be no more than 52 characters"))
	}
	return errs
}

// validateScheduleOf: the schedule is set and valid. It may contain a time zone only if the stored one does.
func validateScheduleOf(path *field.Path, s, stored *batchv1.CronJobSpec) field.ErrorList {
	if errs := validate.Required(path, s.Schedule); len(errs) > 0 {
		return errs
	}
	zoned := stored != nil && strings.Contains(stored.Schedule, "TZ")
	return validateSchedule(path, s.Schedule, s.TimeZone, zoned)
}

func validateConcurrency(path *field.Path, policy batchv1.ConcurrencyPolicy) field.ErrorList {
	return validate.RequiredAndSupported(path, policy,
		batchv1.AllowConcurrent, batchv1.ForbidConcurrent, batchv1.ReplaceConcurrent)
}

// validateJobTemplate: the template has no selector, because each job gets a generated one.
func validateJobTemplate(path *field.Path, s, stored *batchv1.CronJobSpec) field.ErrorList {
	template := &s.JobTemplate.Spec
	var storedTemplate *batchv1.JobSpec
	if stored != nil {
		storedTemplate = &stored.JobTemplate.Spec
	}
	errs := validateJobContent(path, template, storedTemplate)
	if template.Selector != nil {
		errs = append(errs, field.Invalid(path.Child("selector"), template.Selector, "`selector` will be auto-generated"))
	}
	if valueOf(template.ManualSelector) {
		errs = append(errs, field.NotSupported(path.Child("manualSelector"), true, []string{"nil", "false"}))
	}
	return errs
}

func warnCronJob(_ context.Context, c, old *cronJob) []string {
	template, path := &c.Spec.JobTemplate.Spec, field.NewPath("spec", "jobTemplate", "spec")
	if old == nil {
		return append(warnName(c), warnJobSpec(path, template)...)
	}
	var lines []string
	if !specUnchanged(c, old) {
		lines = warnJobSpec(path, template)
	}
	if strings.Contains(c.Spec.Schedule, "TZ") {
		lines = append(lines, "cannot use TZ or CRON_TZ in spec.spec.schedule, use timeZone instead, see "+
			"https://kubernetes.io/docs/concepts/workloads/controllers/cron-jobs/ for more details")
	}
	return lines
}

// cronJobColumns are the columns of kubectl get cronjobs.
var cronJobColumns = resource.Table[cronJob, *cronJob]{
	Columns: append([]resource.Column{
		resource.NameColumn(),
		{Name: "Schedule", Description: batchv1.CronJobSpec{}.SwaggerDoc()["schedule"]},
		{Name: "Timezone", Description: batchv1.CronJobSpec{}.SwaggerDoc()["timeZone"]},
		{Name: "Suspend", Type: "boolean", Description: batchv1.CronJobSpec{}.SwaggerDoc()["suspend"]},
		{Name: "Active", Type: "integer", Description: batchv1.CronJobStatus{}.SwaggerDoc()["active"]},
		{Name: "Last Schedule", Description: batchv1.CronJobStatus{}.SwaggerDoc()["lastScheduleTime"]},
		resource.AgeColumn(),
	}, wideColumns(batchv1.JobSpec{}.SwaggerDoc()["selector"])...),
	Cells: func(c *cronJob) []any {
		s := &c.Spec
		last, zone, suspended := "<none>", "<none>", "<unset>"
		if c.Status.LastScheduleTime != nil {
			last = resource.Age(*c.Status.LastScheduleTime)
		}
		if s.TimeZone != nil {
			zone = *s.TimeZone
		}
		switch {
		case s.Suspend != nil && *s.Suspend:
			suspended = "True"
		case s.Suspend != nil:
			suspended = "False"
		}
		names, images := podspec.ContainerCells(s.JobTemplate.Spec.Template.Spec.Containers)
		return []any{c.Name, s.Schedule, zone, suspended, int64(len(c.Status.Active)), last, resource.AgeOf(c),
			names, images, metav1.FormatLabelSelector(s.JobTemplate.Spec.Selector)}
	},
}

// validateSchedule: the schedule has five fields or is a word such as @daily. It contains a time zone only if zoned.
// Upstream: validateScheduleFormat.
func validateSchedule(path *field.Path, schedule string, zone *string, zoned bool) field.ErrorList {
	var errs field.ErrorList
	if err := parseSchedule(schedule); err != nil {
		errs = append(errs, field.Invalid(path, schedule, err.Error()))
	}
	inside := strings.Contains(schedule, "TZ")
	switch {
	case inside && !zoned:
		errs = append(errs, field.Invalid(path, schedule, "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"))
	case inside && zone != nil:
		errs = append(errs, field.Invalid(path, schedule, "cannot use both timeZone field and TZ or CRON_TZ in schedule"))
	}
	return errs
}

// parseSchedule parses a schedule. It turns panics of the library (on "TZ=0") into errors.
func parseSchedule(schedule string) (err error) {
	defer func() {
		if panicked := recover(); panicked != nil {
			err = fmt.Errorf("invalid schedule format: %v", panicked)
		}
	}()
	_, err = cron.ParseStandard(schedule)
	return err
}

// zonePart matches one part of a time zone's name; see https://data.iana.org/time-zones/theory.html#naming. Old names have
// digits and +.
var zonePart = regexp.MustCompile(`^[A-Za-z.\-_0-9+]{1,14}$`)

func validateTimeZone(path *field.Path, zone *string) field.ErrorList {
	if zone == nil {
		return nil
	}
	if *zone == "" {
		return field.ErrorList{field.Invalid(path, *zone, "timeZone must be nil or non-empty string")}
	}
	for part := range strings.SplitSeq(*zone, "/") {
		if part == "." || part == ".." || strings.HasPrefix(part, "-") || !zonePart.MatchString(part) {
			return field.ErrorList{field.Invalid(path, *zone, "unknown time zone "+*zone)}
		}
	}
	var errs field.ErrorList
	if strings.EqualFold(*zone, "Local") {
		errs = append(errs, field.Invalid(path, *zone, "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones"))
	}
	if _, err := time.LoadLocation(*zone); err != nil {
		errs = append(errs, field.Invalid(path, *zone, err.Error()))
	}
	return errs
}
