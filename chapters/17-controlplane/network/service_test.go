package network_test

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"
	"testing"

	utilnet "k8s.io/apimachinery/pkg/util/net"

	"kubepath/chapters/17-controlplane/network"
)

func TestAServiceGetsWhatItsTypeNeeds(t *testing.T) {
	t.Parallel()
	rows := []struct {
		name, spec       string
		address          string // "some", "None" or ""
		ports            int
		check            bool // a health check port
		families, policy string
	}{
		{"an ordinary one an address", "{ports: [{port: 80}]}", "some", 0, false, "[IPv4]", "SingleStack"},
		{"a headless one none", "{clusterIP: None, selector: {a: b}}", "None", 0, false, "[IPv4]", "SingleStack"},
		{"a headless one without selector both families", "{clusterIP: None}", "None", 0, false, "[IPv4 IPv6]", "RequireDualStack"},
		{"a name nothing", "{type: ExternalName, externalName: a.example.com}", "", 0, false, "[]", ""},
		{"a node port for each port", "{type: NodePort, ports: [{name: a, port: 80}, {name: b, port: 81}]}", "some", 2, false, "[IPv4]", "SingleStack"},
		{"one node port for a number in two protocols", "{type: NodePort, ports: [{name: a, port: 53}, {name: b, port: 53, protocol: UDP}]}", "some", 1, false, "[IPv4]", "SingleStack"},
		{"a balancer node ports", "{type: LoadBalancer, ports: [{port: 80}]}", "some", 1, false, "[IPv4]", "SingleStack"},
		{"a balancer that wants none none", "{type: LoadBalancer, allocateLoadBalancerNodePorts: false, ports: [{port: 80}]}", "some", 0, false, "[IPv4]", "SingleStack"},
		{"a balancer of local traffic a health check", "{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{port: 80}]}", "some", 1, true, "[IPv4]", "SingleStack"},
		{"one that prefers two families what there is", "{ipFamilyPolicy: PreferDualStack, ports: [{port: 80}]}", "some", 0, false, "[IPv4]", "PreferDualStack"},
	}
	a := serve(t, network.Settings{})
	for i, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			s := a.service(t, fmt.Sprintf("s%d", i), row.spec)
			address := s.text("spec", "clusterIP")
			if _, err := netip.ParseAddr(address); err == nil {
				address = "some"
			}
			distinct := s.nodePorts()
			slices.Sort(distinct)
			_, check := s.at("spec", "healthCheckNodePort").(float64)
			if got := len(slices.Compact(distinct)); address != row.address || got != row.ports || check != row.check {
				t.Errorf("address %q, %d node ports, health check %v", address, got, check)
			}
			if f := fmt.Sprint(s.list("spec", "ipFamilies")); f != row.families || s.text("spec", "ipFamilyPolicy") != row.policy {
				t.Errorf("families %s, policy %q", f, s.text("spec", "ipFamilyPolicy"))
			}
		})
	}
}

