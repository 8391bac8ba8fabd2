package core

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// What a pod may learn of itself: as variables, and as files.
var (
	environmentFields = []string{"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}
	fileFields = []string{"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"}

	// knownFields is all that a reference can say at all.
	knownFields = append([]string{"metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName",
		"status.phase"}, environmentFields...)

	resourceFields = []string{"limits.cpu", "limits.ephemeral-storage", "limits.memory",
		"requests.cpu", "requests.ephemeral-storage", "requests.memory"}
)

// fieldOf: the reference is to one of the fields, or to one label or annotation: metadata.labels['app'].
// Upstream: validateObjectFieldSelector.
func fieldOf(r *corev1.ObjectFieldSelector, path *field.Path, allowed []string) field.ErrorList {
	if r.APIVersion == "" {
		return field.ErrorList{field.Required(path.Child("apiVersion"), "")}
	}
	if r.FieldPath == "" {
		return field.ErrorList{field.Required(path.Child("fieldPath"), "")}
	}
	name, key, ofMap := subscript(r.FieldPath)
	converted, err := downwardField(r, name, ofMap)
	switch {
	case err != nil:
		return field.ErrorList{field.Invalid(path.Child("fieldPath"), r.FieldPath, fmt.Sprintf("error converting fieldPath: %v", err))}
	case ofMap && name == "metadata.annotations":
		return isQualified(path, strings.ToLower(key))
	case ofMap:
		return isQualified(path, key)
	}
	return among(path.Child("fieldPath"), converted, allowed...)
}

// downwardField is the field that the reference stands for. Upstream: ConvertDownwardAPIFieldLabel.
func downwardField(r *corev1.ObjectFieldSelector, name string, ofMap bool) (string, error) {
	switch {
	case r.APIVersion != "v1":
		return "", fmt.Errorf("unsupported pod version: %s", r.APIVersion)
	case ofMap && (name == "metadata.annotations" || name == "metadata.labels"):
		return name, nil
	case ofMap:
		return "", fmt.Errorf("field label does not support subscript: %s", r.FieldPath)
	case name == "spec.host": // what v1 called it at first
		return "spec.nodeName", nil
	case !slices.Contains(knownFields, name):
		return "", fmt.Errorf("field label not supported: %s", name)
	}
	return name, nil
}

// subscript takes metadata.labels['app'] apart.
func subscript(path string) (name, key string, ok bool) {
	inner, ok := strings.CutSuffix(path, "']")
	if !ok {
		return path, "", false
	}
	name, key, ok = strings.Cut(inner, "['")
	if !ok || name == "" {
		return path, "", false
	}
	return name, key, true
}

// resourceOf: the reference is to a limit or request of a container. A file's must name the container.
func resourceOf(r *corev1.ResourceFieldSelector, path *field.Path, inFile bool) field.ErrorList {
	var found field.ErrorList
	huge := strings.HasPrefix(r.Resource, "requests.hugepages-") || strings.HasPrefix(r.Resource, "limits.hugepages-")
	switch {
	case inFile && r.ContainerName == "":
		found = append(found, field.Required(path.Child("containerName"), ""))
	case r.Resource == "":
		found = append(found, field.Required(path.Child("resource"), ""))
	case !huge:
		found = among(path.Child("resource"), r.Resource, resourceFields...)
	}
	return append(found, divisor(r, path.Child("divisor"))...)
}

// units of bytes by which a quantity may be divided.
var units = strings.Fields("1 1k 1M 1G 1T 1P 1E 1Ki 1Mi 1Gi 1Ti 1Pi 1Ei")

// divisors are the units of each resource, and what upstream calls it.
var divisors = []struct {
	suffix string
	units  []string
	spoken string
	name   string
}{
	{".cpu", []string{"1m", "1"}, "1m and 1", "cpu"},
	{".memory", units, strings.Join(units, ", "), "memory"},
	{".ephemeral-storage", units, strings.Join(units, ", "), "local ephemeral storage"},
	{".hugepages-", units, strings.Join(units, ", "), "hugepages"},
}

func divisor(r *corev1.ResourceFieldSelector, path *field.Path) field.ErrorList {
	if r.Divisor.IsZero() {
		return nil
	}
	_, resource, _ := strings.Cut(r.Resource, ".")
	for _, d := range divisors {
		if strings.HasPrefix("."+resource, d.suffix) && !slices.Contains(d.units, r.Divisor.String()) {
			return field.ErrorList{field.Invalid(path, r.Resource, fmt.Sprintf("only divisor's values %s are supported with the %s resource",
				d.spoken, d.name))}
		}
	}
	return nil
}
