package trace

// Trace is the whole path of one request.
type Trace struct {
	ID      string  `json:"id"`
	Request Request `json:"request"`
	Hops    []Hop   `json:"hops"`
	// Etcd is the conversation that decided the request: the last write, or the last read where nothing was written. Every
	// conversation is also on its own hop. Nil: the request never came to etcd.
	Etcd *Etcd `json:"etcd,omitempty"`
	// Events are what a watch showed.
	Events []Event `json:"events,omitempty"`
}

// Event is one event of a watch on its way from etcd to the client: a hop for each layer that it passed.
type Event struct {
	Hops []Hop `json:"hops"`
}

// Request is what the client sent and the status that it got back.
type Request struct {
	Method     string `json:"method"`
	URL        string `json:"url"`
	Status     int    `json:"status"`
	DurationUS int64  `json:"duration_us"`
	// Body and Answer are bytes on the wire; 0: none or unknown.
	Body   int64 `json:"request_bytes,omitempty"`
	Answer int64 `json:"response_bytes,omitempty"`
}

// Hop is one call across a seam, in the order in which the request travels.
type Hop struct {
	Layer      string `json:"layer"`   // request, server, installer, rest, registry, storage, etcd3
	Chapter    int    `json:"chapter"` // the folder that Func stands in; 0: none
	Func       string `json:"func"`    // registry.(*Store).Create
	File       string `json:"file"`    // chapters/06-registry/create.go
	Line       int    `json:"line"`
	StartUS    int64  `json:"start_us"` // from the start of the request
	DurationUS int64  `json:"duration_us"`
	In         string `json:"in"`
	Out        string `json:"out"`
	Etcd       *Etcd  `json:"etcd,omitempty"`
	// Filters are the places of the chain whose filters changed the request, its context or its answer, in their order.
	Filters []string `json:"filters,omitempty"`

	// Depth counts the hops that this one is inside of.
	Depth int `json:"depth"`
	// path is File on this machine, for hyperlinks; empty where the trace came from another one.
	path string
}

// Etcd is one request to etcd and its answer.
type Etcd struct {
	Op          string   `json:"op"` // txn, range, put, delete
	Key         string   `json:"key"`
	RangeEnd    string   `json:"rangeEnd,omitempty"`
	Compare     []string `json:"compare,omitempty"` // mod(/registry/pods/default/x) = 0
	Then        []string `json:"then,omitempty"`
	Else        []string `json:"else,omitempty"`
	Succeeded   *bool    `json:"succeeded,omitempty"` // of a txn: whether Compare held
	Revision    int64    `json:"revision"`            // of the whole database, after the request
	ModRevision int64    `json:"modRevision"`         // of the key; 0: it does not exist
	Count       int64    `json:"count,omitempty"`     // keys in a range
	Bytes       int      `json:"bytes"`               // of the value written, or of all values read
	MediaType   string   `json:"mediaType,omitempty"`
	Value       any      `json:"value,omitempty"` // the value written or read, decoded
}

// write tells whether the conversation changed something.
func (e *Etcd) write() bool {
	return e.Op != "range" && (e.Succeeded == nil || *e.Succeeded)
}
