package core

import (
	registry "kubepath/chapters/06-registry"
	"kubepath/chapters/17-controlplane/resource"
)

// PodStorage is the Store of pods and what answers for the subresources, all over that one Store. Logs and connections
// come with chapter 16. Upstream: pkg/registry/core/pod/storage.PodStorage.
type PodStorage struct {
	Pod                 *registry.Store
	Status              *resource.SubresourceREST
	Binding             *BindingREST
	Eviction            *EvictionREST
	EphemeralContainers *resource.SubresourceREST
	Resize              *resource.SubresourceREST
}

// NewPodStorage makes the subresources of a Store of pods.
func NewPodStorage(pods *registry.Store, deps *resource.Dependencies) *PodStorage {
	return &PodStorage{
		Pod:                 pods,
		Status:              resource.NewSubresourceREST(pods, podStatusStrategy{}),
		Binding:             NewBindingREST(pods),
		Eviction:            NewEvictionREST(pods, deps),
		EphemeralContainers: resource.NewSubresourceREST(pods, ephemeralStrategy{}),
		Resize:              resource.NewSubresourceREST(pods, resizeStrategy{}),
	}
}