func TestWhatIsTakenOrOutOfRangeIsRefused(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	a.service(t, "first", "{type: NodePort, clusterIP: 10.0.0.9, ports: [{port: 80, nodePort: 30080}]}")
	rows := []struct {
		name, spec string
		code       int
		message    string
	}{
		{"an address that is taken", "{clusterIP: 10.0.0.9, ports: [{port: 80}]}", 422,
			`spec.clusterIPs: Invalid value: ["10.0.0.9"]: failed to allocate IP 10.0.0.9: provided IP is already allocated`},
		{"one of another network", "{clusterIP: 10.1.0.9, ports: [{port: 80}]}", 422,
			`spec.clusterIPs: Invalid value: ["10.1.0.9"]: failed to allocate IP 10.1.0.9: the provided network does not match the current range`},
		{"that of the network itself", "{clusterIP: 10.0.0.0, ports: [{port: 80}]}", 422,
			`spec.clusterIPs: Invalid value: ["10.0.0.0"]: failed to allocate IP 10.0.0.0: the provided network does not match the current range`},
		{"one of a family that the cluster has not", `{clusterIP: "fd00::9", ports: [{port: 80}]}`, 422,
			`spec.clusterIPs[0]: Invalid value: ["fd00::9"]: IPv6 is not configured on this cluster`},
		{"a family that the cluster has not", "{ipFamilies: [IPv6], ports: [{port: 80}]}", 422,
			`spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster`},
		{"two families in a cluster of one", "{ipFamilyPolicy: RequireDualStack, ports: [{port: 80}]}", 422,
			`spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services`},
		{"a port that is taken", "{type: NodePort, ports: [{port: 80, nodePort: 30080}]}", 422,
			`spec.ports[0].nodePort: Invalid value: 30080: provided port is already allocated`},
		{"a port out of range", "{type: NodePort, ports: [{port: 80, nodePort: 80}]}", 422,
			`spec.ports[0].nodePort: Invalid value: 80: provided port is not in the valid range. The range of valid ports is 30000-32767`},
		{"a health check port that is taken", "{type: LoadBalancer, externalTrafficPolicy: Local, healthCheckNodePort: 30080, ports: [{port: 80}]}", 500,
			`Internal error occurred: failed to allocate requested HealthCheck NodePort 30080: provided port is already allocated`},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			code, answer := a.do(t, "POST", servicesPath, manifest("x", row.spec))
			if want := strings.TrimPrefix(answer.text("message"), `Service "x" is invalid: `); code != row.code || want != row.message {
				t.Errorf("%d %s", code, want)
			}
		})
	}
	if left := a.names(t, "/apis/networking.k8s.io/v1/ipaddresses"); !slices.Equal(left, []string{"10.0.0.9"}) {
		t.Errorf("the refused ones have left addresses: %v", left)
	}
	if got := a.takenPorts(t); got != 1 {
		t.Errorf("%d ports are taken, want 1", got)
	}
}

func TestAnInvalidServiceLeavesNothingTaken(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	for _, spec := range []string{
		"{type: NodePort, ports: [{port: 0}]}",
		"{type: LoadBalancer, externalTrafficPolicy: Local, sessionAffinity: Sticky, ports: [{port: 80}]}",
	} {
		if code, _ := a.do(t, "POST", servicesPath, manifest("x", spec)); code != 422 {
			t.Errorf("%s: %d", spec, code)
		}
	}
	a.service(t, "x", "{ports: [{port: 80}]}")
	if code, _ := a.do(t, "POST", servicesPath, manifest("x", "{type: NodePort, ports: [{port: 80}]}")); code != 409 {
		t.Errorf("a second service of the name: %d", code)
	}
	if left := a.names(t, "/apis/networking.k8s.io/v1/ipaddresses"); len(left) != 1 || a.takenPorts(t) != 0 {
		t.Errorf("left: %v and %d ports", left, a.takenPorts(t))
	}
}

func TestADryRunShowsValuesAndTakesNone(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	s := a.must(t, "POST", servicesPath+"?dryRun=All", manifest("x", "{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{name: a, port: 80}, {name: b, port: 81}]}"))
	if s.text("spec", "clusterIP") != "10.0.0.0" || !slices.Equal(s.nodePorts(), []int32{32769, 32770}) || s.at("spec", "healthCheckNodePort") != 32771.0 {
		t.Errorf("got %v", s.at("spec"))
	}
	if left := a.names(t, "/apis/networking.k8s.io/v1/ipaddresses"); len(left) != 0 {
		t.Errorf("taken: %v", left)
	}
	a.service(t, "z", "{type: NodePort, ports: [{port: 80, nodePort: 30080}]}")
	a.must(t, "PATCH", servicesPath+"/z?dryRun=All", "{spec: {type: ExternalName, externalName: a.example.com}}")
	a.must(t, "DELETE", servicesPath+"/z", "{dryRun: [All]}")
	if left := a.names(t, "/apis/networking.k8s.io/v1/ipaddresses"); len(left) != 1 || a.takenPorts(t) != 1 {
		t.Errorf("a dry run has freed something: %v left", left)
	}
}

