package pod

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

func TestThePodsRowTellsWhatItDoes(t *testing.T) {
	t.Parallel()
	longAgo := metav1.NewTime(time.Now().Add(-2*time.Hour - time.Second)).UTC().Format(time.RFC3339)
	for _, row := range []struct{ what, pod, want string }{
		{"it waits", "{status: {phase: Pending}}", "0/1 Pending 0"},
		{"for its gates", "{status: {phase: Pending, conditions: [{type: PodScheduled, reason: SchedulingGated}]}}", "0/1 SchedulingGated 0"},
		{"it was thrown out", "{status: {phase: Failed, reason: Evicted}}", "0/1 Evicted 0"},
		{"it runs", "{status: {phase: Running, containerStatuses: [{name: c, ready: true, state: {running: {}}}]}}", "1/1 Running 0"},
		{"it fails again and again", "{status: {phase: Running, containerStatuses: [{name: c, restartCount: 3, state: {waiting: {reason: CrashLoopBackOff}}, lastState: {terminated: {finishedAt: LONGAGO}}}]}}",
			"0/1 CrashLoopBackOff 3 (120m ago)"},
		{"the first container's reason counts", "{status: {phase: Running, containerStatuses: [{name: c, state: {waiting: {reason: A}}}, {name: d, state: {waiting: {reason: B}}}]}}", "0/1 A 0"},
		{"it ended by a signal", "{status: {phase: Failed, containerStatuses: [{name: c, state: {terminated: {signal: 9, exitCode: 137}}}]}}", "0/1 Signal:9 0"},
		{"it ended by a code", "{status: {phase: Failed, containerStatuses: [{name: c, state: {terminated: {exitCode: 2}}}]}}", "0/1 ExitCode:2 0"},
		{"it is done", "{status: {phase: Succeeded, containerStatuses: [{name: c, state: {terminated: {reason: Completed}}}]}}", "0/1 Completed 0"},
		{"one is done, another runs and is ready", "{status: {phase: Running, conditions: [{type: Ready, status: 'True'}], containerStatuses: [{name: c, state: {terminated: {reason: Completed}}}, {name: d, ready: true, state: {running: {}}}]}}", "1/1 Running 0"},
		{"one is done, another runs", "{status: {phase: Running, containerStatuses: [{name: c, state: {terminated: {reason: Completed}}}, {name: d, ready: true, state: {running: {}}}]}}", "1/1 NotReady 0"},
		{"one is done, another has failed", "{status: {phase: Running, containerStatuses: [{name: c, state: {terminated: {reason: Completed}}}, {name: d, state: {terminated: {reason: Error, exitCode: 1}}}]}}", "0/1 Error 0"},
		{"the second of two init containers runs", "{spec: {initContainers: [{name: a}, {name: b}]}, status: {phase: Pending, initContainerStatuses: [{name: a, state: {terminated: {exitCode: 0}}}, {name: b, state: {running: {}}}]}}", "0/1 Init:1/2 0"},
		{"an init container waits", "{spec: {initContainers: [{name: a}]}, status: {phase: Pending, initContainerStatuses: [{name: a, state: {waiting: {reason: ImagePullBackOff}}}]}}", "0/1 Init:ImagePullBackOff 0"},
		{"the pod's beginning is no reason to wait", "{spec: {initContainers: [{name: a}]}, status: {phase: Pending, initContainerStatuses: [{name: a, state: {waiting: {reason: PodInitializing}}}]}}", "0/1 Init:0/1 0"},
		{"an init container has failed", "{spec: {initContainers: [{name: a}]}, status: {phase: Pending, initContainerStatuses: [{name: a, restartCount: 2, state: {terminated: {exitCode: 3}}}]}}", "0/1 Init:ExitCode:3 2"},
		{"sidecars count as containers", "{spec: {initContainers: [{name: a, restartPolicy: Always}]}, status: {phase: Running, initContainerStatuses: [{name: a, ready: true, started: true, restartCount: 1, state: {running: {}}}], containerStatuses: [{name: c, ready: true, restartCount: 1, state: {running: {}}}]}}", "2/2 Running 2"},
		{"a sidecar starts", "{spec: {initContainers: [{name: a, restartPolicy: Always}, {name: b}]}, status: {phase: Pending, initContainerStatuses: [{name: a, state: {running: {}}}]}}", "0/2 Init:0/2 0"},
		{"restarts of what was done before are forgotten", "{spec: {initContainers: [{name: a}]}, status: {phase: Running, initContainerStatuses: [{name: a, restartCount: 5, state: {terminated: {exitCode: 0}}}], containerStatuses: [{name: c, ready: true, state: {running: {}}}]}}", "1/1 Running 0"},
		{"it goes", "{metadata: {deletionTimestamp: LONGAGO}, status: {phase: Running}}", "0/1 Terminating 0"},
		{"it goes, and is done", "{metadata: {deletionTimestamp: LONGAGO}, status: {phase: Succeeded, reason: Completed}}", "0/1 Completed 0"},
		{"it goes, and its node is lost", "{metadata: {deletionTimestamp: LONGAGO}, status: {phase: Running, reason: NodeLost}}", "0/1 Unknown 0"},
	} {
		t.Run(row.what, func(t *testing.T) {
			t.Parallel()
			pod := &corev1.Pod{}
			if err := yaml.UnmarshalStrict([]byte(strings.ReplaceAll(row.pod, "LONGAGO", `"`+longAgo+`"`)), pod); err != nil {
				t.Fatal(err)
			}
			pod.Spec.Containers = []corev1.Container{{Name: "c"}}
			cells := podCells(pod)
			if got := fmt.Sprint(cells[1], " ", cells[2], " ", cells[3]); got != row.want {
				t.Errorf("%q, want %q", got, row.want)
			}
		})
	}
}

func TestThePodsWideCells(t *testing.T) {
	t.Parallel()
	pod := &corev1.Pod{}
	wide := func() string { text, _ := json.Marshal(podCells(pod)[4:]); return string(text) }
	if got, want := wide(), `["\u003cunknown\u003e","\u003cnone\u003e","\u003cnone\u003e","\u003cnone\u003e","\u003cnone\u003e"]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	pod.Spec.NodeName, pod.Status.NominatedNodeName, pod.Status.PodIPs = "n", "m", []corev1.PodIP{{IP: "::1"}, {IP: "1.2.3.4"}}
	pod.Spec.ReadinessGates = []corev1.PodReadinessGate{{ConditionType: "a"}, {ConditionType: "b"}}
	pod.Status.Conditions = []corev1.PodCondition{{Type: "a", Status: "True"}, {Type: "b", Status: "False"}}
	if got, want := wide(), `["\u003cunknown\u003e","::1","n","m","1/2"]`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestTheRowOfAnEndedPodSaysSo(t *testing.T) {
	t.Parallel()
	for phase, reason := range map[corev1.PodPhase]string{corev1.PodSucceeded: "Succeeded", corev1.PodFailed: "Failed", corev1.PodRunning: ""} {
		table, err := podColumns.ConvertToTable(t.Context(), &corev1.Pod{Status: corev1.PodStatus{Phase: phase}}, nil)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		for _, c := range table.Rows[0].Conditions {
			got = c.Reason
		}
		if got != reason {
			t.Errorf("%s: condition %q, want %q", phase, got, reason)
		}
	}
}
