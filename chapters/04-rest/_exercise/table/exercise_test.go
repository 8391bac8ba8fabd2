package exercise

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"reflect"
	"testing"
	"time"

	corev1 "k8s.io/api/core/v1"
	metainternalversion "k8s.io/apimachinery/pkg/apis/meta/internalversion"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"

	kinds "kubepath/chapters/02-kinds"
	installer "kubepath/chapters/03-installer"
	rest "kubepath/chapters/04-rest"
)

// greeting was made 90 minutes ago and has three entries, one of them binary.
func greeting() *corev1.ConfigMap {
	return &corev1.ConfigMap{
		ObjectMeta: metav1.ObjectMeta{
			Name: "greeting", Namespace: "london", ResourceVersion: "7",
			CreationTimestamp: metav1.NewTime(time.Now().Add(-90 * time.Minute)),
		},
		Data:       map[string]string{"en": "hello", "de": "hallo"},
		BinaryData: map[string][]byte{"bell": {7}},
	}
}

func page() *kinds.List {
	empty := &corev1.ConfigMap{ObjectMeta: metav1.ObjectMeta{Name: "empty", Namespace: "london"}}
	return &kinds.List{
		TypeMeta: metav1.TypeMeta{Kind: "ConfigMapList", APIVersion: "v1"},
		ListMeta: metav1.ListMeta{ResourceVersion: "9", Continue: "more"},
		Items:    []runtime.Object{greeting(), empty},
	}
}

func convert(t *testing.T, obj runtime.Object, options *metav1.TableOptions) *metav1.Table {
	t.Helper()
	table, err := Table{}.ConvertToTable(context.Background(), obj, options)
	if err != nil || table == nil {
		t.Fatalf("a %T as a table: %v, error %v", obj, table, err)
	}
	return table
}

func TestTheColumnsAreNameDataAndAge(t *testing.T) {
	t.Parallel()
	var got [][3]string
	for _, c := range convert(t, page(), &metav1.TableOptions{}).ColumnDefinitions {
		got = append(got, [3]string{c.Name, c.Type, c.Format})
	}
	want := [][3]string{{"Name", "string", "name"}, {"Data", "string", ""}, {"Age", "string", ""}}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("columns (name, type, format)\n got %q\nwant %q", got, want)
	}
}

func TestAListIsARowForEachObject(t *testing.T) {
	t.Parallel()
	if got := len(convert(t, page(), &metav1.TableOptions{}).Rows); got != 2 {
		t.Errorf("a list of two has %d rows", got)
	}
}

func TestOneObjectIsATableOfOneRow(t *testing.T) {
	t.Parallel()
	table := convert(t, greeting(), &metav1.TableOptions{})
	if len(table.Rows) != 1 {
		t.Fatalf("kubectl get configmap greeting shows %d rows, expected one", len(table.Rows))
	}
	if table.ResourceVersion != "7" {
		t.Errorf("resourceVersion of the table is %q, expected the object's, 7: rest.TableMeta knows both cases", table.ResourceVersion)
	}
}

func TestBinaryEntriesCount(t *testing.T) {
	t.Parallel()
	cells := convert(t, greeting(), &metav1.TableOptions{}).Rows[0].Cells
	if len(cells) != 3 || cells[0] != "greeting" || cells[1] != int64(3) {
		t.Errorf("cells %v, expected greeting, 3 (an int64: two texts and one binary) and the age", cells)
	}
}

func TestTheAgeIsForPeople(t *testing.T) {
	t.Parallel()
	cells := convert(t, greeting(), &metav1.TableOptions{}).Rows[0].Cells
	if len(cells) != 3 || cells[2] != "90m" {
		t.Errorf("cells %v, expected the third to be 90m", cells)
	}
}

func TestAnObjectWithoutATimeIsOfUnknownAge(t *testing.T) {
	t.Parallel()
	rows := convert(t, page(), &metav1.TableOptions{}).Rows
	if len(rows) != 2 || len(rows[1].Cells) != 3 || rows[1].Cells[2] != "<unknown>" {
		t.Errorf("rows %v, expected the age of the second, which has no time of creation, to be <unknown>", rows)
	}
}

func TestNoHeadersMeansNoColumns(t *testing.T) {
	t.Parallel()
	table := convert(t, page(), &metav1.TableOptions{NoHeaders: true})
	if len(table.ColumnDefinitions) != 0 || len(table.Rows) != 2 {
		t.Errorf("with NoHeaders: %d columns and %d rows, expected none and two", len(table.ColumnDefinitions), len(table.Rows))
	}
}

func TestATableOfAPageLeadsToTheNext(t *testing.T) {
	t.Parallel()
	table := convert(t, page(), &metav1.TableOptions{})
	if table.Continue != "more" || table.ResourceVersion != "9" {
		t.Errorf("continue %q at resourceVersion %q, expected more at 9: kubectl reads 500 rows at a time and follows the token",
			table.Continue, table.ResourceVersion)
	}
}

// cupboard is a storage that holds the page.
type cupboard struct{ rest.TableConvertor }

func (cupboard) New() runtime.Object     { return &corev1.ConfigMap{} }
func (cupboard) NewList() runtime.Object { return page() }
func (cupboard) Destroy()                {}
func (cupboard) NamespaceScoped() bool   { return true }
func (cupboard) List(context.Context, *metainternalversion.ListOptions) (runtime.Object, error) {
	return page(), nil
}

// The request that kubectl get configmaps makes, answered by the real handler with your rows of verbs.
func TestKubectlSeesTheTable(t *testing.T) {
	t.Parallel()
	codecs := kinds.NewCodecs(kinds.NewScheme())
	group := rest.APIInstaller{GroupVersion: corev1.SchemeGroupVersion, Codecs: codecs, Verbs: Plug().Verbs}
	storage := cupboard{rest.NewDefaultTableConvertor(corev1.Resource("configmaps"))}
	rows, err := group.Resources(map[string]rest.Storage{"configmaps": storage})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest(http.MethodGet, "/api/v1/namespaces/london/configmaps", nil)
	r.Header.Set("Accept", "application/json;as=Table;v=v1;g=meta.k8s.io")
	info := &installer.RequestInfo{Namespace: "london", Resource: "configmaps", Verb: "list"}
	w := httptest.NewRecorder()
	rows[0].Verbs[0].Handler.ServeHTTP(w, r.WithContext(installer.WithRequestInfo(r.Context(), info)))
	var table metav1.Table
	if err := json.Unmarshal(w.Body.Bytes(), &table); err != nil || w.Code != http.StatusOK || len(table.Rows) != 2 {
		t.Fatalf("kubectl's request is answered with %d %s (%v), expected a Table of two rows", w.Code, w.Body, err)
	}
	if raw := string(table.Rows[0].Object.Raw); !says(raw, "PartialObjectMetadata", "greeting", "london") {
		t.Errorf("the row's object is %s, expected the ConfigMap's metadata: -A takes the namespace from it, -w the uid", raw)
	}
}

func says(raw string, words ...string) bool {
	var all struct {
		Kind     string
		Metadata struct{ Name, Namespace string }
	}
	return json.Unmarshal([]byte(raw), &all) == nil &&
		reflect.DeepEqual([]string{all.Kind, all.Metadata.Name, all.Metadata.Namespace}, words)
}
