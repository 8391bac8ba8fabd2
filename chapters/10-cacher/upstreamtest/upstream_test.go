// Package upstreamtest runs the tests that kube-apiserver's own storages pass, k8s.io/apiserver/pkg/storage/testing, on
// the storages of chapters 5, 7 and 10. adapter_test.go makes them upstream's interface.
package upstreamtest

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"

	upstreamtests "k8s.io/apiserver/pkg/storage/testing"
	"k8s.io/apiserver/pkg/storage/value/encrypt/identity"
)

func TestMemoryPassesUpstreamsTests(t *testing.T) {
	run(t, openMemory, map[string]string{
		"GuaranteedUpdate":                  noBytes,
		"GuaranteedUpdateChecksStoredData":  noBytes,
		"GetListWithoutErrorAggregation":    noBytes,
		"ListResourceVersionMatch":          noBytes,
		"TransformationFailure":             noBytes,
		"WatchError":                        noBytes,
		"WatchErrorIsBlockingFurtherEvents": noBytes,

		"OptionalWatchBookmarksWithCorrectResourceVersion": noBookmarks,
	})
}

func TestEtcdPassesUpstreamsTests(t *testing.T) {
	run(t, openEtcd, map[string]string{
		"GetListWithoutErrorAggregation": "a list with values that cannot be read names each of them by its key, instead of " +
			"the first in its decoder's words",

		"OptionalWatchBookmarksWithCorrectResourceVersion": noBookmarks,
	})
}

func TestTheCachePassesUpstreamsTests(t *testing.T) {
	run(t, openCache, map[string]string{
		"GetListWithoutErrorAggregation":    stillInMemory,
		"TransformationFailure":             stillInMemory + notGiven,
		"WatchError":                        stillInMemory + notGiven,
		"WatchErrorIsBlockingFurtherEvents": stillInMemory + notGiven,
		"ListInconsistentContinuation":      "the test wants a limited list at version 0, where caches do not heed the limit" + notGiven,
		"KeySchema": "the newest state too is read from memory, where keys are made of names, and the objects of this test " +
			"have none",
		"WatchFromZero": "a watch is served from the cache's history, whatever etcd has compacted; the test empties the " +
			"history of upstream's by hand",
	})
}

// Reasons that several storages have.
const (
	noBytes     = "the test transforms stored bytes, and memory holds objects"
	noBookmarks = "bookmarks that nobody asked for come from the cache" + notGiven

	stillInMemory = "what could be read when it changed is held in memory, where it does not become unreadable"
	notGiven      = " (upstream's is not given this test)"

	unsafeDeletion = "deletion of objects that cannot be read is an alpha feature, AllowUnsafeMalformedObjectDeletion"
)

// everywhere are the tests that no storage here passes, with the reason.
var everywhere = map[string]string{
	"WatchInitializationSignal": "the signal is for priority and fairness, which is not part of this server",
	"WatchContextCancel": "a watch whose context has ended before it begins is an error, as the contract of this project's " +
		"interface says, and not a watch without events",

	"DeleteWithConflictAndMissingExpectedTransformOrDecodeError":   unsafeDeletion,
	"DeleteExpectedTransformOrDecodeError":                         unsafeDeletion,
	"DeleteWithSuggestionAndMissingExpectedTransformOrDecodeError": unsafeDeletion,
	"GetListWithErrorAggregation":                                  unsafeDeletion,
	"WatchWithUnsafeDelete":                                        unsafeDeletion,
}

type test struct {
	name string
	run  func(context.Context, *testing.T, fixture)
}

// alone are the tests that need a process of their own, with the words in which they say that the machine was too slow:
// then they have another try.
var alone = map[string]string{
	"Get":                                "key not found", // after the second that its object lives
	"WatchSemantics":                     "cannot receive enough events within specific time",
	"WatchSemanticInitialEventsExtended": "", // these three set a feature gate, of which a process has one
	"WatchListMatchSingle":               "",
}

// TestMain lets more tests run at once than there are processors: they wait more than they compute.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}

// run runs all tests. Those that the storage does not pass are listed with the reason, and must fail.
func run(t *testing.T, open func(*testing.T) fixture, listed map[string]string) {
	failing := maps.Clone(everywhere)
	maps.Copy(failing, listed)
	for name := range failing {
		if !slices.ContainsFunc(tests, func(one test) bool { return one.name == name }) {
			t.Errorf("there is no test %s, which is listed as failing", name)
		}
	}
	for _, one := range tests {
		t.Run(one.name, func(t *testing.T) {
			t.Parallel()
			why, fails := failing[one.name]
			slow, single := alone[one.name]
			switch {
			case os.Getenv(child) != "":
				one.run(t.Context(), t, open(t))
			case fails:
				mustFail(t, why)
			case single:
				mustPassAlone(t, slow)
			default:
				one.run(t.Context(), t, open(t))
			}
		})
	}
}

