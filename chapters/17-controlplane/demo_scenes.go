package controlplane

import (
	"context"
	"fmt"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"
	corev1 "k8s.io/api/core/v1"

	versions "kubepath/chapters/13-versions"
)

// table counts the rows, and shows those with irregular keys or without a Store.
func (d *demonstration) table(context.Context) error {
	regular, all := 0, 0
	groups := Groups()
	d.Title("The table has a row for each resource; these are special")
	for _, g := range groups {
		for _, r := range g.Resources {
			what := ""
			switch {
			case r.KeyRoot != "":
				what = "/registry" + r.KeyRoot
			case !r.SameAs.Empty():
				what = fmt.Sprintf("the objects of %s", r.SameAs.GroupVersion())
			case r.NewREST != nil:
				what = "not stored"
			default:
				regular++
			}
			if all++; what != "" {
				d.Show("%-24s %-20s %s", r.Name, g.GroupVersion, what)
			}
		}
	}
	d.Say("%d rows in %d groups; the keys of the other %d are their names.", all, len(groups), regular)
	return nil
}

const (
	demoPods     = "/api/v1/namespaces/default/pods"
	demoServices = "/api/v1/namespaces/default/services"
	demoPod      = `{"metadata":{"name":"web","labels":{"app":"web"}},"spec":{"containers":[{"name":"c","image":"nginx"}]}}`
	demoBinding  = `{"metadata":{"name":"web"},"target":{"kind":"Node","name":"n1"}}`
	demoReady    = `{"status":{"phase":"Running","conditions":[{"type":"Ready","status":"True"}]}}`
)

// pod shows which client writes which part of a pod.
func (d *demonstration) pod(ctx context.Context) error {
	d.Title("One pod, one Store, and a subresource for each writer")
	code, pod := d.ask(ctx, "POST", demoPods, demoPod)
	d.Show("owner     POST pods             %d  %s, %s", code, pod.text("status", "phase"), pod.text("status", "qosClass"))
	code, _ = d.ask(ctx, "POST", demoPods+"/web/binding", demoBinding)
	_, pod = d.ask(ctx, "GET", demoPods+"/web", "")
	d.Show("scheduler POST pods/web/binding %d  spec.nodeName: %s", code, pod.text("spec", "nodeName"))
	code, answer := d.ask(ctx, "POST", demoPods+"/web/binding", demoBinding)
	d.Show("another   POST pods/web/binding %d  %s", code, wordsOf(answer))
	code, pod = d.ask(ctx, "PATCH", demoPods+"/web/status", demoReady)
	d.Show("kubelet   PATCH pods/web/status %d  %s", code, pod.text("status", "phase"))
	code, answer = d.ask(ctx, "PATCH", demoPods+"/web", `{"spec":{"nodeName":"n2"}}`)
	d.Show("owner     PATCH pods/web        %d  %s: %s", code,
		answer.text("details", "causes", "field"), strings.SplitN(answer.text("details", "causes", "message"), " may", 2)[0])
	return nil
}

// budget shows an eviction that a disruption budget refuses, and a graceful delete.
func (d *demonstration) budget(ctx context.Context) error {
	d.Title("An eviction is a delete that a disruption budget can refuse")
	const path = "/apis/policy/v1/namespaces/default/poddisruptionbudgets"
	d.ask(ctx, "POST", path, `{"metadata":{"name":"web"},"spec":{"minAvailable":1,"selector":{"matchLabels":{"app":"web"}}}}`)
	d.ask(ctx, "PATCH", path+"/web/status", `{"status":{"observedGeneration":1,"currentHealthy":1,"desiredHealthy":1,"disruptionsAllowed":0,"expectedPods":1}}`)
	code, answer := d.ask(ctx, "POST", demoPods+"/web/eviction", `{"metadata":{"name":"web"}}`)
	d.Show("POST pods/web/eviction  %d  %s", code, answer.text("reason"))
	d.Show("   %s", answer.text("details", "causes", "message"))
	code, pod := d.ask(ctx, "DELETE", demoPods+"/web", "")
	d.Show("DELETE pods/web         %d  still exists, grace period %s seconds", code, pod.text("metadata", "deletionGracePeriodSeconds"))
	code, _ = d.ask(ctx, "DELETE", demoPods+"/web?gracePeriodSeconds=0", "")
	after, _ := d.ask(ctx, "GET", demoPods+"/web", "")
	d.Show("DELETE with grace 0     %d  then GET pods/web returns %d", code, after)
	return nil
}

// services lets two servers allocate addresses and ports.
func (d *demonstration) services(ctx context.Context) error {
	d.Title("Two servers, one etcd: what one allocates, the other refuses")
	const manifest = `{"metadata":{"name":%q},"spec":{"type":"NodePort","clusterIP":%q,"ports":[{"port":80,"nodePort":%d}]}}`
	for i, row := range []struct {
		name, address string
		port          int
	}{{"a", "10.0.0.7", 30000}, {"b", "10.0.0.7", 30009}, {"b", "10.0.0.8", 30000}, {"b", "10.0.0.8", 30009}} {
		code, answer := d.askServer(ctx, i%2, "POST "+demoServices, fmt.Sprintf(manifest, row.name, row.address, row.port))
		why := ""
		if code != 201 {
			why = "  " + wordsOf(answer)
		}
		d.Show("server %d  service %s  %s:%d  %d%s", i%2+1, row.name, row.address, row.port, code, why)
	}
	if err := d.ports(ctx); err != nil {
		return err
	}
	d.askServer(ctx, 1, "DELETE "+demoServices+"/a", "")
	d.Say("After service a is deleted:")
	return d.ports(ctx)
}

// ports shows the stored map of allocated ports.
func (d *demonstration) ports(ctx context.Context) error {
	found, err := d.etcd.Get(ctx, "/registry/ranges/servicenodeports")
	if err != nil {
		return err
	}
	codec, err := versions.NewCodecs().StorageCodec("application/vnd.kubernetes.protobuf")
	if err != nil {
		return err
	}
	for _, kv := range found.Kvs {
		stored := &corev1.RangeAllocation{}
		if _, _, err := codec.Decode(kv.Value, nil, stored); err != nil {
			return err
		}
		d.Show("%s: %s, bits %08b", kv.Key, stored.Range, stored.Data)
	}
	return nil
}

// keys shows the keys in etcd.
func (d *demonstration) keys(ctx context.Context) error {
	for path, body := range map[string]string{
		"/api/v1/nodes": `{"metadata":{"name":"n1"}}`, "/api/v1/namespaces/default/endpoints": `{"metadata":{"name":"b"}}`,
		"/apis/coordination.k8s.io/v1/namespaces/default/leases": `{"metadata":{"name":"l"}}`,
		"/apis/networking.k8s.io/v1/namespaces/default/ingresses": `{"metadata":{"name":"i"},
			"spec":{"defaultBackend":{"service":{"name":"b","port":{"number":80}}}}}`,
	} {
		d.ask(ctx, "POST", path, body)
	}
	d.Title("The keys in etcd; irregular ones date from before v1")
	found, err := d.etcd.Get(ctx, "/registry/", clientv3.WithPrefix(), clientv3.WithKeysOnly())
	if err != nil {
		return err
	}
	for _, kv := range found.Kvs {
		d.Show("%s", kv.Key)
	}
	d.Say("Nodes were first called minions; services and endpoints share a prefix.")
	return nil
}
