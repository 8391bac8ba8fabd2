package network_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"kubepath/chapters/17-controlplane/network"
)

// refusal is an invalid object and the message that the client gets.
type refusal struct{ name, spec, want string }

func TestErrorsOfAService(t *testing.T) {
	t.Parallel()
	refused(t, servicesPath, manifest, []refusal{
		{"no ports", "{}", "spec.ports: Required value"},
		{"two ports without names", "{ports: [{port: 80}, {port: 81}]}", "[spec.ports[0].name: Required value, spec.ports[1].name: Required value]"},
		{"one name twice", "{ports: [{name: a, port: 80}, {name: a, port: 81}]}", `spec.ports[1].name: Duplicate value: "a"`},
		{"one port twice", "{ports: [{name: a, port: 80}, {name: b, port: 80}]}",
			`spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}`},
		{"a node port of an ordinary service", "{ports: [{port: 80, nodePort: 30000}]}", "spec.ports[0].nodePort: Forbidden: may not be used when `type` is 'ClusterIP'"},
		{"a node port without an address", "{type: NodePort, clusterIP: None, ports: [{port: 80}]}", `spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`},
		{"a name without a name", "{type: ExternalName}", "spec.externalName: Required value"},
		{"addresses that do not agree", "{clusterIP: 10.0.0.8, clusterIPs: [10.0.0.9], ports: [{port: 80}]}", "spec.clusterIPs: Invalid value: [\"10.0.0.9\"]: first value must match `clusterIP`"},
		{"clusterIPs alone", "{clusterIPs: [10.0.0.9], ports: [{port: 80}]}", "spec.clusterIPs: Invalid value: [\"10.0.0.9\"]: must be empty when `clusterIP` is not specified"},
		{"None and an address", "{clusterIP: None, clusterIPs: [None, 10.0.0.9]}", `spec.clusterIPs: Invalid value: ["None","10.0.0.9"]: 'None' must be the first and only value`},
		{"two addresses of a family", "{clusterIP: 10.0.0.8, clusterIPs: [10.0.0.8, 10.0.0.9], ports: [{port: 80}]}", `spec.clusterIPs: Invalid value: ["10.0.0.8","10.0.0.9"]: may specify no more than one IP for each IP family`},
		{"zeros before a number", "{clusterIP: 10.0.0.08, ports: [{port: 80}]}", `spec.clusterIPs[0]: Invalid value: "10.0.0.08": must not have leading 0s`},
		{"an unknown policy", "{ipFamilyPolicy: Both, ports: [{port: 80}]}", `spec.ipFamilyPolicy: Unsupported value: "Both": supported values: "PreferDualStack", "RequireDualStack", "SingleStack"`},
		{"a loopback address from outside", "{externalIPs: [127.0.0.1], ports: [{port: 80}]}", `spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)`},
		{"traffic from outside that cannot come", "{externalTrafficPolicy: Local, ports: [{port: 80}]}", `spec.externalTrafficPolicy: Invalid value: "Local": may only be set for externally-accessible services`},
		{"a health check that nobody asks", "{healthCheckNodePort: 30000, ports: [{port: 80}]}", "spec.healthCheckNodePort: Invalid value: 30000: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"},
		{"a class without a balancer", "{loadBalancerClass: a.b/c, ports: [{port: 80}]}", "spec.loadBalancerClass: Forbidden: may only be used when `type` is 'LoadBalancer'"},
		{"ranges without a balancer", "{loadBalancerSourceRanges: [10.0.0.0/8], ports: [{port: 80}]}", "spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is 'LoadBalancer'"},
		{"an affinity that lasts two days", "{sessionAffinity: ClientIP, sessionAffinityConfig: {clientIP: {timeoutSeconds: 172800}}, ports: [{port: 80}]}",
			"spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 172800: must be greater than 0 and less than 86400"},
		{"an unknown distribution", "{trafficDistribution: Far, ports: [{port: 80}]}", `spec.trafficDistribution: Unsupported value: "Far": supported values: "PreferClose", "PreferSameZone", "PreferSameNode"`},
	})
}

