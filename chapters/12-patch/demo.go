package patch

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"kubepath/internal/demo"
)

const deployment = `apiVersion: apps/v1
kind: Deployment
metadata: {name: web, labels: {tier: front}}
spec:
  replicas: 1
  template: {spec: {containers: [{name: app, image: "a:1"}, {name: proxy, image: "p:1"}]}}
`

// Demo says the same wish in three languages, and shows what each makes of a list. Then two managers apply, and the server
// tells whose field is whose.
func Demo(ctx context.Context, s *demo.Stage) error {
	api, err := served()
	if err != nil {
		return err
	}
	d := &show{Stage: s, api: api}
	d.languages(ctx)
	d.ownership(ctx)
	return d.err
}

// show is the demo under way. After an error nothing more is shown.
type show struct {
	*demo.Stage
	api http.Handler
	err error
}

const path = "/apis/apps/v1/namespaces/default/deployments/web"

func (d *show) languages(ctx context.Context) {
	for _, step := range []struct{ title, mediaType, patch, says string }{
		{"JSON patch: a list of operations", "application/json-patch+json",
			`[{"op":"replace",` + "\n" + `  "path":"/spec/template/spec/containers/0/image","value":"a:2"}]`,
			"It counts: containers/0 is whatever stands first."},
		{"Merge patch: fields replace, nulls remove", "application/merge-patch+json",
			`{"metadata":{"labels":{"tier":null}},` + "\n" + ` "spec":{"template":{"spec":{"containers":[{"name":"app","image":"a:3"}]}}}}`,
			"A list is one value to it: the proxy is gone, and so is the label."},
		{"Strategic merge patch: lists have keys", "application/strategic-merge-patch+json",
			`{"spec":{"template":{"spec":{"containers":[{"name":"app","image":"a:4"}]}}}}`,
			"The type says that containers are known by their name: one of them changes."},
	} {
		d.start(ctx)
		d.Title("%s", step.title)
		d.Show("%s", step.patch)
		if answer := d.send(ctx, http.MethodPatch, path, step.mediaType, step.patch); d.err == nil {
			d.Show("%d  labels %v  containers %s", answer.code, answer.Labels, answer.containers())
		}
		d.Say("%s", step.says)
	}
}

// ownership has a release tool and a mesh apply to one deployment.
func (d *show) ownership(ctx context.Context) {
	d.send(ctx, http.MethodDelete, path, "", "")
	d.Title("Server-side apply: each manager says all that it wants")
	d.apply(ctx, "release", "", `{name: app, image: "a:1"}`)
	d.apply(ctx, "mesh", "", `{name: proxy, image: "p:1"}`)
	d.Say("Each owns its container. The mesh wants another image for the app:")
	d.apply(ctx, "mesh", "", `{name: app, image: "a:0"}, {name: proxy, image: "p:1"}`)
	d.Say("A conflict: 409 names the owner and the field. By force it takes the field:")
	d.apply(ctx, "mesh", "&force=true", `{name: app, image: "a:0"}, {name: proxy, image: "p:1"}`)
	d.Say("And what it leaves out the next time, it gives up; its proxy goes:")
	d.apply(ctx, "mesh", "", `{name: app, image: "a:0"}`)
}

// apply shows what comes of a manager's wish: the containers and each one's owners, or why not.
func (d *show) apply(ctx context.Context, manager, force, containers string) {
	const wish = "{apiVersion: apps/v1, kind: Deployment, metadata: {name: web}, spec: {template: {spec: {containers: [%s]}}}}"
	answer := d.send(ctx, http.MethodPatch, path+"?fieldManager="+manager+force, "application/apply-patch+yaml", fmt.Sprintf(wish, containers))
	if d.err != nil {
		return
	}
	mark := ""
	if force != "" {
		mark = ", force"
	}
	d.Show("%s applies [%s]%s", manager, containers, mark)
	if answer.code >= http.StatusBadRequest {
		d.Show("%d  %s", answer.code, strings.Replace(answer.Message, ": .", ":\n     .", 1))
		return
	}
	d.Show("%d  %s", answer.code, answer.containers())
	slices.SortFunc(answer.ManagedFields, func(a, b metav1.ManagedFieldsEntry) int { return strings.Compare(a.Manager, b.Manager) })
	for _, entry := range answer.ManagedFields {
		d.Show("     %s owns %s", entry.Manager, owned(entry.FieldsV1.GetRawBytes()))
	}
}

// owned are the leaves of a set of fields, below the containers: app.image.
func owned(fields []byte) string {
	var tree map[string]any
	if json.Unmarshal(fields, &tree) != nil {
		return string(fields)
	}
	for _, name := range []string{"f:spec", "f:template", "f:spec", "f:containers"} {
		tree, _ = tree[name].(map[string]any)
	}
	var leaves []string
	for _, container := range []string{"app", "proxy"} {
		below, _ := tree[fmt.Sprintf(`k:{"name":%q}`, container)].(map[string]any)
		for _, field := range []string{"image", "name"} {
			if _, ok := below["f:"+field]; ok {
				leaves = append(leaves, container+"."+field)
			}
		}
	}
	return strings.Join(leaves, " ")
}