func TestATypeThatChangesTakesAndFrees(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	before := a.service(t, "x", "{ports: [{port: 80}]}")
	steps := []struct {
		patch            string
		addresses, ports int
	}{
		{"{spec: {type: NodePort}}", 1, 1},
		{"{spec: {type: LoadBalancer, externalTrafficPolicy: Local}}", 1, 2},
		{"{spec: {externalTrafficPolicy: Cluster}}", 1, 1},
		{"{spec: {type: ClusterIP}}", 1, 0},
		{"{spec: {type: ExternalName, externalName: a.example.com}}", 0, 0},
		{"{spec: {type: NodePort, externalName: null, ports: [{name: a, port: 80}, {name: b, port: 81}]}}", 1, 2},
		{"{spec: {ports: [{name: b, port: 81}]}}", 1, 1},
	}
	for _, step := range steps {
		s := a.must(t, "PATCH", servicesPath+"/x", step.patch)
		got := a.names(t, "/apis/networking.k8s.io/v1/ipaddresses")
		if len(got) != step.addresses || a.takenPorts(t) != step.ports {
			t.Errorf("after %s: %v and %d ports are taken; want %d and %d", step.patch, got, a.takenPorts(t), step.addresses, step.ports)
		}
		if step.addresses == 1 && s.text("spec", "clusterIP") != got[0] {
			t.Errorf("after %s: address %s, taken is %s", step.patch, s.text("spec", "clusterIP"), got[0])
		}
	}
	if before.text("spec", "clusterIP") == "" {
		t.Error("no address at first")
	}
}

func TestAPutThatSaysNothingOfAllocatedValuesKeepsThem(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	const spec = "{type: LoadBalancer, externalTrafficPolicy: Local, ports: [{name: a, port: 80}, {name: b, port: 81}]}"
	first := a.service(t, "x", spec)
	again := a.must(t, "PUT", servicesPath+"/x", manifest("x", spec))
	for _, name := range []string{"clusterIP", "healthCheckNodePort"} {
		if first.at("spec", name) != again.at("spec", name) {
			t.Errorf("%s: %v, then %v", name, first.at("spec", name), again.at("spec", name))
		}
	}
	if !slices.Equal(first.nodePorts(), again.nodePorts()) || first.text("metadata", "resourceVersion") != again.text("metadata", "resourceVersion") {
		t.Errorf("ports %v, then %v; the same manifest is no change", first.nodePorts(), again.nodePorts())
	}
	code, answer := a.do(t, "PATCH", servicesPath+"/x", "{spec: {clusterIP: 10.0.0.200, clusterIPs: [10.0.0.200]}}")
	if code != 422 || !strings.Contains(answer.text("message"), `spec.clusterIPs[0]: Invalid value: ["10.0.0.200"]: may not change once set`) {
		t.Errorf("another address: %d %s", code, answer.text("message"))
	}
}

func TestAPutToANewNameCreatesAService(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	s := a.must(t, "PUT", servicesPath+"/x", manifest("x", "{type: NodePort, ports: [{port: 80}]}"))
	if s.text("spec", "clusterIP") == "" || len(s.nodePorts()) != 1 {
		t.Errorf("got %v", s.at("spec"))
	}
}

func TestARangeCanBeFullAndThenTheRestIsGivenAwayToTheLastAddress(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{
		ClusterIPRanges: []netip.Prefix{netip.MustParsePrefix("10.9.0.0/29")}, // six addresses
		NodePortRange:   utilnet.PortRange{Base: 31000, Size: 6},
	})
	for i := range 6 {
		a.service(t, fmt.Sprintf("s%d", i), "{type: NodePort, ports: [{port: 80}]}")
	}
	code, answer := a.do(t, "POST", servicesPath, manifest("x", "{ports: [{port: 80}]}"))
	if code != 500 || answer.text("message") != `Internal error occurred: failed to allocate a serviceIP for Service "x": range is full` {
		t.Errorf("%d %s", code, answer.text("message"))
	}
	a.must(t, "DELETE", servicesPath+"/s3", "{}")
	code, answer = a.do(t, "POST", servicesPath, manifest("x", "{type: NodePort, ports: [{name: a, port: 80}, {name: b, port: 81}]}"))
	if code != 500 || answer.text("message") != "Internal error occurred: failed to allocate a nodePort: range is full" {
		t.Errorf("%d %s", code, answer.text("message"))
	}
	a.service(t, "x", "{type: NodePort, ports: [{port: 80}]}")
}

