// Not built: the versions of the sources that the texts speak of (internal/tools/symbols reads them). Kubernetes itself is at
// 1.36, whose behaviour is this project's specification; its libraries are those that this project is built with.
module kubepath/internal/tools/upstream

go 1.26.0

require (
	github.com/emicklei/go-restful/v3 v3.14.0
	go.etcd.io/etcd/api/v3 v3.7.3
	go.etcd.io/etcd/client/v3 v3.7.3
	go.etcd.io/etcd/server/v3 v3.7.3
	k8s.io/api v0.37.2
	k8s.io/apiextensions-apiserver v0.37.2
	k8s.io/apimachinery v0.37.2
	k8s.io/apiserver v0.37.2
	k8s.io/client-go v0.37.2
	k8s.io/component-base v0.37.2
	k8s.io/kube-aggregator v0.37.2
	k8s.io/kubectl v0.37.2
	k8s.io/kube-openapi v0.0.0-20260721132016-d427ff9ee9ad
	k8s.io/kubernetes v1.36.3
)
