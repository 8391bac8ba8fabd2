package exercise

import (
	"context"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/chapters/17-controlplane/resource"
	"kubepath/internal/tools/exercise"
)

// Plug has your Ports choose the ports of new services.
func Plug() exercise.Plug { return exercise.Plug{Groups: chooseWithYours} }

// chooseWithYours changes one row of the table: what is built around the Store of services.
func chooseWithYours(table []controlplane.Group) []controlplane.Group {
	for _, g := range table {
		for i := range g.Resources {
			if r := &g.Resources[i]; g.Group == "" && r.Name == "services" {
				build := r.ConfigureStore
				r.ConfigureStore = func(s *registry.Store, p *resource.Dependencies) {
					build(s, p)
					ports := &Ports{Range: utilnet.PortRange{Base: 30000, Size: 2768}, Storage: p.OpenStorage(corev1.Resource("yournodeports"), "/ranges", newMap)}
					ports.around(s)
				}
			}
		}
	}
	return table
}

// around puts the choice before the Store's own hooks, and gives the ports back where the write fails or the service
// ends.
func (p *Ports) around(s *registry.Store) {
	begin, after := s.BeginCreate, s.AfterDelete
	s.BeginCreate = func(ctx context.Context, obj runtime.Object, options *rest.CreateOptions) (registry.FinishFunc, error) {
		if len(options.DryRun) > 0 {
			return begin(ctx, obj, options)
		}
		taken, err := p.fill(ctx, obj.(*corev1.Service))
		if err != nil {
			return nil, err
		}
		finish, err := begin(ctx, obj, options)
		if err != nil {
			p.free(taken)
			return nil, err
		}
		return func(ctx context.Context, success bool) {
			if !success {
				p.free(taken)
			}
			if finish != nil {
				finish(ctx, success)
			}
		}, nil
	}
	s.AfterDelete = func(obj runtime.Object, options *rest.DeleteOptions) {
		for _, port := range obj.(*corev1.Service).Spec.Ports {
			p.free([]int32{port.NodePort})
		}
		if after != nil {
			after(obj, options)
		}
	}
}

// fill takes the ports of a service that wants some.
func (p *Ports) fill(ctx context.Context, s *corev1.Service) ([]int32, error) {
	if s.Spec.Type != corev1.ServiceTypeNodePort {
		return nil, nil
	}
	var taken []int32
	for i := range s.Spec.Ports {
		port, err := p.Take(ctx, s.Spec.Ports[i].NodePort)
		if err != nil {
			p.free(taken)
			return nil, err
		}
		s.Spec.Ports[i].NodePort = port
		taken = append(taken, port)
	}
	return taken, nil
}

// free gives ports back, whatever became of the request.
func (p *Ports) free(ports []int32) {
	for _, port := range ports {
		if port != 0 {
			_ = p.Release(context.Background(), port)
		}
	}
}
