package registry_test

import (
	"slices"
	"testing"

	corev1 "k8s.io/api/core/v1"

	kinds "kubepath/chapters/02-kinds"
)

func TestAStoreSaysWhatItIs(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	s.Short, s.InCategoryAll = []string{"cm"}, true
	if _, ok := s.New().(*corev1.ConfigMap); !ok {
		t.Errorf("New: %T", s.New())
	}
	if list := s.NewList().(*kinds.List); list.Kind != "ConfigMapList" || list.Items == nil {
		t.Errorf("NewList: %v", list)
	}
	if s.StorageVersion() != s.Kind || s.GetSingularName() != "configmap" || !slices.Equal(s.ShortNames(), []string{"cm"}) {
		t.Errorf("names: %v, %q, %v", s.StorageVersion(), s.GetSingularName(), s.ShortNames())
	}
	if !slices.Equal(s.Categories(), []string{"all"}) || s.ReadinessCheck() != nil {
		t.Errorf("categories %v, ready %v", s.Categories(), s.ReadinessCheck())
	}
}

func TestDestroyEndsWhatTheStoreWasGiven(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	s.Destroy()
	ended := 0
	s.DestroyFunc = func() { ended++ }
	if s.Destroy(); ended != 1 {
		t.Errorf("ended %d times", ended)
	}
}

func TestAResourceWithoutTablesShowsNamesAndTimes(t *testing.T) {
	t.Parallel()
	s, _ := configMaps()
	mustCreate(t, s, configMap("a"))
	list, err := s.List(inNamespace(), nil)
	if err != nil {
		t.Fatal(err)
	}
	table, err := s.ConvertToTable(inNamespace(), list, nil)
	if err != nil || len(table.ColumnDefinitions) != 2 || len(table.Rows) != 1 || table.Rows[0].Cells[0] != "a" {
		t.Errorf("table %v, error %v", table, err)
	}
}
