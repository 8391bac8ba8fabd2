package cacher_test

import (
	"context"
	"flag"
	"testing"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	"kubepath/chapters/05-storage/memory"
	cacher "kubepath/chapters/10-cacher"
	"kubepath/internal/tools/racetest"
)

var update = flag.Bool("update", false, "write the traces of testdata/races anew")

// TestRaces plays the scripts of a cache whose events are late: they reach it when the script delivers them.
func TestRaces(t *testing.T) {
	t.Parallel()
	racetest.Suite{Name: "cacher", Scripts: "testdata/races/*.txtar", Update: *update, Clock: true, Open: openRaces}.Run(t)
}

func openRaces(t *testing.T) []racetest.Command {
	newPod := func() runtime.Object { return &corev1.Pod{} }
	newConfigMap := func() runtime.Object { return &corev1.ConfigMap{} }
	pods := memory.Open(memory.Config{NewFunc: newPod, Resource: "/pods"})
	configMaps := memory.Open(memory.Config{NewFunc: newConfigMap, Resource: "/configmaps", Database: pods.Database()})
	below := &racetest.Below{Interface: pods}
	cache := cacher.New(cacher.Config{Storage: below, Resource: "/pods", NewFunc: newPod, HistorySize: 2, Backlog: -1})
	t.Cleanup(cache.Stop)

	compact := func(_ context.Context, revision uint64) error { pods.Database().Compact(revision); return nil }
	commands := append(racetest.StorageCommands(cache, compact), below.Commands(cache.WaitReady)...)
	return append(commands, racetest.Command{Name: "create-configmap", Run: func(ctx context.Context, a *racetest.Actor, _ racetest.Line) error {
		out := &corev1.ConfigMap{}
		err := configMaps.Create(ctx, "/configmaps/default/a", &corev1.ConfigMap{}, out, 0)
		a.Row("below", "create configmaps/a: revision %s", out.ResourceVersion)
		return err
	}})
}
