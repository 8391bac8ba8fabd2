package core

import (
	"cmp"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"kubepath/chapters/17-controlplane/resource"
)

const none = "<none>"

// podColumns is what kubectl get pods shows. Upstream: printPod.
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

// podRowConditions lets a client hide or grey out what has ended.
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