func TestErrorsOfAnEndpointSlice(t *testing.T) {
	t.Parallel()
	of := func(name, fields string) string {
		return fmt.Sprintf("{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: %s}, %s}", name, fields)
	}
	refused(t, "/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices", of, []refusal{
		{"no type", "endpoints: []", "addressType: Required value"},
		{"an unknown type", "addressType: MAC", `addressType: Unsupported value: "MAC": supported values: "FQDN", "IPv4", "IPv6"`},
		{"no address", "addressType: IPv4, endpoints: [{addresses: []}]", "endpoints[0].addresses: Required value: must contain at least 1 address"},
		{"one of the other family", "addressType: IPv4, endpoints: [{addresses: ['fd00::1']}]", `endpoints[0].addresses: Invalid value: "fd00::1": must be an IPv4 address`},
		{"a port name twice", "addressType: IPv4, ports: [{name: a, port: 80}, {name: a, port: 81}]", `ports[1].name: Duplicate value: "a"`},
		{"nine zones", "addressType: IPv4, endpoints: [{addresses: [10.1.0.1], hints: {forZones: [{name: a}, {name: b}, {name: c}, {name: d}, {name: e}, {name: f}, {name: g}, {name: h}, {name: i}]}}]",
			"endpoints[0].hints.forZones: Too many: 9: must have at most 8 items"},
	})
}

func TestErrorsOfAnIngress(t *testing.T) {
	t.Parallel()
	of := func(name, spec string) string {
		return fmt.Sprintf("{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: %s}, spec: %s}", name, spec)
	}
	path := func(fields string) string {
		return "{rules: [{http: {paths: [{" + fields + ", backend: {service: {name: web, port: {number: 80}}}}]}}]}"
	}
	refused(t, "/apis/networking.k8s.io/v1/namespaces/ns/ingresses", of, []refusal{
		{"nothing", "{}", "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified"},
		{"dots in a path", path("path: /a/../b, pathType: Prefix"), `spec.rules[0].http.paths[0].path: Invalid value: "/a/../b": must not contain '/../'`},
		{"an unknown path type", path("path: /, pathType: Any"), `spec.rules[0].http.paths[0].pathType: Unsupported value: "Any": supported values: "Exact", "ImplementationSpecific", "Prefix"`},
		{"a rule without paths", "{rules: [{host: a.b, http: {paths: []}}]}", "spec.rules[0].http.paths: Required value"},
		{"a wildcard in the middle", "{rules: [{host: a.*.c}]}", `spec.rules[0].host: Invalid value: "a.*.c": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is '\*\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`},
		{"no backend", "{defaultBackend: {}}", `spec.defaultBackend: Invalid value: "": resource or service backend is required`},
		{"a service without port", "{defaultBackend: {service: {name: a}}}", "spec.defaultBackend: Required value: port name or number is required"},
		{"a secret that cannot be", "{defaultBackend: {service: {name: a, port: {number: 80}}}, tls: [{secretName: A_B}]}", `spec.tls[0].secretName: Invalid value: "A_B": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')`},
	})
}

func TestErrorsOfANetworkPolicy(t *testing.T) {
	t.Parallel()
	of := func(name, spec string) string {
		return fmt.Sprintf("{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: %s}, spec: %s}", name, spec)
	}
	refused(t, "/apis/networking.k8s.io/v1/namespaces/ns/networkpolicies", of, []refusal{
		{"a peer that is none", "{podSelector: {}, ingress: [{from: [{}]}]}", "spec.ingress[0].from[0]: Required value: must specify a peer"},
		{"two kinds of peer", "{podSelector: {}, egress: [{to: [{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}]}]}", "spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer"},
		{"an end before the port", "{podSelector: {}, ingress: [{ports: [{port: 80, endPort: 70}]}]}", "spec.ingress[0].ports[0].endPort: Invalid value: 80: must be greater than or equal to `port`"},
		{"an end of a name", "{podSelector: {}, ingress: [{ports: [{port: dns, endPort: 70}]}]}", "spec.ingress[0].ports[0].endPort: Invalid value: 70: may not be specified when `port` is non-numeric"},
		{"a block without range", "{podSelector: {}, ingress: [{from: [{ipBlock: {cidr: ''}}]}]}", "spec.ingress[0].from[0].ipBlock.cidr: Required value"},
		{"an unknown type", "{podSelector: {}, policyTypes: [In]}", `spec.policyTypes[0]: Unsupported value: "In": supported values: "Ingress", "Egress"`},
	})
}

func TestErrorsOfAddressesAndTheirRanges(t *testing.T) {
	t.Parallel()
	of := func(kind string) func(string, string) string {
		return func(name, spec string) string {
			return fmt.Sprintf("{apiVersion: networking.k8s.io/v1, kind: %s, metadata: {name: %s}, spec: %s}", kind, name, spec)
		}
	}
	refused(t, "/apis/networking.k8s.io/v1/servicecidrs", of("ServiceCIDR"), []refusal{
		{"none", "{cidrs: []}", "spec.cidrs: Required value: at least one CIDR required"},
		{"two of a family", "{cidrs: [10.0.0.0/24, 10.1.0.0/24]}", `spec.cidrs: Invalid value: ["10.0.0.0/24","10.1.0.0/24"]: may specify no more than one IP for each IP family, i.e 192.168.0.0/24 and 2001:db8::/64`},
		{"bits behind the mask", "{cidrs: [10.0.0.1/24]}", `spec.cidrs[0]: Invalid value: "10.0.0.1/24": must not have bits set beyond the prefix length`},
	})
	refused(t, "/apis/networking.k8s.io/v1/ipaddresses", of("IPAddress"), []refusal{
		{"no address", "{parentRef: {resource: services, name: a}}", `metadata.name: Invalid value: "x": must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)`},
	})
}

