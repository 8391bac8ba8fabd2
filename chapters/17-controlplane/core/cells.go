package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"

	"kubepath/chapters/17-controlplane/resource"
)

// TemplateColumns are the two columns that every workload shows of its template's containers, with -o wide.
func TemplateColumns() []resource.Column {
	return []resource.Column{
		{Name: "Containers", Priority: 1, Description: "Names of each container in the template."},
		{Name: "Images", Priority: 1, Description: "Images referenced by each container in the template."},
	}
}

// ContainerCells are the cells of TemplateColumns: the containers' names and images, each joined by commas.
// Upstream: layoutContainerCells.
func ContainerCells(containers []corev1.Container) (names, images string) {
	var n, i []string
	for _, c := range containers {
		n, i = append(n, c.Name), append(i, c.Image)
	}
	return strings.Join(n, ","), strings.Join(i, ",")
}
