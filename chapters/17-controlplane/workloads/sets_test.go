package workloads

import (
	"testing"

	appsv1 "k8s.io/api/apps/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/intstr"
)

const webReplicaSet = `
apiVersion: apps/v1
kind: ReplicaSet
metadata: {name: web}
spec:
  selector: {matchLabels: {app: web}}
  template: {metadata: {labels: {app: web}}, spec: {containers: [{name: c, image: "i:1"}]}}
`

const agents = `
apiVersion: apps/v1
kind: DaemonSet
metadata: {name: agents, annotations: {deprecated.daemonset.template.generation: "0"}}
spec:
  selector: {matchLabels: {app: agent}}
  template:
    metadata: {labels: {app: agent}}
    spec: {nodeSelector: {disk: fast}, containers: [{name: c, image: "i:1"}]}
`

const database = `
apiVersion: apps/v1
kind: StatefulSet
metadata: {name: db}
spec:
  replicas: 2
  serviceName: db
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {hostname: x, subdomain: Not_A_Name, containers: [{name: c, image: "i:1", volumeMounts: [{name: data, mountPath: /data}]}]}
  volumeClaimTemplates:
  - {metadata: {name: data}, spec: {accessModes: [ReadWriteOnce], resources: {requests: {storage: 1Gi}}}}
`

func TestAReplicaSetIsCheckedAndShown(t *testing.T) {
	t.Parallel()
	r, errs := created[*replicaSet](t, webReplicaSet)
	says(t, errs)
	if got, want := cells(t, r), "web | 1 | 0 | 0 | <unknown> | c | i:1 | app=web"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	_, errs = updated(t, r, func(r *replicaSet) { r.Spec.MinReadySeconds = -1; r.Spec.Selector = nil })
	says(t, errs, "spec.minReadySeconds: Invalid value: -1: must be greater than or equal to 0", "spec.selector: Required value",
		"spec.template.metadata.labels: Invalid value: {\"app\":\"web\"}: `selector` does not match template `labels`",
		"spec.selector: Invalid value: null: field is immutable")
	after, errs := reported(t, r, func(r *replicaSet) {
		r.Labels = map[string]string{"seen": "yes"}
		r.Status = appsv1.ReplicaSetStatus{Replicas: 1, FullyLabeledReplicas: 2, ReadyReplicas: 0, AvailableReplicas: 1}
	})
	says(t, errs, "status.fullyLabeledReplicas: Invalid value: 2: cannot be greater than status.replicas",
		"status.availableReplicas: Invalid value: 1: cannot be greater than readyReplicas")
	if after.Labels["seen"] != "yes" {
		t.Error("a controller that reports could not label")
	}
}

func TestTheServerCountsTemplatesOfADaemonSet(t *testing.T) {
	t.Parallel()
	d, errs := created[*daemonSet](t, agents)
	says(t, errs)
	counts := func(d *daemonSet) [2]int64 { return [2]int64{d.Generation, templateGeneration(d)} }
	if got := counts(d); got != [2]int64{1, 1} {
		t.Errorf("a new set counts %v", got)
	}
	forged, errs := updated(t, d, func(d *daemonSet) { d.Annotations = map[string]string{appsv1.DeprecatedTemplateGeneration: "99"} })
	says(t, errs)
	if got := counts(forged); got != [2]int64{1, 1} {
		t.Errorf("a client's count was taken: %v", got)
	}
	changed, errs := updated(t, d, func(d *daemonSet) { d.Spec.Template.Spec.Containers[0].Image = "i:2" })
	says(t, errs)
	if got := counts(changed); got != [2]int64{2, 2} {
		t.Errorf("a new template counts %v", got)
	}
	same, _ := updated(t, d, func(d *daemonSet) { d.Spec.MinReadySeconds = 3 })
	if got := counts(same); got != [2]int64{2, 1} {
		t.Errorf("another change counts %v", got)
	}
}

