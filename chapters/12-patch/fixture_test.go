package patch_test

import (
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"sigs.k8s.io/yaml"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	patch "kubepath/chapters/12-patch"
	"kubepath/chapters/12-patch/fastpath"
	"kubepath/chapters/12-patch/fieldmanagertest"
)

// aPod is one as controllers create them: with defaults, a volume for its token and tolerations.
const aPod = `
apiVersion: v1
kind: Pod
metadata:
  name: web-6d4cf56db6-x2vlq
  generateName: web-6d4cf56db6-
  namespace: default
  labels: {app: web, pod-template-hash: 6d4cf56db6}
  annotations: {kubernetes.io/config.seen: "2026-01-01"}
  ownerReferences: [{apiVersion: apps/v1, kind: ReplicaSet, name: web-6d4cf56db6, uid: a1b2, controller: true, blockOwnerDeletion: true}]
spec:
  containers:
  - name: app
    image: registry.example/app:1
    imagePullPolicy: IfNotPresent
    args: [serve, --port=80]
    env:
    - {name: A, value: "1"}
    - {name: B, valueFrom: {configMapKeyRef: {name: c, key: k}}}
    ports: [{name: http, containerPort: 80, protocol: TCP}, {name: metrics, containerPort: 9090, protocol: TCP}]
    resources: {limits: {cpu: "1", memory: 1Gi}, requests: {cpu: 100m, memory: 64Mi}}
    livenessProbe: {httpGet: {path: /healthz, port: http, scheme: HTTP}, periodSeconds: 10, failureThreshold: 3, successThreshold: 1, timeoutSeconds: 1}
    terminationMessagePath: /dev/termination-log
    terminationMessagePolicy: File
    volumeMounts: [{name: token, mountPath: /var/run/secrets/kubernetes.io/serviceaccount, readOnly: true}]
  - name: proxy
    image: registry.example/proxy:1
    imagePullPolicy: IfNotPresent
    resources: {}
    terminationMessagePath: /dev/termination-log
    terminationMessagePolicy: File
  volumes:
  - name: token
    projected: {defaultMode: 420, sources: [{serviceAccountToken: {path: token, expirationSeconds: 3607}}]}
  dnsPolicy: ClusterFirst
  enableServiceLinks: true
  restartPolicy: Always
  schedulerName: default-scheduler
  serviceAccount: default
  serviceAccountName: default
  securityContext: {}
  terminationGracePeriodSeconds: 30
  tolerations: [{key: node.kubernetes.io/not-ready, operator: Exists, effect: NoExecute, tolerationSeconds: 300}]
status: {phase: Pending, qosClass: Burstable}
`

func pod(t testing.TB) *corev1.Pod {
	t.Helper()
	p := &corev1.Pod{}
	if err := yaml.Unmarshal([]byte(aPod), p); err != nil {
		t.Fatal(err)
	}
	return p
}

// running is the pod after its kubelet has reported.
func running(p *corev1.Pod) *corev1.Pod {
	p = p.DeepCopy()
	p.Status.Phase = corev1.PodRunning
	p.Status.PodIP = "10.1.2.3"
	p.Status.PodIPs = []corev1.PodIP{{IP: "10.1.2.3"}}
	p.Status.Conditions = []corev1.PodCondition{{Type: "Ready", Status: "True"}, {Type: "Initialized", Status: "True"}}
	return p
}

// applied is an applied configuration of a pod.
func applied(image string) *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": "v1", "kind": "Pod",
		"metadata": map[string]any{"name": "web-6d4cf56db6-x2vlq", "namespace": "default", "labels": map[string]any{"app": "web"}},
		"spec": map[string]any{"containers": []any{map[string]any{"name": "app", "image": image,
			"ports": []any{map[string]any{"containerPort": int64(80), "protocol": "TCP"}}}}},
	}}
}

var podKind = corev1.SchemeGroupVersion.WithKind("Pod")

// resettable is a storage that resets fields.
type resettable struct{ reset rest.ResetFields }

func (resettable) New() runtime.Object                { return &corev1.Pod{} }
func (resettable) Destroy()                           {}
func (r resettable) GetResetFields() rest.ResetFields { return r.reset }

// factories make the two implementations of field managers.
func factories() map[string]fieldmanagertest.Factory {
	codecs := kinds.NewCodecs(kinds.NewScheme())
	return map[string]fieldmanagertest.Factory{
		"plain": patch.NewFieldManagers(codecs).New,
		"fast":  fastpath.NewFieldManagers(codecs).New,
	}
}

// endpointOf is an endpoint of pods, or of their status.
func endpointOf(subresource string) *rest.RequestScope {
	reset := "status"
	if subresource != "" {
		reset = "spec"
	}
	return &rest.RequestScope{Kind: podKind, Subresource: subresource, Storage: resettable{rest.ResetFields{{reset}}}}
}
