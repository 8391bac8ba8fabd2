package pod

import (
	"cmp"
	"fmt"
	"strconv"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"kubepath/chapters/17-controlplane/podspec"
	"kubepath/chapters/17-controlplane/resource"
)

const none = "<none>"

// podColumns are the columns of kubectl get pods. Upstream: printPod.
var podColumns = resource.Table[corev1.Pod, *corev1.Pod]{
	Columns: []resource.Column{
		resource.NameColumn(),
		{Name: "Ready", Description: "The aggregate readiness state of this pod for accepting traffic."},
		{Name: "Status", Description: "The aggregate status of the containers in this pod."},
		{Name: "Restarts", Description: "The number of times the containers in this pod have been restarted and when the last " +
			"container in this pod has restarted."},
		resource.AgeColumn(),
		{Name: "IP", Priority: 1, Description: corev1.PodStatus{}.SwaggerDoc()["podIP"]},
		{Name: "Node", Priority: 1, Description: corev1.PodSpec{}.SwaggerDoc()["nodeName"]},
		{Name: "Nominated Node", Priority: 1, Description: corev1.PodStatus{}.SwaggerDoc()["nominatedNodeName"]},
		{Name: "Readiness Gates", Priority: 1, Description: corev1.PodSpec{}.SwaggerDoc()["readinessGates"]},
	},
	Cells:      podCells,
	Conditions: podRowConditions,
}

func podCells(pod *corev1.Pod) []any {
	s := summarize(pod)
	return []any{
		pod.Name, fmt.Sprintf("%d/%d", s.ready, s.total), s.reason, s.restartsCell(), resource.Age(pod.CreationTimestamp),
		cmp.Or(firstIP(pod), none), cmp.Or(pod.Spec.NodeName, none), cmp.Or(pod.Status.NominatedNodeName, none), gatesCell(pod),
	}
}

func firstIP(pod *corev1.Pod) string {
	if len(pod.Status.PodIPs) == 0 {
		return ""
	}
	return pod.Status.PodIPs[0].IP
}

func gatesCell(pod *corev1.Pod) string {
	gates := pod.Spec.ReadinessGates
	if len(gates) == 0 {
		return none
	}
	met := 0
	for _, gate := range gates {
		if isTrue(&pod.Status, gate.ConditionType) {
			met++
		}
	}
	return fmt.Sprintf("%d/%d", met, len(gates))
}

// podRowConditions marks rows of pods that have ended, so that clients can hide them.
func podRowConditions(pod *corev1.Pod) []metav1.TableRowCondition {
	said := map[corev1.PodPhase]string{
		corev1.PodSucceeded: "The pod has completed successfully.",
		corev1.PodFailed:    "The pod failed.",
	}[pod.Status.Phase]
	if said == "" {
		return nil
	}
	return []metav1.TableRowCondition{{
		Type: metav1.RowCompleted, Status: metav1.ConditionTrue, Reason: string(pod.Status.Phase), Message: said,
	}}
}

// summary collects the cells of a pod's row.
type summary struct {
	ready, total int
	reason       string
	restarts     int
	lastRestart  metav1.Time

	initializing bool // an init container has not finished
}

func summarize(pod *corev1.Pod) *summary {
	s := &summary{total: len(pod.Spec.Containers), reason: firstReason(pod)}
	sidecars := sidecarsOf(pod)
	s.total += len(sidecars)
	ofSidecars := s.initContainers(pod, sidecars)
	if !s.initializing || isTrue(&pod.Status, corev1.PodInitialized) {
		s.restarts, s.lastRestart = ofSidecars.restarts, ofSidecars.lastRestart
		s.containers(pod)
	}
	if pod.DeletionTimestamp != nil {
		switch {
		case pod.Status.Reason == nodeLost:
			s.reason = "Unknown"
		case !ended(pod):
			s.reason = "Terminating"
		}
	}
	return s
}

// nodeLost is the reason that the node controller sets on pods of an unreachable node.
const nodeLost = "NodeLost"

