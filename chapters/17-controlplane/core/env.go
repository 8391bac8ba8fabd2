package core

import (
	corev1 "k8s.io/api/core/v1"
	apivalidation "k8s.io/apimachinery/pkg/api/validation"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

func environment(vars []corev1.EnvVar, path *field.Path) field.ErrorList {
	var found field.ErrorList
	for i := range vars {
		v, at := &vars[i], path.Index(i)
		if v.Name == "" {
			found = append(found, field.Required(at.Child("name"), ""))
		} else {
			found = append(found, wrong(at.Child("name"), v.Name, validation.IsRelaxedEnvVarName(v.Name))...)
		}
		if v.ValueFrom != nil {
			found = append(found, valueFrom(v, at.Child("valueFrom"))...)
		}
	}
	return found
}

// valueFrom: one source, and no value beside it.
func valueFrom(v *corev1.EnvVar, path *field.Path) field.ErrorList {
	from, sources := v.ValueFrom, 0
	var found field.ErrorList
	add := func(more field.ErrorList) {
		sources++
		found = append(found, more...)
	}
	if r := from.FieldRef; r != nil {
		add(fieldOf(r, path.Child("fieldRef"), environmentFields))
	}
	if r := from.ResourceFieldRef; r != nil {
		add(resourceOf(r, path.Child("resourceFieldRef"), false))
	}
	if r := from.ConfigMapKeyRef; r != nil {
		add(keyOf(r.Name, r.Key, path.Child("configMapKeyRef")))
	}
	if r := from.SecretKeyRef; r != nil {
		add(keyOf(r.Name, r.Key, path.Child("secretKeyRef")))
	}
	if r := from.FileKeyRef; r != nil {
		add(keyOfFile(r, path.Child("fileKeyRef")))
	}
	switch {
	case sources == 0:
		found = append(found, field.Invalid(path, "", "must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, "+
			"`secretKeyRef` or `fileKeyRef`"))
	case v.Value != "":
		found = append(found, field.Invalid(path, "", "may not be specified when `value` is not empty"))
	case sources > 1:
		found = append(found, field.Invalid(path, "", "may not have more than one field specified at a time"))
	}
	return found
}

// keyOf is a key of a ConfigMap or Secret.
func keyOf(name, key string, path *field.Path) field.ErrorList {
	found := isObjectName(path.Child("name"), name)
	if key == "" {
		return append(found, field.Required(path.Child("key"), ""))
	}
	return append(found, wrong(path.Child("key"), key, validation.IsConfigMapKey(key))...)
}

// keyOfFile is a variable in a file that another container wrote.
func keyOfFile(r *corev1.FileKeySelector, path *field.Path) field.ErrorList {
	var found field.ErrorList
	if r.Key == "" {
		found = append(found, field.Required(path.Child("key"), ""))
	} else {
		found = append(found, wrong(path.Child("key"), r.Key, validation.IsRelaxedEnvVarName(r.Key))...)
	}
	found = append(found, namedLabel(path.Child("volumeName"), r.VolumeName)...)
	if r.Path == "" {
		return append(found, field.Required(path.Child("path"), ""))
	}
	return append(found, staysBelow(path.Child("path"), r.Path)...)
}

// environmentFrom takes all keys of ConfigMaps and Secrets. Upstream's errors name the list and not its item.
func environmentFrom(list []corev1.EnvFromSource, path *field.Path) field.ErrorList {
	var found field.ErrorList
	for i := range list {
		from, at := &list[i], path.Index(i)
		if from.Prefix != "" {
			found = append(found, wrong(at.Child("prefix"), from.Prefix, validation.IsRelaxedEnvVarName(from.Prefix))...)
		}
		if r := from.ConfigMapRef; r != nil {
			found = append(found, prefixOrRequired(at.Child("configMapRef", "name"), r.Name)...)
		}
		if r := from.SecretRef; r != nil {
			found = append(found, prefixOrRequired(at.Child("secretRef", "name"), r.Name)...)
		}
		switch {
		case from.ConfigMapRef == nil && from.SecretRef == nil:
			found = append(found, field.Invalid(path, "", "must specify one of: `configMapRef` or `secretRef`"))
		case from.ConfigMapRef != nil && from.SecretRef != nil:
			found = append(found, field.Invalid(path, "", "may not have more than one field specified at a time"))
		}
	}
	return found
}

// prefixOrRequired checks a name as upstream checks it here: as the beginning of one.
func prefixOrRequired(path *field.Path, name string) field.ErrorList {
	if name == "" {
		return field.ErrorList{field.Required(path, "")}
	}
	return wrong(path, name, apivalidation.NameIsDNSSubdomain(name, true))
}

// environmentFiles: variables come from files in volumes that live as long as the pod.
func (s *specCheck) environmentFiles() field.ErrorList {
	var found field.ErrorList
	s.eachContainer(func(c *corev1.Container, path *field.Path) {
		for i := range c.Env {
			from := c.Env[i].ValueFrom
			if from == nil || from.FileKeyRef == nil {
				continue
			}
			at, name := path.Child("env").Index(i).Child("valueFrom", "fileKeyRef", "volumeName"), from.FileKeyRef.VolumeName
			switch volume := volumeNamed(s.spec.Volumes, name); {
			case volume == nil:
				found = append(found, field.NotFound(at, name))
			case volume.EmptyDir == nil:
				found = append(found, field.Invalid(at, name, "referenced volume must be of type emptyDir"))
			}
		}
	})
	return found
}

func volumeNamed(volumes []corev1.Volume, name string) *corev1.Volume {
	for i := len(volumes) - 1; i >= 0; i-- { // of two with one name the last counts
		if volumes[i].Name == name {
			return &volumes[i]
		}
	}
	return nil
}
