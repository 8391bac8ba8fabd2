package patch_test

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"regexp"
	"strconv"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/runtime/schema"

	kinds "kubepath/chapters/02-kinds"
	rest "kubepath/chapters/04-rest"
	registry "kubepath/chapters/06-registry"
	server "kubepath/chapters/08-server"
	patch "kubepath/chapters/12-patch"
	"kubepath/chapters/12-patch/fieldmanagertest"
)

// BenchmarkFieldManager is what each write pays for managed fields, with the plain field manager and with the fast one.
func BenchmarkFieldManager(b *testing.B) {
	for _, name := range []string{"plain", "fast"} {
		factory := factories()[name]
		main, status := factory(endpointOf("")), factory(endpointOf("status"))
		created := main.UpdateNoErrors(nil, pod(b), "kube-controller-manager").(*corev1.Pod)
		created.UID = "1"
		ran := status.UpdateNoErrors(created, running(created), "kubelet").(*corev1.Pod)
		for _, bench := range []struct {
			name string
			run  func()
		}{
			{"create", func() { main.UpdateNoErrors(nil, withoutManagedFields(created), "kube-controller-manager") }},
			{"update nothing", func() { main.UpdateNoErrors(ran, ran.DeepCopy(), "x") }},
			{"update a label", func() { next := ran.DeepCopy(); next.Labels["a"] = "b"; main.UpdateNoErrors(ran, next, "x") }},
			{"update the status", func() {
				next := ran.DeepCopy()
				next.Status.Phase = "Failed"
				status.UpdateNoErrors(ran, next, "kubelet")
			}},
			{"apply", func() {
				if _, err := main.Apply(ran, applied("i:2"), "me", true); err != nil {
					b.Fatal(err)
				}
			}},
			{"copy", func() { ran.DeepCopy() }},
		} {
			b.Run(name+"/"+bench.name, func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					bench.run()
				}
			})
		}
	}
}

func withoutManagedFields(p *corev1.Pod) *corev1.Pod {
	p = p.DeepCopy()
	p.ManagedFields = nil
	return p
}

// BenchmarkWrite is the whole handler over a storage in memory: what a PUT, a patch of each type and an apply cost. Each
// changes one label or the image, except "apply others", of other fields than before, and "apply again", of what is there.
func BenchmarkWrite(b *testing.B) {
	const path = "/api/v1/namespaces/default/pods"
	manifest, err := json.Marshal(pod(b))
	if err != nil {
		b.Fatal(err)
	}
	configuration := func(image string) string { text, _ := json.Marshal(applied(image).Object); return string(text) }
	name := path + "/" + pod(b).Name
	for _, bench := range []struct {
		name, mediaType, method string
		body                    func(i int, stored string) string
	}{
		{"put", jsonType, "PUT", func(i int, stored string) string {
			return strings.Replace(stored, `"app":"web"`, `"app":"web","n":"`+strconv.Itoa(i)+`"`, 1)
		}},
		{"json", jsonPatchType, "PATCH", func(i int, _ string) string {
			return `[{"op":"add","path":"/metadata/labels/n","value":"` + strconv.Itoa(i) + `"}]`
		}},
		{"merge", mergeType, "PATCH", func(i int, _ string) string { return `{"metadata":{"labels":{"n":"` + strconv.Itoa(i) + `"}}}` }},
		{"strategic", strategicType, "PATCH", func(i int, _ string) string { return `{"metadata":{"labels":{"n":"` + strconv.Itoa(i) + `"}}}` }},
		{"apply", applyType, "PATCH", func(i int, _ string) string { return configuration("i:" + strconv.Itoa(i)) }},
		{"apply others", applyType, "PATCH", func(i int, _ string) string {
			return strings.Replace(configuration("i:1"), `"app":"web"`, `"app":"web","n`+strconv.Itoa(i)+`":"x"`, 1)
		}},
		{"apply again", applyType, "PATCH", func(int, string) string { return configuration("i:1") }},
	} {
		for _, fields := range []string{"fast", "plain"} {
			b.Run(bench.name+"/"+fields, func(b *testing.B) {
				a := &api{b, serving(b, factories()[fields])}
				stored := a.do("POST", path+"?fieldManager=kube-controller-manager", jsonType, string(manifest)).want(b, 201).body
				stored = strings.Replace(stored, a.version(stored), "", 1)
				b.ReportAllocs()
				for i := 0; b.Loop(); i++ {
					r := httptest.NewRequest(bench.method, name+"?fieldManager=bench", strings.NewReader(bench.body(i, stored)))
					if bench.mediaType == applyType {
						r.URL.RawQuery += "&force=true"
					}
					r.Header.Set("Content-Type", bench.mediaType)
					w := httptest.NewRecorder()
					if a.ServeHTTP(w, r); w.Code != 200 {
						b.Fatal(w.Code, w.Body)
					}
				}
			})
		}
	}
}

func (a *api) version(object string) string {
	return regexp.MustCompile(`"resourceVersion":"\d+",`).FindString(object)
}

// serving has pods in memory.
func serving(t testing.TB, fields fieldmanagertest.Factory) http.Handler {
	t.Helper()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	s, err := server.Config{Codecs: codecs, Verbs: append(rest.Verbs(), patch.Verbs()...), NewFieldManager: fields}.New()
	if err != nil {
		t.Fatal(err)
	}
	pods := store(corev1.SchemeGroupVersion, "Pod", "pods", func() runtime.Object { return &corev1.Pod{} })
	pods.Strategy = registry.Namespaced{}
	err = s.InstallLegacyAPIGroup(&server.APIGroupInfo{
		PrioritizedVersions: []schema.GroupVersion{corev1.SchemeGroupVersion}, VersionedResourcesStorageMap: map[string]map[string]rest.Storage{"v1": {"pods": pods}},
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}
