package server

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// Where groups are served: the oldest, which has no name, has a root of its own.
const (
	legacyRoot = "/api"
	namedRoot  = "/apis"
)

// APIGroupInfo is a group to install. Upstream: server.APIGroupInfo.
type APIGroupInfo struct {
	// PrioritizedVersions in the order of preference; all of one group.
	PrioritizedVersions []schema.GroupVersion
	// VersionedResourcesStorageMap by version and by path below it: ["v1"]["pods/status"].
	VersionedResourcesStorageMap map[string]map[string]rest.Storage
}

// InstallAPIGroup serves a named group below /apis. Upstream: GenericAPIServer.InstallAPIGroup.
func (s *GenericAPIServer) InstallAPIGroup(g *APIGroupInfo) error {
	name, err := g.name()
	if err != nil {
		return err
	}
	if name == "" {
		return errors.New("a group without a name belongs to InstallLegacyAPIGroup")
	}
	return s.install(g, namedRoot, namedRoot+"/"+name)
}

// InstallLegacyAPIGroup serves the group without a name below /api. Upstream: GenericAPIServer.InstallLegacyAPIGroup.
func (s *GenericAPIServer) InstallLegacyAPIGroup(g *APIGroupInfo) error {
	name, err := g.name()
	if err != nil {
		return err
	}
	if name != "" {
		return fmt.Errorf("group %s belongs to InstallAPIGroup", name)
	}
	return s.install(g, legacyRoot, legacyRoot)
}

// name is that of the one group that all versions are of.
func (g *APIGroupInfo) name() (string, error) {
	if len(g.PrioritizedVersions) == 0 {
		return "", errors.New("a group needs a version")
	}
	name := g.PrioritizedVersions[0].Group
	for _, version := range g.PrioritizedVersions[1:] {
		if version.Group != name {
			return "", fmt.Errorf("%s is not a version of group %q", version, name)
		}
	}
	return name, nil
}

// install turns storages into routes, version by version, and then says so in discovery. document is the path of the
// group's own discovery document.
func (s *GenericAPIServer) install(g *APIGroupInfo, root, document string) error {
	for _, version := range g.PrioritizedVersions {
		storages := g.VersionedResourcesStorageMap[version.Version]
		if err := s.installVersion(root, version, storages); err != nil {
			return fmt.Errorf("install %s: %w", version, err)
		}
		for _, storage := range storages {
			s.destroyLater(storage)
		}
	}
	s.director.addDocument(document)
	return nil
}

// installVersion is the heart of the matter: storages (chapter 4) become rows, rows become routes (chapter 3).
// Upstream: GenericAPIServer.installAPIResources.
func (s *GenericAPIServer) installVersion(root string, gv schema.GroupVersion, storages map[string]rest.Storage) error {
	group := rest.APIInstaller{
		GroupVersion:        gv,
		Codecs:              s.config.Codecs,
		Verbs:               s.config.Verbs,
		MaxRequestBodyBytes: s.config.MaxRequestBodyBytes,
		Wrap:                s.config.WrapStorage,
		NewFieldManager:     s.config.NewFieldManager,
		Admission:           s.config.Admission,
	}
	resources, err := group.Resources(storages)
	if err != nil {
		return err
	}
	version := installer.APIGroupVersion{
		Root:         root,
		GroupVersion: gv,
		Resources:    resources,
		Codecs:       s.config.Codecs,
		Middleware:   append([]installer.Middleware{s.metrics.route}, s.config.Middleware...),
	}
	if _, err := version.InstallREST(s.director.container); err != nil {
		return err
	}
	s.discovery.AddGroupVersion(version.Discovery())
	return nil
}
