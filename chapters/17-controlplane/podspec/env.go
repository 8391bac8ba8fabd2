package podspec

import (
	"fmt"
	"slices"
	"strings"

	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	"kubepath/chapters/17-controlplane/validate"
)

func validateEnv(path *field.Path, vars []corev1.EnvVar) field.ErrorList {
	var errs field.ErrorList
	for i := range vars {
		v, at := &vars[i], path.Index(i)
		if v.Name == "" {
			errs = append(errs, field.Required(at.Child("name"), ""))
		} else {
			errs = append(errs, validate.Invalid(at.Child("name"), v.Name, validation.IsRelaxedEnvVarName(v.Name))...)
		}
		if v.ValueFrom != nil {
			errs = append(errs, validateEnvVarSource(at.Child("valueFrom"), v)...)
		}
	}
	return errs
}

// validateEnvVarSource: exactly one source is set, and value is empty.
func validateEnvVarSource(path *field.Path, v *corev1.EnvVar) field.ErrorList {
	from, sources := v.ValueFrom, 0
	var errs field.ErrorList
	add := func(more field.ErrorList) {
		sources++
		errs = append(errs, more...)
	}
	if r := from.FieldRef; r != nil {
		add(validateObjectFieldSelector(path.Child("fieldRef"), r, environmentFields))
	}
	if r := from.ResourceFieldRef; r != nil {
		add(validateResourceFieldSelector(path.Child("resourceFieldRef"), r, false))
	}
	if r := from.ConfigMapKeyRef; r != nil {
		add(validateKeySelector(path.Child("configMapKeyRef"), r.Name, r.Key))
	}
	if r := from.SecretKeyRef; r != nil {
		add(validateKeySelector(path.Child("secretKeyRef"), r.Name, r.Key))
	}
	if r := from.FileKeyRef; r != nil {
		add(validateFileKeySelector(path.Child("fileKeyRef"), r))
	}
	switch {
	case sources == 0:
		errs = append(errs, field.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "+
			"`secretKeyRef` or `fileKeyRef`"))
	case v.Value != "":
		errs = append(errs, field.Invalid(path, "", "may not be specified when `value` is not empty"))
	case sources > 1:
		errs = append(errs, field.Invalid(path, "", "may not have more than one field specified at a time"))
	}
	return errs
}

// validateKeySelector checks a reference to a key of a ConfigMap or Secret.
func validateKeySelector(path *field.Path, name, key string) field.ErrorList {
	errs := validate.ObjectName(path.Child("name"), name)
	if key == "" {
		return append(errs, field.Required(path.Child("key"), ""))
	}
	return append(errs, validate.Invalid(path.Child("key"), key, validation.IsConfigMapKey(key))...)
}

// validateFileKeySelector checks a reference to a variable in a file that another container wrote.
func validateFileKeySelector(path *field.Path, r *corev1.FileKeySelector) field.ErrorList {
	var errs field.ErrorList
	if r.Key == "" {
		errs = append(errs, field.Required(path.Child("key"), ""))
	} else {
		errs = append(errs, validate.Invalid(path.Child("key"), r.Key, validation.IsRelaxedEnvVarName(r.Key))...)
	}
	errs = append(errs, validateDNSLabelName(path.Child("volumeName"), r.VolumeName)...)
	if r.Path == "" {
		return append(errs, field.Required(path.Child("path"), ""))
	}
	return append(errs, validate.NoBacksteps(path.Child("path"), r.Path)...)
}

