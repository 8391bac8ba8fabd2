package trace

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"

	"go.opentelemetry.io/otel/trace"
)

// Serve tells the traces that a recorder keeps, as a JSON list: ?id= those of one trace id, ?last= of the last n, or all.
func Serve(r *Recorder) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		traces, err := asked(r, req)
		if err != nil {
			http.Error(w, err.Error(), http.StatusBadRequest)
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(traces) // the client is gone if this fails
	})
}

func asked(r *Recorder, req *http.Request) ([]Trace, error) {
	query := req.URL.Query()
	if text := query.Get("id"); text != "" {
		id, err := trace.TraceIDFromHex(text)
		if err != nil {
			return nil, fmt.Errorf("id: %w", err)
		}
		r.Wait(req.Context(), id)
		return r.Trace(id), nil
	}
	if text := query.Get("last"); text != "" {
		n, err := strconv.Atoi(text)
		if err != nil || n < 1 {
			return nil, fmt.Errorf("last: %q is not a number of traces", text)
		}
		return r.Last(n), nil
	}
	return r.Last(0), nil
}

// Parse reads what Serve answers.
func Parse(data []byte) ([]Trace, error) {
	var traces []Trace
	err := json.Unmarshal(data, &traces)
	return traces, err
}

// Join puts a server's view of a request into its client's. The two clocks differ, so the server's hops are laid in the
// middle of the client's time.
func Join(client, server Trace) Trace {
	joined := client
	joined.Etcd = server.Etcd
	shift := max(client.Request.DurationUS-server.Request.DurationUS, 0) / 2
	for _, h := range server.Hops {
		h.StartUS += shift
		h.Depth += len(client.Hops)
		joined.Hops = append(joined.Hops, h)
	}
	joined.Events = nil
	for i := range min(len(server.Events), len(client.Events)) { // what the client has not read any more, it has not seen
		e := server.Events[i]
		for j := range e.Hops {
			e.Hops[j].StartUS += shift
		}
		joined.Events = append(joined.Events, Event{Hops: append(e.Hops, client.Events[i].Hops...)})
	}
	return joined
}