// mustFail runs a listed test in a process of its own, where it may panic or hang.
func mustFail(t *testing.T, why string) {
	if _, passed := process(t, "4s"); passed {
		t.Fatalf("it passes, and is listed as failing: %s", why)
	}
	t.Skip(why)
}

// mustPassAlone runs a test in a process of its own, and again where it says that the machine was too slow.
func mustPassAlone(t *testing.T, slow string) {
	for tries := 1; ; tries++ {
		said, passed := process(t, "60s")
		if passed {
			return
		}
		if tries == 5 || slow == "" || !bytes.Contains(said, []byte(slow)) {
			t.Fatalf("%s", said)
		}
	}
}

// child is set in the environment of a process that runs one test.
const child = "KUBEPATH_UPSTREAMTEST_ALONE"

// process runs the current test in a process of its own.
func process(t *testing.T, timeout string) (said []byte, passed bool) {
	top, name, _ := strings.Cut(t.Name(), "/")
	cmd := exec.CommandContext(t.Context(), os.Args[0], "-test.timeout="+timeout, "-test.run=^"+top+"$/^"+name+"$")
	cmd.Env = append(os.Environ(), child+"=1")
	said, err := cmd.CombinedOutput()
	var failed *exec.ExitError
	if err != nil && !errors.As(err, &failed) {
		t.Fatal(err)
	}
	return said, err == nil
}

// plain is a test that needs nothing but the storage.
func plain[S any](f func(context.Context, *testing.T, S)) func(context.Context, *testing.T, fixture) {
	return func(ctx context.Context, t *testing.T, s fixture) { f(ctx, t, any(s).(S)) }
}

