package kinds

import (
	"bufio"
	"fmt"
	"io"
	"slices"
	"strings"

	"k8s.io/apimachinery/pkg/runtime/schema"
)

// PrintTree prints the paths of the resources. With all resources of Kubernetes it is at most 80 columns wide:
//
//	/api/v1
//	├─ configmaps  ConfigMap  ns       cm
//	└─ nodes       Node       cluster  no
//
// Each line has the name, the kind, the scope (ns: namespaced) and the short names. Group versions are in the order of
// rows, resources in alphabetical order.
func PrintTree(w io.Writer, rows []Resource) error {
	out := bufio.NewWriter(w)
	var order []schema.GroupVersion
	below := map[schema.GroupVersion][]Resource{}
	for _, r := range rows {
		gv := r.Kind.GroupVersion()
		if below[gv] == nil {
			order = append(order, gv)
		}
		below[gv] = append(below[gv], r)
	}
	for _, gv := range order {
		fmt.Fprintln(out, GroupVersionPath(gv))
		printResources(out, below[gv])
	}
	return out.Flush()
}

// GroupVersionPath returns the path of a group version: /api/v1 for the core group, /apis/GROUP/VERSION for the others.
func GroupVersionPath(gv schema.GroupVersion) string {
	if gv.Group == "" {
		return "/api/" + gv.Version
	}
	return "/apis/" + gv.String()
}

// printResources prints the resources of one group version in columns.
func printResources(out io.Writer, rows []Resource) {
	rows = slices.SortedFunc(slices.Values(rows), func(a, b Resource) int { return strings.Compare(a.Name, b.Name) })
	var name, kind int
	for _, r := range rows {
		name, kind = max(name, len(r.Name)), max(kind, len(r.Kind.Kind))
	}
	for i, r := range rows {
		twig, scope := "├─", "cluster"
		if i == len(rows)-1 {
			twig = "└─"
		}
		if r.Namespaced {
			scope = "ns"
		}
		line := fmt.Sprintf("%s %-*s  %-*s  %-7s  %s", twig, name, r.Name, kind, r.Kind.Kind, scope, strings.Join(r.ShortNames, ","))
		fmt.Fprintln(out, strings.TrimRight(line, " "))
	}
}
