package workloads

import (
	"strings"
	"testing"

	batchv1 "k8s.io/api/batch/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

const nightly = `
apiVersion: batch/v1
kind: CronJob
metadata: {name: nightly}
spec:
  schedule: "5 0 * * *"
  jobTemplate: {spec: {template: {spec: {restartPolicy: OnFailure, containers: [{name: c, image: "i:1"}]}}}}
`

func TestSchedules(t *testing.T) {
	t.Parallel()
	const zoneInside = "cannot use TZ or CRON_TZ in schedule, use timeZone field instead"
	for schedule, want := range map[string][]string{
		"*/5 * * * *":      nil,
		"0 0 1,15 JAN MON": nil,
		"@daily":           nil,
		"@every 1h":        nil,
		"every day":        {"expected exactly 5 fields, found 2: [every day]"},
		"61 * * * *":       {"end of range (61) above maximum (59): 61"},
		"* * * * mo":       {"failed to parse int from mo: strconv.Atoi: parsing \"mo\": invalid syntax"},
		"@sometimes":       {"unrecognized descriptor: @sometimes"},
		"TZ=UTC 0 0 * * *": {zoneInside},
		"TZ=0":             {"invalid schedule format: runtime error: slice bounds out of range [:-1]", zoneInside},
	} {
		c := read[*cronJob](t, nightly)
		c.Spec.Schedule = schedule
		for i := range want {
			want[i] = `spec.schedule: Invalid value: "` + schedule + `": ` + want[i]
		}
		says(t, create(t, c), want...)
	}
}

func TestTimeZones(t *testing.T) {
	t.Parallel()
	for zone, want := range map[string]string{
		"Europe/Berlin": "",
		"Etc/GMT+5":     "",
		"":              "timeZone must be nil or non-empty string",
		"Nowhere/Land":  "unknown time zone Nowhere/Land",
		"../etc":        "unknown time zone ../etc",
		"-a":            "unknown time zone -a",
		"Local":         "timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones",
	} {
		c := read[*cronJob](t, nightly)
		c.Spec.TimeZone = &zone
		if want == "" {
			says(t, create(t, c))
			continue
		}
		says(t, create(t, c), `spec.timeZone: Invalid value: "`+zone+`": `+want)
	}
}

func TestACronJobStoredBeforeARuleMayStay(t *testing.T) {
	t.Parallel()
	c, _ := created[*cronJob](t, nightly)
	c.Spec.Schedule, c.Spec.TimeZone, c.Name = "TZ=UTC 0 0 * * *", nil, strings.Repeat("a", 60)
	after, errs := updated(t, c, func(c *cronJob) { c.Spec.Suspend = new(true) })
	says(t, errs)
	if lines := cronJobs.WarningsOnUpdate(t.Context(), after, c); len(lines) != 1 || !strings.HasPrefix(lines[0], "cannot use TZ or CRON_TZ") {
		t.Errorf("warnings %q", lines)
	}
	_, errs = updated(t, c, func(c *cronJob) { c.Spec.TimeZone = new("Etc/UTC") })
	says(t, errs, `spec.schedule: Invalid value: "TZ=UTC 0 0 * * *": cannot use both timeZone field and TZ or CRON_TZ in schedule`)
	c.Spec.Schedule, c.Spec.TimeZone = "@daily", new("Gone/Away")
	_, errs = updated(t, c, func(c *cronJob) { c.Spec.Suspend = new(true) })
	says(t, errs)
}

func TestACronJobIsRefused(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("a", 53)
	for name, row := range map[string]struct {
		change func(*cronJob)
		want   []string
	}{
		"with a name too long for its jobs": {func(c *cronJob) { c.Name = long },
			[]string{`metadata.name: Invalid value: "` + long + `": must be no more than 52 characters`}},
		"without a schedule": {func(c *cronJob) { c.Spec.Schedule = "" }, []string{"spec.schedule: Required value"}},
		"with an unknown policy": {func(c *cronJob) { c.Spec.ConcurrencyPolicy = "Sometimes" },
			[]string{`spec.concurrencyPolicy: Unsupported value: "Sometimes": supported values: "Allow", "Forbid", "Replace"`}},
		"with a selector": {
			func(c *cronJob) {
				c.Spec.JobTemplate.Spec.Selector = &metav1.LabelSelector{MatchLabels: map[string]string{"a": "b"}}
				c.Spec.JobTemplate.Spec.ManualSelector = new(true)
			},
			[]string{"spec.jobTemplate.spec.selector: Invalid value: {\"matchLabels\":{\"a\":\"b\"}}: `selector` will be auto-generated",
				`spec.jobTemplate.spec.manualSelector: Unsupported value: true: supported values: "nil", "false"`}},
		"with negative limits": {
			func(c *cronJob) {
				c.Spec.StartingDeadlineSeconds, c.Spec.FailedJobsHistoryLimit = new(int64(-1)), new(int32(-1))
			},
			[]string{"spec.startingDeadlineSeconds: Invalid value: -1: must be greater than or equal to 0",
				"spec.failedJobsHistoryLimit: Invalid value: -1: must be greater than or equal to 0"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := read[*cronJob](t, nightly)
			row.change(c)
			says(t, create(t, c), row.want...)
		})
	}
}

func TestACronJobIsShownWithItsSchedule(t *testing.T) {
	t.Parallel()
	c, errs := created[*cronJob](t, nightly)
	says(t, errs)
	if got, want := cells(t, c), "nightly | 5 0 * * * | <none> | False | 0 | <none> | <unknown> | c | i:1 | <none>"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	after, errs := reported(t, c, func(c *cronJob) { c.Spec.Schedule = ""; c.Status = batchv1.CronJobStatus{LastScheduleTime: second(1)} })
	says(t, errs)
	if after.Spec.Schedule == "" || after.Status.LastScheduleTime == nil {
		t.Error("a status changed the spec, or not itself")
	}
}