var tests = []test{
	{"CreateWithTTL", plain(upstreamtests.RunTestCreateWithTTL)},
	{"CreateWithKeyExist", plain(upstreamtests.RunTestCreateWithKeyExist)},
	{"Get", plain(upstreamtests.RunTestGet)},
	{"UnconditionalDelete", plain(upstreamtests.RunTestUnconditionalDelete)},
	{"ConditionalDelete", plain(upstreamtests.RunTestConditionalDelete)},
	{"DeleteWithSuggestion", plain(upstreamtests.RunTestDeleteWithSuggestion)},
	{"DeleteWithSuggestionAndConflict", plain(upstreamtests.RunTestDeleteWithSuggestionAndConflict)},
	{"DeleteWithConflict", plain(upstreamtests.RunTestDeleteWithConflict)},
	{"DeleteWithSuggestionOfDeletedObject", plain(upstreamtests.RunTestDeleteWithSuggestionOfDeletedObject)},
	{"ValidateDeletionWithSuggestion", plain(upstreamtests.RunTestValidateDeletionWithSuggestion)},
	{"ValidateDeletionWithOnlySuggestionValid", plain(upstreamtests.RunTestValidateDeletionWithOnlySuggestionValid)},
	{"PreconditionalDeleteWithSuggestion", plain(upstreamtests.RunTestPreconditionalDeleteWithSuggestion)},
	{"PreconditionalDeleteWithOnlySuggestionPass", plain(upstreamtests.RunTestPreconditionalDeleteWithOnlySuggestionPass)},
	{"GetListRecursivePrefix", plain(upstreamtests.RunTestGetListRecursivePrefix)},
	{"ListResourceVersionMatch", plain(upstreamtests.RunTestListResourceVersionMatch)},
	{"GuaranteedUpdateWithTTL", plain(upstreamtests.RunTestGuaranteedUpdateWithTTL)},
	{"GuaranteedUpdateChecksStoredData", plain(upstreamtests.RunTestGuaranteedUpdateChecksStoredData)},
	{"GuaranteedUpdateWithConflict", plain(upstreamtests.RunTestGuaranteedUpdateWithConflict)},
	{"GuaranteedUpdateWithSuggestionAndConflict", plain(upstreamtests.RunTestGuaranteedUpdateWithSuggestionAndConflict)},
	{"TransformationFailure", plain(upstreamtests.RunTestTransformationFailure)},
	{"ListPaging", plain(upstreamtests.RunTestListPaging)},
	{"NamespaceScopedList", plain(upstreamtests.RunTestNamespaceScopedList)},
	{"KeySchema", plain(upstreamtests.RunTestKeySchema)},
	{"Watch", plain(upstreamtests.RunTestWatch)},
	{"DeleteTriggerWatch", plain(upstreamtests.RunTestDeleteTriggerWatch)},
	{"WatchFromNonZero", plain(upstreamtests.RunTestWatchFromNonZero)},
	{"DelayedWatchDelivery", plain(upstreamtests.RunTestDelayedWatchDelivery)},
	{"WatchError", plain(upstreamtests.RunTestWatchError)},
	{"WatchContextCancel", plain(upstreamtests.RunTestWatchContextCancel)},
	{"WatcherTimeout", plain(upstreamtests.RunTestWatcherTimeout)},
	{"WatchDeleteEventObjectHaveLatestRV", plain(upstreamtests.RunTestWatchDeleteEventObjectHaveLatestRV)},
	{"WatchInitializationSignal", plain(upstreamtests.RunTestWatchInitializationSignal)},
	{"ClusterScopedWatch", plain(upstreamtests.RunTestClusterScopedWatch)},
	{"NamespaceScopedWatch", plain(upstreamtests.RunTestNamespaceScopedWatch)},
	{"OptionalWatchBookmarksWithCorrectResourceVersion", plain(upstreamtests.RunTestOptionalWatchBookmarksWithCorrectResourceVersion)},
	{"SendInitialEventsBackwardCompatibility", plain(upstreamtests.RunSendInitialEventsBackwardCompatibility)},
	{"WatchSemantics", plain(upstreamtests.RunWatchSemantics)},
	{"WatchSemanticInitialEventsExtended", plain(upstreamtests.RunWatchSemanticInitialEventsExtended)},
	{"WatchListMatchSingle", plain(upstreamtests.RunWatchListMatchSingle)},
	{"WatchErrorIsBlockingFurtherEvents", plain(upstreamtests.RunWatchErrorIsBlockingFurtherEvents)},
	{"Create", func(ctx context.Context, t *testing.T, s fixture) { upstreamtests.RunTestCreate(ctx, t, s, s.stored) }},
	{"GuaranteedUpdate", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestGuaranteedUpdate(ctx, t, s, s.stored)
	}},
	{"List", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestList(ctx, t, s, s.compact, s.fromMemory, s.requests)
	}},
	{"ConsistentList", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestConsistentList(ctx, t, s, s.increase, s.fromMemory, true, s.fromMemory)
	}},
	{"GetListNonRecursive", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestGetListNonRecursive(ctx, t, s.increase, s)
	}},
	{"GetListWithoutErrorAggregation", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestGetListWithoutErrorAggregation(ctx, t, s, errors.New("bits flipped"))
	}},
	{"ListContinuation", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestListContinuation(ctx, t, s, nil)
	}},
	{"ListPaginationRareObject", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestListPaginationRareObject(ctx, t, s, nil)
	}},
	{"ListContinuationWithFilter", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestListContinuationWithFilter(ctx, t, s, nil)
	}},
	{"ListInconsistentContinuation", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestListInconsistentContinuation(ctx, t, s, s.compact)
	}},
	{"Stats", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestStats(ctx, t, s, codec(), identity.NewEncryptCheckTransformer(), false)
	}},
	{"CompactRevision", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestCompactRevision(ctx, t, s, s.increase, s.compact)
	}},
	{"WatchFromZero", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestWatchFromZero(ctx, t, s, s.compact)
	}},
	{"ProgressNotify", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunOptionalTestProgressNotify(ctx, t, s, s.increase)
	}},
	{"WatchDispatchBookmarkEvents", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestWatchDispatchBookmarkEvents(ctx, t, s, s.fromMemory)
	}},
	{"DeleteWithConflictAndMissingExpectedTransformOrDecodeError", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestDeleteWithConflictAndMissingExpectedTransformOrDecodeError(ctx, t, s, s.setFailing)
	}},
	{"DeleteExpectedTransformOrDecodeError", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestDeleteExpectedTransformOrDecodeError(ctx, t, s, s.setFailing)
	}},
	{"DeleteWithSuggestionAndMissingExpectedTransformOrDecodeError", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestDeleteWithSuggestionAndMissingExpectedTransformOrDecodeError(ctx, t, s)
	}},
	{"GetListWithErrorAggregation", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestGetListWithErrorAggregation(ctx, t, s, errors.New("bits flipped"))
	}},
	{"WatchWithUnsafeDelete", func(ctx context.Context, t *testing.T, s fixture) {
		upstreamtests.RunTestWatchWithUnsafeDelete(ctx, t, s, errors.New("bits flipped"))
	}},
}