func TestADaemonSetReplacesOneWayOrTheOther(t *testing.T) {
	t.Parallel()
	const path = "spec.updateStrategy.rollingUpdate."
	for _, row := range []struct {
		unavailable, surge int32
		want               []string
	}{
		{1, 0, nil},
		{0, 1, nil},
		{1, 1, []string{path + "maxSurge: Invalid value: 1: may not be set when maxUnavailable is non-zero"}},
		{0, 0, []string{path + "maxUnavailable: Required value: cannot be 0 when maxSurge is 0"}},
	} {
		d := read[*daemonSet](t, agents)
		d.Spec.UpdateStrategy.RollingUpdate = &appsv1.RollingUpdateDaemonSet{
			MaxUnavailable: new(intstr.FromInt32(row.unavailable)), MaxSurge: new(intstr.FromInt32(row.surge))}
		says(t, create(t, d), row.want...)
	}
	d := read[*daemonSet](t, agents)
	d.Spec.UpdateStrategy.RollingUpdate = nil
	d.Spec.Selector.MatchLabels = nil
	says(t, create(t, d), "spec.selector: Invalid value: {}: empty selector is invalid for daemonset",
		"spec.updateStrategy.rollingUpdate: Required value")
	d.Spec.UpdateStrategy.Type = "Never"
	d.Spec.Selector.MatchLabels = d.Spec.Template.Labels
	says(t, create(t, d), `spec.updateStrategy: Unsupported value: {"Type":"Never","RollingUpdate":null}: supported values: "RollingUpdate", "OnDelete"`)
}

func TestADaemonSetIsShownWithItsNodes(t *testing.T) {
	t.Parallel()
	d, _ := created[*daemonSet](t, agents)
	d.Status = appsv1.DaemonSetStatus{DesiredNumberScheduled: 5, CurrentNumberScheduled: 4, NumberReady: 3, UpdatedNumberScheduled: 2, NumberAvailable: 1}
	if got, want := cells(t, d), "agents | 5 | 4 | 3 | 2 | 1 | disk=fast | <unknown> | c | i:1 | app=agent"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	_, errs := reported(t, d, func(d *daemonSet) { d.Status.NumberMisscheduled = -2 })
	says(t, errs, "status.numberMisscheduled: Invalid value: -2: must be greater than or equal to 0")
}

func TestAStatefulSetCompletesItsTemplateItself(t *testing.T) {
	t.Parallel()
	s, errs := created[*statefulSet](t, database)
	says(t, errs) // host names and volumes come from the set
	if got, want := cells(t, s), "db | 0/2 | <unknown> | c | i:1"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	if len(s.Spec.Template.Spec.Volumes) != 0 || s.Spec.Template.Spec.Hostname != "x" {
		t.Error("the check changed the template")
	}
}

func TestAStatefulSetIsRefused(t *testing.T) {
	t.Parallel()
	for name, row := range map[string]struct {
		change func(*appsv1.StatefulSetSpec)
		want   string
	}{
		"with a service that cannot be": {func(s *appsv1.StatefulSetSpec) { s.ServiceName = "A" },
			`spec.serviceName: Invalid value: "A": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', ` +
				`and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')`},
		"with an unknown order": {func(s *appsv1.StatefulSetSpec) { s.PodManagementPolicy = "Random" },
			`spec.podManagementPolicy: Invalid value: "Random": must be 'OrderedReady' or 'Parallel'`},
		"with an unknown strategy": {func(s *appsv1.StatefulSetSpec) { s.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: "Blue"} },
			`spec.updateStrategy: Invalid value: {"Type":"Blue","RollingUpdate":null}: must be 'RollingUpdate' or 'OnDelete'`},
		"with parameters of another strategy": {func(s *appsv1.StatefulSetSpec) { s.UpdateStrategy.Type = "OnDelete" },
			`spec.updateStrategy.rollingUpdate: Invalid value: {"Partition":0,"MaxUnavailable":null}: only allowed for updateStrategy 'RollingUpdate'`},
		"with a negative partition": {func(s *appsv1.StatefulSetSpec) { *s.UpdateStrategy.RollingUpdate.Partition = -1 },
			"spec.updateStrategy.rollingUpdate.partition: Invalid value: -1: must be greater than or equal to 0"},
		"with claims that are neither kept nor deleted": {func(s *appsv1.StatefulSetSpec) { s.PersistentVolumeClaimRetentionPolicy.WhenScaled = "Sell" },
			`spec.persistentVolumeClaimRetentionPolicy.whenScaled: Unsupported value: "Sell": supported values: "Retain", "Delete"`},
		"with a negative first pod": {func(s *appsv1.StatefulSetSpec) { s.Ordinals = &appsv1.StatefulSetOrdinals{Start: -1} },
			"spec.ordinals.start: Invalid value: -1: must be greater than or equal to 0"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := read[*statefulSet](t, database)
			row.change(&s.Spec)
			says(t, create(t, s), row.want)
		})
	}
}