// firstReason is the STATUS cell as far as the pod itself tells: its phase, its reason, or its scheduling gates.
func firstReason(pod *corev1.Pod) string {
	for _, c := range pod.Status.Conditions {
		if c.Type == corev1.PodScheduled && c.Reason == corev1.PodReasonSchedulingGated {
			return corev1.PodReasonSchedulingGated
		}
	}
	if pod.Status.Reason != "" {
		return pod.Status.Reason
	}
	return string(pod.Status.Phase)
}

// sidecarsOf returns the init containers that always restart.
func sidecarsOf(pod *corev1.Pod) map[string]bool {
	found := map[string]bool{}
	for i := range pod.Spec.InitContainers {
		if c := &pod.Spec.InitContainers[i]; podspec.IsSidecar(c) {
			found[c.Name] = true
		}
	}
	return found
}

// initContainers takes the reason from the first init container that has not finished. It returns the restarts of the
// sidecars.
func (s *summary) initContainers(pod *corev1.Pod, sidecars map[string]bool) (ofSidecars summary) {
	for i := range pod.Status.InitContainerStatuses {
		c := &pod.Status.InitContainerStatuses[i]
		s.countRestarts(c)
		if sidecars[c.Name] {
			ofSidecars.countRestarts(c)
		}
		switch {
		case c.State.Terminated != nil && c.State.Terminated.ExitCode == 0:
			continue
		case sidecars[c.Name] && c.Started != nil && *c.Started:
			if c.Ready {
				s.ready++
			}
			continue
		}
		s.initializing = true
		s.reason = initReason(c, i, len(pod.Spec.InitContainers))
		break
	}
	return ofSidecars
}

func initReason(c *corev1.ContainerStatus, i, n int) string {
	switch {
	case c.State.Terminated != nil:
		return "Init:" + endReason(c.State.Terminated)
	case c.State.Waiting != nil && c.State.Waiting.Reason != "" && c.State.Waiting.Reason != "PodInitializing":
		return "Init:" + c.State.Waiting.Reason
	}
	return fmt.Sprintf("Init:%d/%d", i, n)
}

func endReason(t *corev1.ContainerStateTerminated) string {
	switch {
	case t.Reason != "":
		return t.Reason
	case t.Signal != 0:
		return fmt.Sprintf("Signal:%d", t.Signal)
	}
	return fmt.Sprintf("ExitCode:%d", t.ExitCode)
}

// containers goes from the last container to the first, so that the reason of the first remains.
func (s *summary) containers(pod *corev1.Pod) {
	running, failure := false, ""
	for i := len(pod.Status.ContainerStatuses) - 1; i >= 0; i-- {
		c := &pod.Status.ContainerStatuses[i]
		s.countRestarts(c)
		switch {
		case c.State.Waiting != nil && c.State.Waiting.Reason != "":
			s.reason = c.State.Waiting.Reason
		case c.State.Terminated != nil:
			s.reason = endReason(c.State.Terminated)
			if c.State.Terminated.ExitCode != 0 {
				failure = s.reason
			}
		case c.Ready && c.State.Running != nil:
			running = true
			s.ready++
		}
	}
	if s.reason != "Completed" {
		return
	}
	switch { // one finished container does not tell the state of the pod
	case running && isTrue(&pod.Status, corev1.PodReady):
		s.reason = "Running"
	case failure != "":
		s.reason = failure
	case running:
		s.reason = "NotReady"
	}
}

func (s *summary) countRestarts(c *corev1.ContainerStatus) {
	s.restarts += int(c.RestartCount)
	if t := c.LastTerminationState.Terminated; t != nil && s.lastRestart.Before(&t.FinishedAt) {
		s.lastRestart = t.FinishedAt
	}
}

func (s *summary) restartsCell() string {
	if s.restarts == 0 || s.lastRestart.IsZero() {
		return strconv.Itoa(s.restarts)
	}
	return fmt.Sprintf("%d (%s ago)", s.restarts, resource.Age(s.lastRestart))
}
