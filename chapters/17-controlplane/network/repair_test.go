package network

import (
	"context"
	"net/netip"
	"slices"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	storage "kubepath/chapters/05-storage"
	"kubepath/chapters/05-storage/memory"
	registry "kubepath/chapters/06-registry"
	patch "kubepath/chapters/12-patch"
	"kubepath/chapters/17-controlplane/resource"
)

// cluster is the Stores of this package over memory, without a server.
type cluster struct {
	database *memory.Database
	stores   map[string]*registry.Store
	tasks    map[string]resource.PostStartHook
}

func newCluster(settings Settings) *cluster {
	c := &cluster{database: memory.NewDatabase(), stores: map[string]*registry.Store{}, tasks: map[string]resource.PostStartHook{}}
	scheme := kinds.NewScheme()
	parts := &resource.Dependencies{
		Settings: []any{settings}, OpenStorage: func(_ schema.GroupResource, root string, empty func() runtime.Object) storage.Interface {
			return c.open(root, empty)
		}, AddPostStartHook: func(t resource.PostStartHook) { c.tasks[t.Name] = t },
		Store:           func(r schema.GroupResource) *registry.Store { return c.stores[r.Resource] },
		NewFieldManager: patch.NewFieldManagers(kinds.NewCodecs(scheme)).New,
	}
	for _, g := range Groups() {
		for _, r := range g.Resources {
			empty := func() runtime.Object {
				obj, err := scheme.New(g.WithKind(r.Kind))
				if err != nil {
					panic(err)
				}
				return obj
			}
			s := &registry.Store{
				Kind: g.WithKind(r.Kind), Resource: g.WithResource(r.Name).GroupResource(), NewFunc: empty,
				Storage: c.open(r.Key(), empty), Strategy: r.Strategy, KeyRoot: r.Key(),
			}
			c.stores[r.Name] = s
			if r.ConfigureStore != nil {
				r.ConfigureStore(s, parts)
			}
		}
	}
	return c
}

func (c *cluster) open(root string, empty func() runtime.Object) storage.Interface {
	return memory.Open(memory.Config{Database: c.database, NewFunc: empty, Resource: root})
}

// repair returns the repair of another server over the same data, with a clock that the test sets.
func (c *cluster) repair(now *time.Time) *repair {
	store := func(name string) func() *registry.Store { return func() *registry.Store { return c.stores[name] } }
	loopback := func(name string) func() resource.LoopbackClient {
		return func() resource.LoopbackClient { return resource.LoopbackClient{Store: c.stores[name]} }
	}
	return &repair{
		allocators: &allocators{
			addresses: &ipAllocator{ranges: []netip.Prefix{defaultClusterIPRange}, objects: loopback("ipaddresses"), cidrs: loopback("servicecidrs")},
			ports:     newPortAllocator(defaultNodePortRange, c.open(rangesRoot, newRangeAllocation), store("services")),
		},
		now: func() time.Time { return *now },
	}
}

// service stores a service with a node port without allocating for it.
func (c *cluster) service(t *testing.T, name, address string, port int32) *corev1.Service {
	t.Helper()
	b := kubernetesService{settings: Settings{}.withDefaults()}
	s := b.service()
	s.Name, s.Namespace, s.Spec.ClusterIP = name, "ns", address
	s.Spec.Type, s.Spec.ExternalTrafficPolicy, s.Spec.Ports[0].NodePort = corev1.ServiceTypeNodePort, corev1.ServiceExternalTrafficPolicyCluster, port
	s.Spec.ClusterIPs, s.Spec.IPFamilies = []string{address}, []corev1.IPFamily{corev1.IPv4Protocol}
	without := *c.stores["services"]
	without.BeginCreate = nil
	if _, err := without.Create(rest.WithNamespace(t.Context(), "ns"), s, nil); err != nil {
		t.Fatal(err)
	}
	return s
}

// takenAddresses and takenPorts return what is allocated.
func (c *cluster) takenAddresses(t *testing.T) []string {
	t.Helper()
	var taken []string
	if err := each(t.Context(), c.stores["ipaddresses"], func(a *networkingv1.IPAddress) { taken = append(taken, a.Name) }); err != nil {
		t.Fatal(err)
	}
	slices.Sort(taken)
	return taken
}

