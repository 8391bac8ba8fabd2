package main

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/spf13/pflag"
	oteltrace "go.opentelemetry.io/otel/trace"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"

	request "kubepath/chapters/01-request"
	"kubepath/internal/tools/trace"
)

// watchFlags say when kubepath trace watch has seen enough.
type watchFlags struct {
	events int
	within time.Duration
	others bool // somebody else makes the changes
}

func (f *watchFlags) add(to *pflag.FlagSet) {
	to.IntVar(&f.events, "events", 3, "watch: how many events to see")
	to.DurationVar(&f.within, "within", 10*time.Second, "watch: how long to wait for them")
}

// do watches from the present on. Where nobody else is there to make changes, an object is created, changed and deleted
// beside the watch, by requests that no trace shows.
func (f *watchFlags) do(ctx context.Context, provider oteltrace.TracerProvider, client request.Interface, made call) (oteltrace.TraceID, error) {
	ctx, cancel := context.WithTimeout(ctx, f.within)
	defer cancel()
	var now metav1.PartialObjectMetadataList
	if raw, err := made.collection(client.Get()).Param("limit", "1").Do(ctx).Raw(); err != nil {
		return oteltrace.TraceID{}, err
	} else if err := json.Unmarshal(raw, &now); err != nil {
		return oteltrace.TraceID{}, err
	}
	watching := made.collection(client.Get()).Param("watch", "true").Param("resourceVersion", now.ResourceVersion)
	changing := make(chan error, 1)
	id, err := trace.Watch(ctx, provider, watching, f.events, func() {
		go func() { changing <- f.changes(ctx, client, made) }()
	})
	cancel() // changes that nobody watches any more
	if err == nil {
		if failed := <-changing; failed != nil && ctx.Err() == nil {
			err = failed
		}
	}
	return id, err
}

// changes are what there is to see: ADDED, MODIFIED, DELETED, and again.
func (f *watchFlags) changes(ctx context.Context, client request.Interface, made call) error {
	if f.others {
		return nil
	}
	for n := 0; n < f.events; n++ {
		var r *request.Request
		switch n % 3 {
		case 0:
			r = made.collection(client.Post()).Body(made.object)
		case 1:
			r = made.item(client.Patch(types.MergePatchType)).Body([]byte(label(types.MergePatchType)))
		default:
			r = made.item(client.Delete())
		}
		if err := r.Do(ctx).Error(); err != nil {
			return fmt.Errorf("make a change to watch: %w", err)
		}
	}
	return nil
}