func TestAServiceCIDRIsOneMoreRangeUnlessItIsNotReady(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	a.must(t, "POST", "/apis/networking.k8s.io/v1/servicecidrs",
		"{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: more}, spec: {cidrs: [10.7.0.0/24]}}")
	a.service(t, "nobody-says", "{clusterIP: 10.7.0.4, ports: [{port: 80}]}")
	ready := func(status string) {
		a.must(t, "PATCH", "/apis/networking.k8s.io/v1/servicecidrs/more/status", "{status: {conditions: [{type: Ready, status: '"+
			status+"', reason: R, message: m, lastTransitionTime: '2026-01-01T00:00:00Z'}]}}")
	}
	const spec = "{clusterIP: 10.7.0.5, ports: [{port: 80}]}"
	ready("False")
	if code, _ := a.do(t, "POST", servicesPath, manifest("x", spec)); code != 422 {
		t.Errorf("while it is not ready: %d", code)
	}
	ready("True")
	a.service(t, "x", spec)
}

func TestADualStackClusterGivesTwoAddressesAndTakesOneBack(t *testing.T) {
	t.Parallel()
	ranges, err := network.ParseClusterIPRanges("10.0.0.0/24,fd00:10::/112")
	if err != nil {
		t.Fatal(err)
	}
	a := serve(t, network.Settings{ClusterIPRanges: ranges})
	a.service(t, "x", "{ports: [{port: 80}]}")
	steps := []struct {
		patch     string
		addresses int
	}{
		{"{spec: {ipFamilyPolicy: RequireDualStack}}", 2},
		{"{spec: {ipFamilyPolicy: SingleStack}}", 1},
		{"{spec: {ipFamilyPolicy: PreferDualStack}}", 2},
	}
	for _, step := range steps {
		s := a.must(t, "PATCH", servicesPath+"/x", step.patch)
		if got := a.names(t, "/apis/networking.k8s.io/v1/ipaddresses"); len(got) != step.addresses || len(s.list("spec", "clusterIPs")) != step.addresses {
			t.Errorf("after %s: %v has %v", step.patch, got, s.list("spec", "clusterIPs"))
		}
	}
	code, answer := a.do(t, "PATCH", servicesPath+"/x", "{spec: {ipFamilies: [IPv4], clusterIPs: null}}")
	if code != 422 || !strings.Contains(answer.text("message"), "must be 'SingleStack' to release the secondary IP family") {
		t.Errorf("%d %s", code, answer.text("message"))
	}
}

func TestADeletedServiceTakesItsEndpointsAlong(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	a.service(t, "x", "{ports: [{port: 80}]}")
	a.must(t, "POST", "/api/v1/namespaces/ns/endpoints", "{apiVersion: v1, kind: Endpoints, metadata: {name: x}}")
	if s := a.must(t, "DELETE", servicesPath+"/x", "{}"); s.text("kind") != "Service" {
		t.Errorf("the answer is a %s", s.text("kind"))
	}
	if code, _ := a.do(t, "GET", "/api/v1/namespaces/ns/endpoints/x", "{}"); code != 404 {
		t.Errorf("endpoints: %d", code)
	}
}

func TestTheStatusOfAServiceIsChangedByItself(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	a.service(t, "x", "{type: LoadBalancer, ports: [{port: 80}]}")
	s := a.must(t, "PATCH", servicesPath+"/x/status", "{spec: {sessionAffinity: ClientIP}, status: {loadBalancer: {ingress: [{ip: 192.0.2.7}]}}}")
	if s.text("spec", "sessionAffinity") != "None" || fmt.Sprint(s.list("status", "loadBalancer", "ingress")) != "[map[ip:192.0.2.7 ipMode:VIP]]" {
		t.Errorf("got %v", s)
	}
	if s = a.must(t, "PATCH", servicesPath+"/x", "{status: null, spec: {type: ClusterIP}}"); s.list("status", "loadBalancer", "ingress") != nil {
		t.Errorf("a service that is no balancer any more shows one: %v", s.at("status"))
	}
}

func TestFieldSelectorsFindServicesByAddressAndType(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	a.service(t, "a", "{clusterIP: None}")
	a.service(t, "b", "{type: NodePort, ports: [{port: 80}]}")
	for selector, want := range map[string]string{"spec.clusterIP=None": "[a]", "spec.type!=ClusterIP": "[b]"} {
		if got := fmt.Sprint(a.names(t, servicesPath+"?fieldSelector="+strings.ReplaceAll(selector, "=", "%3D"))); got != want {
			t.Errorf("%s: %s", selector, got)
		}
	}
}
