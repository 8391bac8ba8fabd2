package main

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"

	controlplane "kubepath/chapters/17-controlplane"
)

// versions reads the flags that say in which versions objects are served and stored.
func (o options) versions() (controlplane.RuntimeConfig, []schema.GroupVersion, error) {
	served := controlplane.RuntimeConfig{}
	for _, text := range o.runtimeConfig {
		name, value, _ := strings.Cut(text, "=")
		on, err := strconv.ParseBool(cmp.Or(value, "true"))
		if err != nil {
			return nil, nil, fmt.Errorf("--runtime-config %s: say true or false", text)
		}
		served[name] = on
	}
	var stored []schema.GroupVersion
	for _, text := range o.storageVersions {
		version, err := schema.ParseGroupVersion(text)
		if err != nil {
			return nil, nil, fmt.Errorf("--storage-versions: %w", err)
		}
		stored = append(stored, version)
	}
	return served, stored, nil
}