// refused creates each object and compares the messages.
func refused(t *testing.T, path string, manifest func(name, spec string) string, errs []refusal) {
	t.Helper()
	a := serve(t, network.Settings{})
	for _, f := range errs {
		code, answer := a.do(t, "POST", path, manifest("x", f.spec))
		if _, got, _ := strings.Cut(answer.text("message"), `"x" is invalid: `); code != 422 || got != f.want {
			t.Errorf("%s: %d %s\nwant %s", f.name, code, got, f.want)
		}
	}
}

func TestColumnsOfKubectlGet(t *testing.T) {
	t.Parallel()
	a := serve(t, network.Settings{})
	const networking = "/apis/networking.k8s.io/v1"
	for _, row := range []struct{ path, object, headers, cells string }{
		{servicesPath, manifest("x", "{type: LoadBalancer, clusterIP: 10.0.0.9, selector: {b: c, a: d}, ports: [{name: a, port: 80, nodePort: 30080}, {name: b, port: 53, protocol: UDP, nodePort: 30053}]}"),
			"Name Type Cluster-IP External-IP Port(s) Age Selector", "x LoadBalancer 10.0.0.9 <pending> 80:30080/TCP,53:30053/UDP 0s a=d,b=c"},
		{"/api/v1/namespaces/ns/endpoints", "{apiVersion: v1, kind: Endpoints, metadata: {name: x}, subsets: [{addresses: [{ip: 10.1.0.1}, {ip: 10.1.0.2}], ports: [{name: a, port: 80}, {name: b, port: 81}]}]}",
			"Name Endpoints Age", "x 10.1.0.1:80,10.1.0.2:80,10.1.0.1:81 + 1 more... 0s"},
		{"/apis/discovery.k8s.io/v1/namespaces/ns/endpointslices", "{apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, metadata: {name: x}, addressType: IPv4, endpoints: [{addresses: [10.1.0.1]}]}",
			"Name AddressType Ports Endpoints Age", "x IPv4 <unset> 10.1.0.1 0s"},
		{networking + "/namespaces/ns/ingresses", "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: x}, spec: {ingressClassName: nginx, tls: [{}], rules: [{host: a.b}, {}]}}",
			"Name Class Hosts Address Ports Age", "x nginx a.b  80, 443 0s"},
		{networking + "/ingressclasses", "{apiVersion: networking.k8s.io/v1, kind: IngressClass, metadata: {name: x, annotations: {ingressclass.kubernetes.io/is-default-class: 'true'}}, spec: {controller: a.b/c, parameters: {apiGroup: d.e, kind: F, name: g, scope: Cluster}}}",
			"Name Controller Parameters Age", "x (default) a.b/c F.d.e/g 0s"},
		{networking + "/namespaces/ns/networkpolicies", "{apiVersion: networking.k8s.io/v1, kind: NetworkPolicy, metadata: {name: x}, spec: {podSelector: {matchLabels: {a: b}}}}",
			"Name Pod-Selector Age", "x a=b 0s"},
		{networking + "/ipaddresses", "{apiVersion: networking.k8s.io/v1, kind: IPAddress, metadata: {name: 10.0.0.8}, spec: {parentRef: {group: a.b, resource: gateways, namespace: ns, name: g}}}",
			"Name ParentRef", "10.0.0.8 gateways.a.b/ns/g 0s"},
		{networking + "/servicecidrs", "{apiVersion: networking.k8s.io/v1, kind: ServiceCIDR, metadata: {name: x}, spec: {cidrs: [10.7.0.0/24, 'fd00::/112']}}",
			"Name CIDRs Age", "x 10.7.0.0/24,fd00::/112 0s"},
	} {
		a.must(t, "POST", row.path, row.object)
		headers, cells := a.table(t, row.path)
		if cells = strings.NewReplacer(" 1s", " 0s", " 2s", " 0s", " 3s", " 0s").Replace(cells); headers != row.headers || !slices.Contains(strings.Split(cells, "\n"), row.cells) {
			t.Errorf("%s:\n%s\n%s\nwant\n%s\n%s", row.path, headers, cells, row.headers, row.cells)
		}
	}
}
