package network

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// portAllocation is what a plan allocates ports from: the stored bitmap, or a substitute for it in a dry run.
type portAllocation interface {
	allocate(port int32) error
	allocateNext() (int32, error)
}

// portPlan fills in the node ports of a service. It may run several times, because another server may change the bitmap
// in between; each run gets a fresh copy of the service.
type portPlan func(s *corev1.Service, t portAllocation) error

// allocatePorts carries out a plan. A plan that allocates nothing sends no request to etcd.
func (tx *transaction) allocatePorts(ctx context.Context, p portPlan) error {
	none := &portRecorder{portAllocation: noPorts{}}
	planned := tx.service.DeepCopy()
	err := p(planned, none)
	if len(none.asked) == 0 {
		return tx.adopt(planned, err)
	}
	if tx.dryRun {
		m, err := tx.ports.read(ctx)
		if err != nil {
			return err
		}
		return tx.adopt(tx.service, p(tx.service, &dryRunPorts{stored: m}))
	}
	var took *portRecorder
	err = tx.ports.change(ctx, func(m *portBitmap) error {
		planned = tx.service.DeepCopy()
		took = &portRecorder{portAllocation: m}
		return p(planned, took)
	})
	if err == nil {
		tx.allocated.ports = took.allocated
	}
	return tx.adopt(planned, err)
}

// adopt copies the ports of a planned service into the transaction's service.
func (tx *transaction) adopt(planned *corev1.Service, err error) error {
	if err == nil {
		tx.service.Spec.Ports, tx.service.Spec.HealthCheckNodePort = planned.Spec.Ports, planned.Spec.HealthCheckNodePort
	}
	return err
}

// portRecorder records which ports a plan asked for, and which of them it got.
type portRecorder struct {
	portAllocation
	asked, allocated []int32
}

func (r *portRecorder) allocate(port int32) error {
	return r.record(port, r.portAllocation.allocate(port))
}

func (r *portRecorder) allocateNext() (int32, error) {
	port, err := r.portAllocation.allocateNext()
	return port, r.record(port, err)
}

func (r *portRecorder) record(port int32, err error) error {
	r.asked = append(r.asked, port)
	if err == nil {
		r.allocated = append(r.allocated, port)
	}
	return err
}

// noPorts has no ports: with a portRecorder it shows whether a plan asks for any.
type noPorts struct{}

func (noPorts) allocate(int32) error         { return errPortsFull }
func (noPorts) allocateNext() (int32, error) { return 0, errPortsFull }

// dryRunPorts returns example ports above the default range. Upstream: PortAllocationOperation.
type dryRunPorts struct {
	stored    *portBitmap
	allocated []int32
}

func (d *dryRunPorts) allocate(port int32) error {
	if d.stored.has(port) || slices.Contains(d.allocated, port) {
		return errPortAllocated
	}
	d.allocated = append(d.allocated, port)
	return nil
}

func (d *dryRunPorts) allocateNext() (int32, error) {
	port := int32(32768)
	if len(d.allocated) > 0 {
		port = slices.Max(d.allocated)
	}
	d.allocated = append(d.allocated, port+1)
	return port + 1, nil
}

// planForCreate is the plan of a new service. Ports of one number and several protocols share a node port.
func planForCreate(s *corev1.Service, t portAllocation) error {
	shared := map[int32]int32{}
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i]
		if !hasNodePorts(s) || p.NodePort == 0 && !wantsNodePorts(s) {
			continue
		}
		node := shared[p.Port]
		switch {
		case node == 0:
			if err := allocateFirst(s, i, t); err != nil {
				return err
			}
			shared[p.Port] = p.NodePort
		case p.NodePort == 0:
			p.NodePort = node
		case p.NodePort != node:
			if err := allocateChosen(s, i, p.NodePort, t); err != nil {
				return err
			}
		}
	}
	if needsHealthCheck(s) {
		return allocateHealthCheck(s, t)
	}
	return nil
}

// allocateFirst allocates for the first port of a number: the node port that any port of that number asks for, or a
// free one.
func allocateFirst(s *corev1.Service, i int, t portAllocation) error {
	p := &s.Spec.Ports[i]
	for _, other := range s.Spec.Ports {
		if other.Port == p.Port && other.NodePort != 0 {
			p.NodePort = other.NodePort
			return allocateChosen(s, i, other.NodePort, t)
		}
	}
	return allocateFree(p, t)
}

func allocateChosen(s *corev1.Service, i int, port int32, t portAllocation) error {
	if err := t.allocate(port); err != nil {
		return invalidService(s.Name, field.Invalid(field.NewPath("spec", "ports").Index(i).Child("nodePort"), port, err.Error()))
	}
	return nil
}

func allocateFree(p *corev1.ServicePort, t portAllocation) error {
	port, err := t.allocateNext()
	if err != nil {
		return apierrors.NewInternalError(fmt.Errorf("failed to allocate a nodePort: %w", err))
	}
	p.NodePort = port
	return nil
}

func allocateHealthCheck(s *corev1.Service, t portAllocation) error {
	if port := s.Spec.HealthCheckNodePort; port != 0 {
		if err := t.allocate(port); err != nil {
			return apierrors.NewInternalError(fmt.Errorf("failed to allocate requested HealthCheck NodePort %v: %v", port, err))
		}
		return nil
	}
	port, err := t.allocateNext()
	if err != nil {
		return apierrors.NewInternalError(fmt.Errorf("failed to allocate a HealthCheck NodePort %v: %v", port, err))
	}
	s.Spec.HealthCheckNodePort = port
	return nil
}

// planForUpdate is the plan of a changed service. It does not allocate node ports that the old service has.
func planForUpdate(old *corev1.Service) portPlan {
	type pair struct {
		Protocol corev1.Protocol
		NodePort int32
	}
	return func(s *corev1.Service, t portAllocation) error {
		had, seen := nodePortsOf(old), map[pair]bool{}
		for i := range s.Spec.Ports {
			p := &s.Spec.Ports[i]
			if !hasNodePorts(s) || p.NodePort == 0 && !wantsNodePorts(s) {
				continue
			}
			if p.NodePort == 0 {
				if err := allocateFree(p, t); err != nil {
					return err
				}
			} else if !slices.Contains(had, p.NodePort) {
				if err := allocateChosen(s, i, p.NodePort, t); err != nil {
					return err
				}
				had = append(had, p.NodePort)
			}
			if key := (pair{p.Protocol, p.NodePort}); seen[key] {
				return fmt.Errorf("duplicate nodePort: %v", key)
			} else {
				seen[key] = true
			}
		}
		if needsHealthCheck(s) && !needsHealthCheck(old) {
			return allocateHealthCheck(s, t)
		}
		return nil
	}
}

// releasedPorts returns the node ports of old that s does not have.
func releasedPorts(s, old *corev1.Service) []int32 {
	var dropped []int32
	keeps := nodePortsOf(s)
	for _, port := range nodePortsOf(old) {
		if hasNodePorts(old) && (!hasNodePorts(s) || !slices.Contains(keeps, port)) {
			dropped = append(dropped, port)
		}
	}
	if needsHealthCheck(old) && !needsHealthCheck(s) {
		dropped = append(dropped, old.Spec.HealthCheckNodePort)
	}
	return dropped
}

func nodePortsOf(s *corev1.Service) []int32 {
	var ports []int32
	for _, p := range s.Spec.Ports {
		if p.NodePort != 0 {
			ports = append(ports, p.NodePort)
		}
	}
	return ports
}