// validateEnvFrom checks references to all keys of ConfigMaps and Secrets. As upstream, errors name the list, not its item.
func validateEnvFrom(path *field.Path, list []corev1.EnvFromSource) field.ErrorList {
	var errs field.ErrorList
	for i := range list {
		from, at := &list[i], path.Index(i)
		if from.Prefix != "" {
			errs = append(errs, validate.Invalid(at.Child("prefix"), from.Prefix, validation.IsRelaxedEnvVarName(from.Prefix))...)
		}
		if r := from.ConfigMapRef; r != nil {
			errs = append(errs, validateEnvFromName(at.Child("configMapRef", "name"), r.Name)...)
		}
		if r := from.SecretRef; r != nil {
			errs = append(errs, validateEnvFromName(at.Child("secretRef", "name"), r.Name)...)
		}
		switch {
		case from.ConfigMapRef == nil && from.SecretRef == nil:
			errs = append(errs, field.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
		case from.ConfigMapRef != nil && from.SecretRef != nil:
			errs = append(errs, field.Invalid(path, "", "may not have more than one field specified at a time"))
		}
	}
	return errs
}

// validateEnvFromName checks a name as upstream does here: as if a suffix followed (generateName).
func validateEnvFromName(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return validate.Invalid(path, name, apivalidation.NameIsDNSSubdomain(name, true))
}

// validateFileKeyRefVolumes: the volume with the file is an emptyDir, which lives as long as the pod.
func (s *specValidator) validateFileKeyRefVolumes() field.ErrorList {
	var errs field.ErrorList
	s.eachContainer(func(c *corev1.Container, path *field.Path) {
		for i := range c.Env {
			from := c.Env[i].ValueFrom
			if from == nil || from.FileKeyRef == nil {
				continue
			}
			at, name := path.Child("env").Index(i).Child("valueFrom", "fileKeyRef", "volumeName"), from.FileKeyRef.VolumeName
			switch volume := volumeNamed(s.spec.Volumes, name); {
			case volume == nil:
				errs = append(errs, field.NotFound(at, name))
			case volume.EmptyDir == nil:
				errs = append(errs, field.Invalid(at, name, "referenced volume must be of type emptyDir"))
			}
		}
	})
	return errs
}

func volumeNamed(volumes []corev1.Volume, name string) *corev1.Volume {
	for i := len(volumes) - 1; i >= 0; i-- { // the last volume of a name counts
		if volumes[i].Name == name {
			return &volumes[i]
		}
	}
	return nil
}

// The fields of its own that a pod can read in variables, and in files.
var (
	environmentFields = []string{"metadata.name", "metadata.namespace", "metadata.uid", "spec.nodeName", "spec.serviceAccountName",
		"status.hostIP", "status.hostIPs", "status.podIP", "status.podIPs"}
	fileFields = []string{"metadata.annotations", "metadata.labels", "metadata.name", "metadata.namespace", "metadata.uid"}

	// knownFields are all fields that exist for such references.
	knownFields = append([]string{"metadata.annotations", "metadata.labels", "spec.restartPolicy", "spec.schedulerName",
		"status.phase"}, environmentFields...)

	resourceFields = []string{"limits.cpu", "limits.ephemeral-storage", "limits.memory",
		"requests.cpu", "requests.ephemeral-storage", "requests.memory"}
)

// validateObjectFieldSelector: the reference names one of the fields, or one label or annotation: metadata.labels['app'].
// Upstream: validateObjectFieldSelector.
func validateObjectFieldSelector(path *field.Path, r *corev1.ObjectFieldSelector, allowed []string) field.ErrorList {
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
		return validate.QualifiedName(path, strings.ToLower(key))
	case ofMap:
		return validate.QualifiedName(path, key)
	}
	return validate.Supported(path.Child("fieldPath"), converted, allowed...)
}

// downwardField returns the field that the reference means. Upstream: ConvertDownwardAPIFieldLabel.
func downwardField(r *corev1.ObjectFieldSelector, name string, ofMap bool) (string, error) {
	switch {
	case r.APIVersion != "v1":
		return "", fmt.Errorf("unsupported pod version: %s", r.APIVersion)
	case ofMap && (name == "metadata.annotations" || name == "metadata.labels"):
		return name, nil
	case ofMap:
		return "", fmt.Errorf("field label does not support subscript: %s", r.FieldPath)
	case name == "spec.host": // an older name of spec.nodeName
		return "spec.nodeName", nil
	case !slices.Contains(knownFields, name):
		return "", fmt.Errorf("field label not supported: %s", name)
	}
	return name, nil
}

// subscript splits metadata.labels['app'] into metadata.labels and app.
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

// validateResourceFieldSelector: the reference names a limit or request; in a volume it must name the container too.
func validateResourceFieldSelector(path *field.Path, r *corev1.ResourceFieldSelector, inFile bool) field.ErrorList {
	var errs field.ErrorList
	huge := strings.HasPrefix(r.Resource, "requests.hugepages-") || strings.HasPrefix(r.Resource, "limits.hugepages-")
	switch {
	case inFile && r.ContainerName == "":
		errs = append(errs, field.Required(path.Child("containerName"), ""))
	case r.Resource == "":
		errs = append(errs, field.Required(path.Child("resource"), ""))
	case !huge:
		errs = validate.Supported(path.Child("resource"), r.Resource, resourceFields...)
	}
	return append(errs, validateDivisor(path.Child("divisor"), r)...)
}

// units are the divisors of memory and storage.
var units = strings.Fields("1 1k 1M 1G 1T 1P 1E 1Ki 1Mi 1Gi 1Ti 1Pi 1Ei")

// divisors are the allowed divisors of each resource, and upstream's words for the resource.
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

func validateDivisor(path *field.Path, r *corev1.ResourceFieldSelector) field.ErrorList {
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
