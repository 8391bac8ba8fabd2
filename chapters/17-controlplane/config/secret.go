package config

import (
	"context"
	"crypto/tls"
	"encoding/json"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/fields"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/util/validation/field"

	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/chapters/17-controlplane/validate"
)

// secretStrategy is the strategy of secrets. stringData is in data already: decoding has merged it.
// Upstream: pkg/registry/core/secret.
type secretStrategy struct{ registry.Namespaced }

func (secretStrategy) PrepareForUpdate(_ context.Context, obj, old runtime.Object) {
	now := obj.(*corev1.Secret)
	if now.Type == "" {
		now.Type = old.(*corev1.Secret).Type
	}
}

func (secretStrategy) Validate(_ context.Context, obj runtime.Object) field.ErrorList {
	return validateSecret(obj.(*corev1.Secret))
}

func (secretStrategy) ValidateUpdate(_ context.Context, obj, old runtime.Object) field.ErrorList {
	now, before := obj.(*corev1.Secret), old.(*corev1.Secret)
	errs := validate.Immutable(field.NewPath("type"), now.Type, before.Type)
	errs = append(errs, validateImmutable(now.Immutable, before.Immutable, fixed{"data", now.Data, before.Data})...)
	return append(errs, validateSecret(now)...)
}

func (secretStrategy) WarningsOnCreate(_ context.Context, obj runtime.Object) []string {
	return secretWarnings(obj.(*corev1.Secret))
}

func (secretStrategy) WarningsOnUpdate(_ context.Context, obj, _ runtime.Object) []string {
	return secretWarnings(obj.(*corev1.Secret))
}

// secretWarnings warns of a TLS certificate and a key that do not match.
func secretWarnings(s *corev1.Secret) []string {
	if s.Type != corev1.SecretTypeTLS {
		return nil
	}
	if _, err := tls.X509KeyPair(s.Data[corev1.TLSCertKey], s.Data[corev1.TLSPrivateKeyKey]); err != nil {
		return []string{err.Error()}
	}
	return nil
}

// requiredKeys are the keys that each type of secret needs.
var requiredKeys = map[corev1.SecretType][]string{
	corev1.SecretTypeDockercfg:        {corev1.DockerConfigKey},
	corev1.SecretTypeDockerConfigJson: {corev1.DockerConfigJsonKey},
	corev1.SecretTypeSSHAuth:          {corev1.SSHAuthPrivateKey},
	corev1.SecretTypeTLS:              {corev1.TLSCertKey, corev1.TLSPrivateKeyKey},
}

func validateSecret(s *corev1.Secret) field.ErrorList {
	var errs field.ErrorList
	data, size := field.NewPath("data"), 0
	for key, value := range s.Data {
		errs = append(errs, validateDataKey(data, key)...)
		size += len(value)
	}
	if size > corev1.MaxSecretSize {
		errs = append(errs, field.TooLong(data, "", corev1.MaxSecretSize))
	}
	for _, key := range requiredKeys[s.Type] {
		if _, ok := s.Data[key]; !ok {
			errs = append(errs, field.Required(data.Key(key), ""))
		}
	}
	return append(errs, validateSecretType(s)...)
}

// validateSecretType holds the other rules of each type.
func validateSecretType(s *corev1.Secret) field.ErrorList {
	switch s.Type {
	case corev1.SecretTypeServiceAccountToken:
		if s.Annotations[corev1.ServiceAccountNameKey] == "" {
			return field.ErrorList{field.Required(field.NewPath("metadata", "annotations").Key(corev1.ServiceAccountNameKey), "")}
		}
	case corev1.SecretTypeBasicAuth:
		_, user := s.Data[corev1.BasicAuthUsernameKey]
		_, password := s.Data[corev1.BasicAuthPasswordKey]
		if !user && !password {
			return field.ErrorList{
				field.Required(field.NewPath("data").Key(corev1.BasicAuthUsernameKey), ""),
				field.Required(field.NewPath("data").Key(corev1.BasicAuthPasswordKey), ""),
			}
		}
	case corev1.SecretTypeDockercfg, corev1.SecretTypeDockerConfigJson:
		key := requiredKeys[s.Type][0]
		if config, ok := s.Data[key]; ok {
			if err := json.Unmarshal(config, &map[string]any{}); err != nil {
				return field.ErrorList{field.Invalid(field.NewPath("data").Key(key), "<secret contents redacted>", err.Error())}
			}
		}
	}
	return nil
}

func secretFields(obj runtime.Object) fields.Set {
	return fields.Set{"type": string(obj.(*corev1.Secret).Type)}
}

var secretColumns = resource.Table[corev1.Secret, *corev1.Secret]{
	Columns: []resource.Column{
		resource.NameColumn(),
		resource.FieldColumn("Type", corev1.Secret{}, "type"),
		resource.FieldColumn("Data", corev1.Secret{}, "data"),
		resource.AgeColumn(),
	},
	Cells: func(s *corev1.Secret) []any {
		return []any{s.Name, string(s.Type), int64(len(s.Data)), resource.AgeOf(s)}
	},
}