func TestNamesOfStatefulSetsAreLabelsOfHosts(t *testing.T) {
	t.Parallel()
	s := row(t, "StatefulSet").Strategy
	if len(s.ValidateName("a.b", false)) == 0 || len(s.ValidateName("a-b", false)) != 0 {
		t.Error("a name with a dot is taken, or one without is not")
	}
}

func TestOnlySomeFieldsOfAStatefulSetChange(t *testing.T) {
	t.Parallel()
	s, _ := created[*statefulSet](t, database)
	after, errs := updated(t, s, func(s *statefulSet) {
		*s.Spec.Replicas, s.Spec.MinReadySeconds, s.Spec.Template.Spec.Containers[0].Image = 5, 3, "i:2"
		s.Spec.Ordinals, *s.Spec.RevisionHistoryLimit = &appsv1.StatefulSetOrdinals{Start: 1}, 3
		s.Spec.UpdateStrategy = appsv1.StatefulSetUpdateStrategy{Type: "OnDelete"}
		s.Spec.PersistentVolumeClaimRetentionPolicy.WhenScaled = "Delete"
	})
	says(t, errs)
	if after.Generation != 2 {
		t.Errorf("generation %d", after.Generation)
	}
	const refused = "spec: Forbidden: updates to statefulset spec for fields other than 'replicas', 'ordinals', 'template', " +
		"'updateStrategy', 'revisionHistoryLimit', 'persistentVolumeClaimRetentionPolicy' and 'minReadySeconds' are forbidden"
	for _, change := range []func(*appsv1.StatefulSetSpec){
		func(s *appsv1.StatefulSetSpec) { s.ServiceName = "other" },
		func(s *appsv1.StatefulSetSpec) { s.VolumeClaimTemplates = nil },
		func(s *appsv1.StatefulSetSpec) { s.PodManagementPolicy = appsv1.ParallelPodManagement },
	} {
		_, errs := updated(t, s, func(s *statefulSet) { change(&s.Spec) })
		says(t, errs[len(errs)-1:], refused)
	}
}

func TestAFieldThatIsNotSwitchedOnIsDroppedUnlessItIsStored(t *testing.T) {
	t.Parallel()
	limit := func(s *statefulSet) { s.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable = new(intstr.FromInt32(2)) }
	s := read[*statefulSet](t, database)
	limit(s)
	says(t, create(t, s))
	if s.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable != nil {
		t.Error("a new set keeps it")
	}
	limit(s)
	after, errs := updated(t, s, func(s *statefulSet) { *s.Spec.Replicas = 7 })
	says(t, errs)
	if after.Spec.UpdateStrategy.RollingUpdate.MaxUnavailable == nil {
		t.Error("a stored one loses it")
	}
}

func TestARevisionStaysAsItWasWritten(t *testing.T) {
	t.Parallel()
	const manifest = `
apiVersion: apps/v1
kind: ControllerRevision
metadata:
  name: db-1
  ownerReferences: [{apiVersion: apps/v1, kind: StatefulSet, name: db, uid: u, controller: true}]
data: {spec: {a: b}}
revision: 3
`
	r, errs := created[*appsv1.ControllerRevision](t, manifest)
	says(t, errs)
	if got, want := cells(t, r), "db-1 | statefulset.apps/db | 3 | <unknown>"; got != want {
		t.Errorf("%s, wanted %s", got, want)
	}
	_, errs = updated(t, r, func(r *appsv1.ControllerRevision) { r.Revision, r.Labels = 4, map[string]string{"a": "b"} })
	says(t, errs)
	_, errs = updated(t, r, func(r *appsv1.ControllerRevision) { r.Data.Raw = []byte(`{"a":"c"}`) })
	says(t, errs, `data: Invalid value: {"a":"c"}: field is immutable`)
	for raw, want := range map[string]string{
		"":     "data: Required value: data is mandatory",
		"null": "data: Required value: data is mandatory",
		"[]":   "data: Required value: data must be a valid JSON object",
		"{":    `data: Invalid value: "<value omitted>": error parsing data: unexpected end of JSON input`,
	} {
		r.Data = runtime.RawExtension{Raw: []byte(raw)}
		if raw == "" {
			r.Data.Raw = nil
		}
		says(t, create(t, r), want)
	}
}
