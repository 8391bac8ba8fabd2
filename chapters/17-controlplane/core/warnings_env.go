package core

import (
	"strings"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// hidden finds variables that are defined again without use of what they were, which is more often a mistake than not.
func (w *warning) hidden(c *corev1.Container, path *field.Path) {
	names := seen{}
	for i := range c.Env {
		v := &c.Env[i]
		if !names.again(v.Name) {
			continue
		}
		before := "$(" + v.Name + ")"
		if v.ValueFrom != nil || v.Value == before || !strings.Contains(v.Value, before) {
			w.add("%s: hides previous definition of %q, which may be dropped when using apply", path.Index(i), v.Name)
		}
	}
}
