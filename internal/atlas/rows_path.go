package atlas

// watchRows are chapter 9.
func watchRows() []Row {
	const handlers = apiserver + "endpoints/handlers."
	return []Row{
		{Concept: "handler of watch", Also: "WatchServer, stream of frames",
			Is:   "Writes an event after the other, each a frame, until the client goes or the time is over.",
			Here: "watch.Watches", Upstream: handlers + "WatchServer",
			More: "The same frames, over HTTP and WebSocket."},
		{Concept: "encoded event", Also: "watch encoder, WatchEvent",
			Is:   "An event's type and its object, in the form that the client accepts: a Table, too.",
			Here: "watch.frames", Upstream: handlers + "watchEncoder",
			More: "Keeps the bytes of an event for all watchers that want the same form."},
		{Concept: "watch timeout", Also: "timeoutSeconds, minRequestTimeout",
			Is:   "A watch ends after a while chosen at random, so that clients spread when servers change.",
			Here: "watch.Watches.lifetime", Upstream: handlers + "ListResource",
			More: "30 to 60 minutes where the client asks for nothing else."},
		{Concept: "event on the wire", Also: "metav1.WatchEvent",
			Is:       "Type and object as one JSON or protobuf message.",
			Imported: true, Upstream: apimachinery + "apis/meta/v1.WatchEvent",
			More: "We import the type; the client of chapter 1 reads it."},
		{Concept: "watch.Interface", Also: "event channel, Stop",
			Is:       "A channel of events and a way to stop it: what every layer hands up for a watch.",
			Imported: true, Upstream: apimachinery + "watch.Interface",
			More: "We import it; kubepath map --implements watch.Interface lists ours."},
	}
}
