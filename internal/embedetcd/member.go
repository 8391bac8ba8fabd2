package embedetcd

import (
	"math"
	"net/url"
	"time"

	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/config"
	"go.etcd.io/etcd/server/v3/etcdserver"
	"go.etcd.io/etcd/server/v3/features"
	"go.uber.org/zap"
)

// A lone member elects itself once its election timeout has passed, and that wait is most of what a start takes. Two ticks
// are the least that raft accepts. A shorter tick would start faster and idle dearer (at 10 ms: 1.6 % of a core).
const (
	tickMs        = 20
	electionTicks = 2
)

const memberName = "embedded"

// memberConfig is what `etcd` would make of its default flags, apart from the ticks and the name: the quota is 2 GiB, a
// request may have 1.5 MiB and 128 operations. Nothing compacts by itself: chapter 7 does that, as kube-apiserver does.
func memberConfig(dir string, durable bool, log *zap.Logger) config.ServerConfig {
	// The peer URL is only the member's identity: nobody listens on it and nobody calls it.
	peers := types.URLs{url.URL{Scheme: "http", Host: "127.0.0.1:2380"}}
	return config.ServerConfig{
		Name:                memberName,
		DataDir:             dir,
		PeerURLs:            peers,
		ClientURLs:          types.URLs{url.URL{Scheme: "http", Host: "127.0.0.1:2379"}},
		InitialPeerURLsMap:  types.URLsMap{memberName: peers},
		InitialClusterToken: "kubepath",
		NewCluster:          true,

		TickMs:                     tickMs,
		ElectionTicks:              electionTicks,
		InitialElectionTickAdvance: true,

		SnapshotCount:          etcdserver.DefaultSnapshotCount,
		SnapshotCatchUpEntries: etcdserver.DefaultSnapshotCatchUpEntries,
		MaxSnapFiles:           5,
		MaxWALFiles:            5,
		UnsafeNoFsync:          !durable,

		MaxTxnOps:            128,
		MaxRequestBytes:      1536 << 10,
		MaxConcurrentStreams: math.MaxUint32,
		AuthToken:            "simple",

		// With 0, etcd would describe every request as a slow one, for the log that writes nothing.
		WarningApplyDuration:        100 * time.Millisecond,
		WarningUnaryRequestDuration: 300 * time.Millisecond,

		Logger:            log,
		ServerFeatureGate: features.NewDefaultServerFeatureGate(memberName, log),
		Metrics:           "basic",
	}
}
