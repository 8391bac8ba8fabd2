package controlplane_test

import (
	"context"
	"fmt"
	"net/http/httptest"
	"strings"

	clientv3 "go.etcd.io/etcd/client/v3"

	controlplane "kubepath/chapters/17-controlplane"
	"kubepath/internal/embedetcd"
)

// A server is the table and an etcd. A group of one's own stands behind the others.
func Example() {
	ctx := context.Background()
	etcd, err := embedetcd.Start(ctx, embedetcd.Options{})
	if err != nil {
		fmt.Println(err)
		return
	}
	defer etcd.Close()
	api, err := controlplane.New(controlplane.Config{
		Etcd:   etcd.Client(),
		Groups: append(controlplane.Groups(), migrations),
	})
	if err != nil {
		fmt.Println(err)
		return
	}
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, httptest.NewRequest("POST", "/apis/storagemigration.k8s.io/v1beta1/storageversionmigrations",
		strings.NewReader(`{"metadata": {"name": "secrets"}, "spec": {"resource": {"resource": "secrets"}}}`)))
	fmt.Println(answer.Code)

	stored, _ := etcd.Client().Get(ctx, "/registry/storage", clientv3.WithPrefix())
	for _, kv := range stored.Kvs {
		fmt.Printf("%s %q ...\n", kv.Key, kv.Value[:4])
	}
	// Output:
	// 201
	// /registry/storageversionmigrations/secrets "k8s\x00" ...
}

// What a row does not say follows from its kind and name.
func ExampleResource() {
	for _, r := range []controlplane.Resource{
		{Kind: "Pod", Name: "pods"},
		{Kind: "Node", Name: "nodes", KeyRoot: "/minions"},
	} {
		fmt.Println(r.Singular(), r.Key())
	}
	// Output:
	// pod /pods
	// node /minions
}
