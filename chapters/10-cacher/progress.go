package cacher

import (
	"context"
	"math/rand/v2"
	"strconv"

	"google.golang.org/grpc/metadata"
)

// stream is what a watch below is asked about its progress by.
type stream struct{ ctx context.Context }

// ownStream puts one watch below on a stream that it shares with nobody: etcd's client puts watches whose contexts have
// equal metadata on one, and answers a question about progress to all of them at once. An answer that etcd made before
// it knew a watch would then reach that watch too, and promise that it has seen what is still on its way: a read would
// miss a write that was answered.
func ownStream(ctx context.Context, resource string) context.Context {
	return metadata.AppendToOutgoingContext(ctx, "watch-cache", resource+" "+strconv.FormatUint(rand.Uint64(), 36))
}

// needProgress has the storage below asked how far its watch is. What is asked while a question waits needs no other.
func (c *Cache) needProgress() {
	select {
	case c.asked <- struct{}{}:
	default:
	}
}

func (c *Cache) askForProgress() {
	for {
		select {
		case <-c.asked:
			if s := c.stream.Load(); s != nil {
				_ = c.Interface.RequestWatchProgress(s.ctx) // who needs it asks again
			}
		case <-c.ctx.Done():
			return
		}
	}
}
