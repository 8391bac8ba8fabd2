package network

import (
	"context"
	"fmt"
	"slices"

	corev1 "k8s.io/api/core/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/util/validation/field"
)

// taker is where a plan takes ports from: the map itself, or what stands for it in a dry run.
type taker interface {
	take(port int32) error
	takeAny() (int32, error)
}

// plan fills in the node ports of a service. Some other server may change the map in between, so a plan may run
// several times; each run gets a fresh copy of the service.
type plan func(s *corev1.Service, t taker) error

// takePorts carries out a plan. A plan that takes nothing costs no request to etcd.
func (c *claim) takePorts(ctx context.Context, p plan) error {
	none := &recording{taker: nothing{}}
	planned := c.service.DeepCopy()
	err := p(planned, none)
	if len(none.asked) == 0 {
		return c.adopt(planned, err)
	}
	if c.dryRun {
		m, err := c.ports.read(ctx)
		if err != nil {
			return err
		}
		return c.adopt(c.service, p(c.service, &dryPorts{stored: m}))
	}
	var took *recording
	err = c.ports.change(ctx, func(m *portMap) error {
		planned = c.service.DeepCopy()
		took = &recording{taker: m}
		return p(planned, took)
	})
	if err == nil {
		c.taken.ports = took.taken
	}
	return c.adopt(planned, err)
}

// adopt takes over what a plan made.
func (c *claim) adopt(planned *corev1.Service, err error) error {
	if err == nil {
		c.service.Spec.Ports, c.service.Spec.HealthCheckNodePort = planned.Spec.Ports, planned.Spec.HealthCheckNodePort
	}
	return err
}

// recording notes what is taken.
type recording struct {
	taker
	asked, taken []int32
}

func (r *recording) take(port int32) error { return r.note(port, r.taker.take(port)) }

func (r *recording) takeAny() (int32, error) {
	port, err := r.taker.takeAny()
	return port, r.note(port, err)
}

func (r *recording) note(port int32, err error) error {
	r.asked = append(r.asked, port)
	if err == nil {
		r.taken = append(r.taken, port)
	}
	return err
}

// nothing has no ports: it only shows whether a plan wants any.
type nothing struct{}

func (nothing) take(int32) error        { return errPortsFull }
func (nothing) takeAny() (int32, error) { return 0, errPortsFull }

// dryPorts shows values that look like ports, beyond the default range. Upstream: PortAllocationOperation.
type dryPorts struct {
	stored *portMap
	taken  []int32
}

func (d *dryPorts) take(port int32) error {
	if d.stored.has(port) || slices.Contains(d.taken, port) {
		return errPortTaken
	}
	d.taken = append(d.taken, port)
	return nil
}

func (d *dryPorts) takeAny() (int32, error) {
	port := int32(32768)
	if len(d.taken) > 0 {
		port = slices.Max(d.taken)
	}
	d.taken = append(d.taken, port+1)
	return port + 1, nil
}

// portsOfNew is the plan of a new service. Ports with one number (of several protocols) share a node port.
func portsOfNew(s *corev1.Service, t taker) error {
	shared := map[int32]int32{}
	for i := range s.Spec.Ports {
		p := &s.Spec.Ports[i]
		if !hasNodePorts(s) || p.NodePort == 0 && !wantsNodePorts(s) {
			continue
		}
		node := shared[p.Port]
		switch {
		case node == 0:
			if err := takeFirst(s, i, t); err != nil {
				return err
			}
			shared[p.Port] = p.NodePort
		case p.NodePort == 0:
			p.NodePort = node
		case p.NodePort != node:
			if err := takeChosen(s, i, p.NodePort, t); err != nil {
				return err
			}
		}
	}
	if needsHealthCheck(s) {
		return takeHealthCheck(s, t)
	}
	return nil
}

// takeFirst takes a node port for the first port of its number: the one chosen for any of that number, or a free one.
func takeFirst(s *corev1.Service, i int, t taker) error {
	p := &s.Spec.Ports[i]
	for _, other := range s.Spec.Ports {
		if other.Port == p.Port && other.NodePort != 0 {
			p.NodePort = other.NodePort
			return takeChosen(s, i, other.NodePort, t)
		}
	}
	return takeFree(p, t)
}

func takeChosen(s *corev1.Service, i int, port int32, t taker) error {
	if err := t.take(port); err != nil {
		return invalidService(s.Name, field.Invalid(field.NewPath("spec", "ports").Index(i).Child("nodePort"), port, err.Error()))
	}
	return nil
}

func takeFree(p *corev1.ServicePort, t taker) error {
	port, err := t.takeAny()
	if err != nil {
		return apierrors.NewInternalError(fmt.Errorf("failed to allocate a nodePort: %w", err))
	}
	p.NodePort = port
	return nil
}

func takeHealthCheck(s *corev1.Service, t taker) error {
	if port := s.Spec.HealthCheckNodePort; port != 0 {
		if err := t.take(port); err != nil {
			return apierrors.NewInternalError(fmt.Errorf("failed to allocate requested HealthCheck NodePort %v: %v", port, err))
		}
		return nil
	}
	port, err := t.takeAny()
	if err != nil {
		return apierrors.NewInternalError(fmt.Errorf("failed to allocate a HealthCheck NodePort %v: %v", port, err))
	}
	s.Spec.HealthCheckNodePort = port
	return nil
}

// portsOfChanged is the plan of a service that had ports before: those it keeps, it has already.
func portsOfChanged(old *corev1.Service) plan {
	type pair struct {
		Protocol corev1.Protocol
		NodePort int32
	}
	return func(s *corev1.Service, t taker) error {
		had, seen := nodePortsOf(old), map[pair]bool{}
		for i := range s.Spec.Ports {
			p := &s.Spec.Ports[i]
			if !hasNodePorts(s) || p.NodePort == 0 && !wantsNodePorts(s) {
				continue
			}
			if p.NodePort == 0 {
				if err := takeFree(p, t); err != nil {
					return err
				}
			} else if !slices.Contains(had, p.NodePort) {
				if err := takeChosen(s, i, p.NodePort, t); err != nil {
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
			return takeHealthCheck(s, t)
		}
		return nil
	}
}

// droppedPorts are those of old that s has no longer.
func droppedPorts(s, old *corev1.Service) []int32 {
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
