package core

import (
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// PodStorage is the Store of pods and what answers for the subresources, all over that one Store. Logs and connections
// come with chapter 16. Upstream: pkg/registry/core/pod/storage.PodStorage.
type PodStorage struct {
	Pod                 *registry.Store
	Status              *resource.Part
	Binding             *Binding
	Eviction            *Eviction
	EphemeralContainers *resource.Part
	Resize              *resource.Part
}

// NewPodStorage makes the subresources of a Store of pods.
func NewPodStorage(pods *registry.Store, parts *resource.Parts) *PodStorage {
	return &PodStorage{
		Pod:                 pods,
		Status:              resource.NewPart(pods, podStatusStrategy{}),
		Binding:             NewBinding(pods),
		Eviction:            NewEviction(pods, parts),
		EphemeralContainers: resource.NewPart(pods, ephemeralStrategy{}),
		Resize:              resource.NewPart(pods, resizeStrategy{}),
	}
}
