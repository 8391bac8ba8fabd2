package server

import (
	"errors"
	"fmt"

	"k8s.io/apimachinery/pkg/runtime/schema"

	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// The root paths of groups: the core group, which has no name, has a different root.
const (
	legacyRoot = "/api"
	namedRoot  = "/apis"
)

// APIGroupInfo is a group to install. Upstream: server.APIGroupInfo.
type APIGroupInfo struct {
	// PrioritizedVersions has the versions in the order of preference, all of one group.
	PrioritizedVersions []schema.GroupVersion
	// VersionedResourcesStorageMap has the storages by version and resource: ["v1"]["pods/status"].
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

// InstallLegacyAPIGroup serves the core group below /api. Upstream: GenericAPIServer.InstallLegacyAPIGroup.
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

// name returns the name of the group. All versions must be of one group.
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

// install installs the versions of a group and adds its discovery document. document is the path of that document.
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

// installVersion makes rows from the storages (chapter 4), and routes from the rows (chapter 3).
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
