package workloads

import (
	"strings"
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const webDeployment = `
apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {app: web}}
spec:
  replicas: 3
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: c, image: "nginx:1"}, {name: d, image: "redis:7"}]}
status: {replicas: 9}
`

func TestADeploymentBeginsWithGenerationOneAndWithoutStatus(t *testing.T) {
	t.Parallel()
	d, errs := created[*deployment](t, webDeployment)
	says(t, errs)
	if d.Generation != 1 || d.Status.Replicas != 0 {
		t.Errorf("generation %d, status %v", d.Generation, d.Status)
	}
}

func TestADeploymentIsRefused(t *testing.T) {
	t.Parallel()
	const selector = "spec.selector: Required value"
	const mismatch = "spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`"
	for name, row := range map[string]struct {
		change func(*appsv1.DeploymentSpec)
		want   []string
	}{
		"without a selector": {
			func(s *appsv1.DeploymentSpec) { s.Selector = nil }, []string{selector, mismatch}},
		"with a selector of everything": {
			func(s *appsv1.DeploymentSpec) { s.Selector.MatchLabels = nil },
			[]string{"spec.selector: Invalid value: {}: empty selector is invalid for deployment"}},
		"with a selector of other pods": {
			func(s *appsv1.DeploymentSpec) { s.Selector.MatchLabels["app"] = "other" }, []string{mismatch}},
		"with pods that end": {
			func(s *appsv1.DeploymentSpec) { s.Template.Spec.RestartPolicy = "Never" },
			[]string{`spec.template.spec.restartPolicy: Unsupported value: "Never": supported values: "Always"`}},
		"with a deadline for pods": {
			func(s *appsv1.DeploymentSpec) { s.Template.Spec.ActiveDeadlineSeconds = new(int64(9)) },
			[]string{"spec.template.spec.activeDeadlineSeconds: Forbidden: activeDeadlineSeconds in ReplicaSet is not Supported"}},
		"with fewer pods than none": {
			func(s *appsv1.DeploymentSpec) { *s.Replicas = -1 },
			[]string{"spec.replicas: Invalid value: -1: must be greater than or equal to 0"}},
		"with a strategy that is none": {
			func(s *appsv1.DeploymentSpec) { s.Strategy = appsv1.DeploymentStrategy{Type: "Blue"} },
			[]string{`spec.strategy: Unsupported value: {"Type":"Blue","RollingUpdate":null}: supported values: "Recreate", "RollingUpdate"`}},
		"with parameters of another strategy": {
			func(s *appsv1.DeploymentSpec) { s.Strategy.Type = appsv1.RecreateDeploymentStrategyType },
			[]string{"spec.strategy.rollingUpdate: Forbidden: may not be specified when strategy `type` is 'Recreate'"}},
		"with a rollout that cannot move": {
			func(s *appsv1.DeploymentSpec) { rolling(s, intstr.FromInt32(0), intstr.FromString("0%")) },
			[]string{"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: 0: may not be 0 when `maxSurge` is 0"}},
		"with a share that is none": {
			func(s *appsv1.DeploymentSpec) { rolling(s, intstr.FromString("many"), intstr.FromInt32(1)) },
			[]string{"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"many\": a valid percent string must be a " +
				"numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is '[0-9]+%')"}},
		"with more unavailable than there are": {
			func(s *appsv1.DeploymentSpec) { rolling(s, intstr.FromString("101%"), intstr.FromInt32(-1)) },
			[]string{"spec.strategy.rollingUpdate.maxSurge: Invalid value: -1: must be greater than or equal to 0",
				"spec.strategy.rollingUpdate.maxUnavailable: Invalid value: \"101%\": must not be greater than 100%"}},
		"with a deadline before pods can be ready": {
			func(s *appsv1.DeploymentSpec) { s.MinReadySeconds = 600 },
			[]string{"spec.progressDeadlineSeconds: Invalid value: 600: must be greater than minReadySeconds"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			d := read[*deployment](t, webDeployment)
			row.change(&d.Spec)
			says(t, create(t, d), row.want...)
		})
	}
}

func rolling(s *appsv1.DeploymentSpec, unavailable, surge intstr.IntOrString) {
	s.Strategy.RollingUpdate.MaxUnavailable, s.Strategy.RollingUpdate.MaxSurge = &unavailable, &surge
}

func TestTheSelectorOfADeploymentStays(t *testing.T) {
	t.Parallel()
	d, _ := created[*deployment](t, webDeployment)
	_, errs := updated(t, d, func(d *deployment) {
		d.Spec.Selector.MatchLabels["tier"] = "front"
		d.Spec.Template.Labels["tier"] = "front"
	})
	says(t, errs, `spec.selector: Invalid value: {"matchLabels":{"app":"web","tier":"front"}}: field is immutable`)
}

func TestTheGenerationCountsSpecAndAnnotationsButNotLabels(t *testing.T) {
	t.Parallel()
	d, _ := created[*deployment](t, webDeployment)
	for _, row := range []struct {
		what   string
		change func(*deployment)
		want   int64
	}{
		{"nothing", func(*deployment) {}, 1},
		{"labels", func(d *deployment) { d.Labels["a"] = "b" }, 1},
		{"status", func(d *deployment) { d.Status.Replicas = 4 }, 1},
		{"spec", func(d *deployment) { d.Spec.Paused = true }, 2},
		{"annotations", func(d *deployment) { d.Annotations = map[string]string{"a": "b"} }, 2},
	} {
		after, errs := updated(t, d, row.change)
		says(t, errs)
		if after.Generation != row.want || after.Status.Replicas != 0 {
			t.Errorf("%s: generation %d, status %v", row.what, after.Generation, after.Status)
		}
	}
}

func TestAStatusOfADeploymentChangesNeitherSpecNorLabels(t *testing.T) {
	t.Parallel()
	d, _ := created[*deployment](t, webDeployment)
	after, errs := reported(t, d, func(d *deployment) {
		*d.Spec.Replicas, d.Labels, d.Annotations = 9, nil, map[string]string{"a": "b"}
		d.Status = appsv1.DeploymentStatus{Replicas: 3, ReadyReplicas: 2}
	})
	says(t, errs)
	if *after.Spec.Replicas != 3 || after.Labels["app"] != "web" || after.Annotations["a"] != "b" || after.Status.ReadyReplicas != 2 {
		t.Errorf("%+v", after)
	}
}

func TestCountersOfAStatusAgree(t *testing.T) {
	t.Parallel()
	d, _ := created[*deployment](t, webDeployment)
	d.Status.CollisionCount = new(int32(2))
	_, errs := reported(t, d, func(d *deployment) {
		d.Status = appsv1.DeploymentStatus{Replicas: 1, UpdatedReplicas: -1, ReadyReplicas: 2, AvailableReplicas: 3}
	})
	says(t, errs, "status.updatedReplicas: Invalid value: -1: must be greater than or equal to 0",
		"status.readyReplicas: Invalid value: 2: cannot be greater than status.replicas",
		"status.availableReplicas: Invalid value: 3: cannot be greater than status.replicas",
		"status.availableReplicas: Invalid value: 3: cannot be greater than readyReplicas",
		"status.collisionCount: Invalid value: 0: cannot be decremented")
}

func TestADeploymentIsShownWithItsContainers(t *testing.T) {
	t.Parallel()
	d, _ := created[*deployment](t, webDeployment)
	d.Status = appsv1.DeploymentStatus{ReadyReplicas: 2, UpdatedReplicas: 3, AvailableReplicas: 1}
	if got, want := cells(t, d), "web | 2/3 | 3 | 1 | <unknown> | c,d | nginx:1,redis:7 | app=web"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
}

func TestANameThatIsNoHostNameIsWarnedOf(t *testing.T) {
	t.Parallel()
	d := read[*deployment](t, webDeployment)
	d.Name = "web.example"
	lines := strategyOf(t, d).WarningsOnCreate(t.Context(), d)
	if len(lines) != 1 || !strings.HasPrefix(lines[0], "metadata.name: this is used in Pod names and hostnames") {
		t.Errorf("warnings %q", lines)
	}
}