func takenPorts(t *testing.T, r *repair) []int32 {
	t.Helper()
	m, err := r.ports.read(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var taken []int32
	m.each(func(port int32) { taken = append(taken, port) })
	return taken
}

// A server crashed after it allocated an address and a port, and before it stored the service.
func TestWhatNobodyOwnsIsFreedOnceNoCreateCanBeUnderWay(t *testing.T) {
	t.Parallel()
	c := newCluster(Settings{})
	now := time.Now()
	r := c.repair(&now)
	dead := &corev1.Service{}
	dead.Name, dead.Namespace = "dead", "ns"
	if err := r.addresses.allocate(t.Context(), dead, netip.MustParseAddr("10.0.0.7")); err != nil {
		t.Fatal(err)
	}
	if err := r.ports.change(t.Context(), func(m *portBitmap) error { return m.allocate(30007) }); err != nil {
		t.Fatal(err)
	}
	for _, step := range []struct {
		after     time.Duration
		addresses []string
		ports     []int32
	}{
		{0, []string{"10.0.0.7"}, []int32{30007}},
		{50 * time.Second, []string{"10.0.0.7"}, []int32{30007}},
		{15 * time.Second, nil, nil},
	} {
		now = now.Add(step.after)
		if err := r.once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if a, p := c.takenAddresses(t), takenPorts(t, r); !slices.Equal(a, step.addresses) || !slices.Equal(p, step.ports) {
			t.Errorf("%v later: %v and %v are taken", step.after, a, p)
		}
	}
}

func TestAServiceGetsBackWhatItHasAndNobodyKnows(t *testing.T) {
	t.Parallel()
	c := newCluster(Settings{})
	now := time.Now()
	r := c.repair(&now)
	c.service(t, "a", "10.0.0.7", 30007)
	if err := r.ports.change(t.Context(), func(m *portBitmap) error { m.release(30007); return m.allocate(30001) }); err != nil {
		t.Fatal(err)
	}
	if err := r.once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if a, p := c.takenAddresses(t), takenPorts(t, r); !slices.Equal(a, []string{"10.0.0.7"}) || !slices.Equal(p, []int32{30001, 30007}) {
		t.Errorf("%v and %v are taken", a, p)
	}
}

func TestTheFirstPortIsTakenBesideThoseThatServicesHave(t *testing.T) {
	t.Parallel()
	c := newCluster(Settings{})
	c.service(t, "a", "10.0.0.7", 30007)
	now := time.Now()
	r := c.repair(&now)
	if err := r.ports.change(t.Context(), func(m *portBitmap) error { return m.allocate(30007) }); err != errPortAllocated {
		t.Errorf("there is no map yet: %v", err)
	}
}

func TestAnAddressOfAnotherOwnerIsGivenToTheServiceThatHasIt(t *testing.T) {
	t.Parallel()
	c := newCluster(Settings{})
	now := time.Now()
	r := c.repair(&now)
	gone := &corev1.Service{}
	gone.Name, gone.Namespace = "gone", "ns"
	address := netip.MustParseAddr("10.0.0.7")
	if err := r.addresses.allocate(t.Context(), gone, address); err != nil {
		t.Fatal(err)
	}
	s := c.service(t, "a", "10.0.0.7", 30007)
	if err := r.once(t.Context()); err != nil {
		t.Fatal(err)
	}
	obj, err := c.stores["ipaddresses"].Get(t.Context(), "10.0.0.7", nil)
	if err != nil || *obj.(*networkingv1.IPAddress).Spec.ParentRef != *referTo(s) {
		t.Errorf("%v, %v", obj, err)
	}
	if err := r.addresses.release(t.Context(), gone, address); err == nil {
		t.Error("the last owner freed it")
	}
}

func TestAMapOfAnotherRangeIsRewrittenAtTheStart(t *testing.T) {
	t.Parallel()
	c := newCluster(Settings{})
	now := time.Now()
	old := c.repair(&now)
	old.ports.ports.Base, old.ports.ports.Size = 20000, 100
	if err := old.ports.change(t.Context(), func(m *portBitmap) error { return m.allocate(20001) }); err != nil {
		t.Fatal(err)
	}
	r := c.repair(&now)
	take := func(m *portBitmap) error { return m.allocate(30001) }
	if err := r.ports.change(t.Context(), take); err != errMismatchRange {
		t.Errorf("before: %v", err)
	}
	if err := r.once(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := r.ports.change(t.Context(), take); err != nil {
		t.Errorf("after: %v", err)
	}
}

func TestAServerMakesTheServiceKubernetesAndLeavesItsEndpointsAtTheEnd(t *testing.T) {
	t.Parallel()
	c := newCluster(Settings{Bootstrap: true, Advertise: netip.MustParseAddrPort("192.0.2.1:6443")})
	task := c.tasks["bootstrap-controller"]
	ctx, cancel := context.WithCancel(t.Context())
	for range 2 { // at the second start the objects exist
		if err := task.Start(ctx); err != nil {
			t.Fatal(err)
		}
	}
	in := rest.WithNamespace(context.Background(), "default")
	get := func(name string) runtime.Object {
		obj, err := c.stores[name].Get(in, "kubernetes", nil)
		if err != nil {
			t.Fatal(err)
		}
		return obj
	}
	if s := get("services").(*corev1.Service); s.Spec.ClusterIP != "10.0.0.1" || s.Spec.Ports[0].TargetPort.IntVal != 6443 {
		t.Errorf("service %v", s.Spec)
	}
	if got := endpointsText(get("endpoints").(*corev1.Endpoints).Subsets); got != "192.0.2.1:6443" {
		t.Errorf("endpoints %s", got)
	}
	if r := get("servicecidrs").(*networkingv1.ServiceCIDR); len(r.Status.Conditions) != 1 || r.Spec.CIDRs[0] != "10.0.0.0/24" {
		t.Errorf("range %v", r)
	}
	cancel()
	task.Run(ctx)
	if got := get("endpoints").(*corev1.Endpoints).Subsets; len(got) != 0 {
		t.Errorf("endpoints after the end: %v", got)
	}
}
