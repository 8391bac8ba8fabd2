package network

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	storage "kubepath/chapters/05-storage"
	registry "kubepath/chapters/06-registry"
)

// portsKey is where the map of node ports lies in etcd, as one object, among the maps of other ranges.
const (
	rangesRoot = "/ranges"
	portsKey   = rangesRoot + "/servicenodeports"
)

// portAllocator gives services their node ports. Which are taken stands in one object, and every change of it is a
// compare-and-put: two servers never give away the same port. All ports of a service are one change.
// Upstream: portallocator over allocator/storage.Etcd, which writes once for each port.
type portAllocator struct {
	ports    utilnet.PortRange
	storage  storage.Interface
	services func() *registry.Store
	turn     chan struct{} // one change at a time: those of the same server need not race
}

func newPortAllocator(ports utilnet.PortRange, s storage.Interface, services func() *registry.Store) *portAllocator {
	return &portAllocator{ports: ports, storage: s, services: services, turn: make(chan struct{}, 1)}
}

func newRangeAllocation() runtime.Object { return &corev1.RangeAllocation{} }

// change makes a change of the map, or none where it fails. It may run several times, each time on another map.
func (n *portAllocator) change(ctx context.Context, change func(*portBitmap) error) error {
	return n.write(ctx, func(stored *corev1.RangeAllocation) (*portBitmap, error) {
		m := &portBitmap{ports: n.ports}
		err := n.load(ctx, m, stored)
		if err == nil {
			err = change(m)
		}
		return m, err
	})
}

// load reads the map; where there is none yet, the services tell which ports are taken.
func (n *portAllocator) load(ctx context.Context, m *portBitmap, stored *corev1.RangeAllocation) error {
	if stored.ResourceVersion == "" {
		return n.inUse(ctx, m)
	}
	return m.load(stored)
}

// write replaces what is stored by what make makes of it.
func (n *portAllocator) write(ctx context.Context, remake func(stored *corev1.RangeAllocation) (*portBitmap, error)) error {
	select {
	case n.turn <- struct{}{}:
		defer func() { <-n.turn }()
	case <-ctx.Done():
		return ctx.Err()
	}
	return n.storage.GuaranteedUpdate(ctx, portsKey, nil, storage.Update{
		IgnoreNotFound: true,
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			stored := old.(*corev1.RangeAllocation)
			m, err := remake(stored)
			if err != nil {
				return storage.MutateResult{}, err
			}
			m.save(stored)
			return storage.MutateResult{Object: stored}, nil
		},
	})
}

// read returns the map as it is, for a dry run.
func (n *portAllocator) read(ctx context.Context) (*portBitmap, error) {
	stored := &corev1.RangeAllocation{}
	if err := n.storage.Get(ctx, portsKey, storage.GetOptions{IgnoreNotFound: true}, stored); err != nil {
		return nil, err
	}
	m := &portBitmap{ports: n.ports}
	return m, n.load(ctx, m, stored)
}

// inUse marks in m the ports that services have. One that two services have, or that is out of range, is not this
// function's to mend.
func (n *portAllocator) inUse(ctx context.Context, m *portBitmap) error {
	return each(ctx, n.services(), func(s *corev1.Service) {
		for _, port := range portsOf(s) {
			_ = m.allocate(port)
		}
	})
}

// portsOf are the ports that a service has of the range: those of its ports, and that of its health check.
func portsOf(s *corev1.Service) []int32 {
	var ports []int32
	for _, p := range s.Spec.Ports {
		if p.NodePort != 0 {
			ports = append(ports, p.NodePort)
		}
	}
	if s.Spec.HealthCheckNodePort != 0 {
		ports = append(ports, s.Spec.HealthCheckNodePort)
	}
	return ports
}
