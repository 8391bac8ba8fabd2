package config

import (
	"context"
	"reflect"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// configMapStrategy is the strategy of config maps, which only validates.
// Upstream: pkg/registry/core/configmap.
type configMapStrategy struct{ registry.Namespaced }

func (configMapStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validateConfigMap(obj.(*corev1.ConfigMap))
}

func (configMapStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := obj.(*corev1.ConfigMap), old.(*corev1.ConfigMap)
	errs := validateImmutable(now.Immutable, before.Immutable, fixed{"data", now.Data, before.Data},
		fixed{"binaryData", now.BinaryData, before.BinaryData})
	return append(errs, validateConfigMap(now)...)
}

// validateConfigMap: keys are valid file names, no key is in both data and binaryData, and the size is limited.
func validateConfigMap(c *corev1.ConfigMap) field.ErrorList {
	var errs field.ErrorList
	size := 0
	for key, value := range c.Data {
		errs = append(errs, validateDataKey(field.NewPath("data"), key)...)
		if _, both := c.BinaryData[key]; both {
			errs = append(errs, field.Invalid(field.NewPath("data").Key(key), key, "duplicate of key present in binaryData"))
		}
		size += len(value)
	}
	for key, value := range c.BinaryData {
		errs = append(errs, validateDataKey(field.NewPath("binaryData"), key)...)
		size += len(value)
	}
	if size > corev1.MaxSecretSize {
		errs = append(errs, field.TooLong(field.NewPath(""), "", corev1.MaxSecretSize))
	}
	return errs
}

// validateDataKey: the key is a valid file name, because a volume has a file for each key.
func validateDataKey(path *field.Path, key string) field.ErrorList {
	return validate.Invalid(path.Key(key), key, validation.IsConfigMapKey(key))
}

// fixed is a field that cannot change while immutable is set.
type fixed struct {
	name        string
	now, before any
}

// validateImmutable: once immutable is set, it cannot be unset and the fields cannot change.
func validateImmutable(now, before *bool, fields ...fixed) field.ErrorList {
	const reason = "field is immutable when `immutable` is set"
	if before == nil || !*before {
		return nil
	}
	var errs field.ErrorList
	if now == nil || !*now {
		errs = append(errs, field.Forbidden(field.NewPath("immutable"), reason))
	}
	for _, f := range fields {
		if !reflect.DeepEqual(f.now, f.before) {
			errs = append(errs, field.Forbidden(field.NewPath(f.name), reason))
		}
	}
	return errs
}

var configMapColumns = resource.Table[corev1.ConfigMap, *corev1.ConfigMap]{
	Columns: []resource.Column{resource.NameColumn(), resource.FieldColumn("Data", corev1.ConfigMap{}, "data"), resource.AgeColumn()},
	Cells: func(c *corev1.ConfigMap) []any {
		return []any{c.Name, int64(len(c.Data) + len(c.BinaryData)), resource.AgeOf(c)}
	},
}
