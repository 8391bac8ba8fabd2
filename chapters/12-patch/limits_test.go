package patch_test

import (
	"fmt"
	"runtime"
	"runtime/debug"
	"strings"
	"syscall"
	"testing"
	"time"
)

// cost runs do, and returns how many bytes it allocates and how long it computes, threads of the collector included.
func cost(do func()) (allocated uint64, cpu time.Duration) {
	used := func() time.Duration {
		var r syscall.Rusage
		_ = syscall.Getrusage(syscall.RUSAGE_SELF, &r) // cannot fail
		return time.Duration(r.Utime.Nano() + r.Stime.Nano())
	}
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := used()
	do()
	cpu = used() - start
	runtime.ReadMemStats(&after)
	return after.TotalAlloc - before.TotalAlloc, cpu
}

// TestNoBodyCostsMoreThanFiftyTimesTheLimit sends bodies of up to 3 MB that expand, in each form that has a body. It is
// not parallel: it counts what the process allocates.
func TestNoBodyCostsMoreThanFiftyTimesTheLimit(t *testing.T) {
	defer debug.SetMemoryLimit(debug.SetMemoryLimit(1 << 30))
	a := newAPI(t)
	a.do("POST", configMaps, jsonType, configMap(`"data":{"k":"v"}`)).want(t, 201)
	a.do("POST", deployments, jsonType, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},"spec":{"template":{"spec":{"containers":[{"name":"app","image":"i"}]}}}}`).want(t, 201)
	var copies, env []string
	for i := range 40 {
		copies = append(copies, fmt.Sprintf(`{"op":"copy","from":"/metadata","path":"/metadata/annotations/a%d"}`, i))
	}
	for i := range 8000 {
		env = append(env, fmt.Sprintf(`{"name":"V%d","value":"x"}`, i))
	}
	long := `{"spec":{"template":{"spec":{"containers":[{"name":"app","env":[` + strings.Join(env, ",") + `]}]}}}}`
	var unknown []string
	for i := range 100_000 {
		unknown = append(unknown, fmt.Sprintf(`"f%d":""`, i))
	}
	named := strings.Repeat("{name: a},", 20_000)
	empty := strings.Repeat("{},", 1<<20) + "{}"
	deep := strings.Repeat(`{"a":`, 5000) + `"` + strings.Repeat("x", 2<<20) + `"` + strings.Repeat("}", 5000)
	aliases := "kind: ConfigMap\napiVersion: v1\nmetadata: {name: a}\ndata:\n  a: &a " + strings.Repeat("x", 50_000) + "\n" + strings.Repeat("  b: *a\n", 10_000)
	for _, row := range []struct {
		sentence, method, path, mediaType, body string
		code                                    int
	}{
		{"copies that double", "PATCH", configMaps + "/a", jsonPatchType, `[{"op":"add","path":"/metadata/annotations","value":{}},` + strings.Join(copies, ",") + `]`, 422},
		{"empty objects in a JSON patch", "PATCH", configMaps + "/a", jsonPatchType, `[{"op":"add","path":"/data","value":[` + empty + `]}]`, 413},
		{"nesting in a JSON patch", "PATCH", configMaps + "/a", jsonPatchType, `[{"op":"add","path":"/data","value":` + deep + `}]`, 422},
		{"empty objects in a merge patch", "PATCH", configMaps + "/a", mergeType, `{"data":[` + empty + `]}`, 413},
		{"nesting in a merge patch", "PATCH", configMaps + "/a", mergeType, `{"data":` + deep + `}`, 422},
		{"8,000 entries in a merge patch", "PATCH", deployments + "/d", mergeType, long, 200},
		{"8,000 entries in a strategic merge patch", "PATCH", deployments + "/d", strategicType, long, 200},
		{"nesting in a strategic merge patch", "PATCH", configMaps + "/a", strategicType, `{"data":` + deep + `}`, 422},
		{"empty objects in a strategic merge patch", "PATCH", deployments + "/d", strategicType, `{"spec":{"template":{"spec":{"containers":[` + empty + `]}}}}`, 413},
		{"unknown fields in a strategic merge patch", "PATCH", configMaps + "/a", strategicType, `{` + strings.Join(unknown, ",") + `}`, 200},
		{"100,000 keys in an apply", "PATCH", configMaps + "/a?fieldManager=m", applyType, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{` + strings.Join(unknown, ",") + `}}`, 413},
		{"50,000 keys in an apply", "PATCH", configMaps + "/a?fieldManager=m&force=true", applyType, `{"kind":"ConfigMap","apiVersion":"v1","metadata":{"name":"a"},"data":{` + strings.Join(unknown[:50_000], ",") + `}}`, 200},
		{"20,000 elements in an apply", "PATCH", deployments + "/d?fieldManager=m", applyType, "spec: {template: {spec: {containers: [" + named + "]}}}", 413},
		{"20,000 elements in a create", "POST", deployments, "application/yaml", "spec: {template: {spec: {containers: [" + named + "]}}}", 413},
		{"aliases in an apply", "PATCH", configMaps + "/a?fieldManager=m", applyType, aliases, 413},
		{"8,000 entries in an apply", "PATCH", deployments + "/d?fieldManager=m&force=true", applyType, `{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"d"},` + long[1:], 200},
		{"empty objects in an apply", "PATCH", configMaps + "/a?fieldManager=m", applyType, `{"data":[` + empty + `]}`, 413},
		{"aliases in a create", "POST", configMaps, "application/yaml", aliases, 413},
		{"empty objects in an update", "PUT", deployments + "/d", jsonType, `{"spec":{"template":{"spec":{"containers":[` + empty + `]}}}}`, 413},
		{"aliases in the options of a delete", "DELETE", configMaps + "/a", "application/yaml", aliases, 413},
	} {
		var got answer
		allocated, cpu := cost(func() { got = a.do(row.method, row.path, row.mediaType, row.body) })
		t.Logf("%-45s %d: %4d MB, %v", row.sentence, got.code, allocated>>20, cpu.Round(time.Millisecond))
		if got.code != row.code {
			t.Errorf("%s: %d %.200s, not %d", row.sentence, got.code, got.message(), row.code)
		}
		if allocated > 150<<20 || cpu > 2*slower*time.Second {
			t.Errorf("%s: %d MB are allocated, %v computed", row.sentence, allocated>>20, cpu)
		}
	}
}
