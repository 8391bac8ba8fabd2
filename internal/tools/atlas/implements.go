package atlas

import (
	_ "embed"
	"encoding/json"
)

// Interface is a contract and the types of ours that keep it.
type Interface struct {
	Name     string   `json:"name"`              // rest.Getter
	Package  string   `json:"package"`           // kubepath/chapters/04-rest, or another module's
	Chapter  int      `json:"chapter,omitempty"` // whose contract it is; 0: another module's
	File     string   `json:"file,omitempty"`    // ours: from the checkout's root
	Contract string   `json:"contract"`          // in a sentence
	Of       []string `json:"of,omitempty"`      // interfaces that it is made of: rest.Storage
	Methods  []string `json:"methods,omitempty"` // with their parameters; those of Of are not repeated
	By       []Type   `json:"by,omitempty"`
}

// Type is a type of ours that implements an interface.
type Type struct {
	Name    string `json:"name"`              // registry.Store
	Pointer bool   `json:"pointer,omitempty"` // it is the pointer to it that does
	Chapter int    `json:"chapter,omitempty"` // 0: it is in internal/
	File    string `json:"file"`              // from the checkout's root
	// Pin is the declaration by which the compiler holds the type to the interface; nil: none, only its use does.
	Pin *Pin `json:"pin,omitempty"`
}

// Pin is var _ Interface = (*Type)(nil).
type Pin struct {
	Interface string `json:"interface"` // it may be one that contains the interface: rest.StandardStorage
	File      string `json:"file"`
}

// Contract is an interface of another module that types of ours implement, and what it asks, in our words.
type Contract struct{ Package, Name, Contract string }

// Contracts are the interfaces of other modules that the page of implementations tells about.
func Contracts() []Contract {
	const runtime = apimachinery + "runtime"
	return []Contract{
		{runtime, "Object", "Whatever has a kind and can be copied. Each type of k8s.io/api implements it; here are only our own."},
		{runtime, "CacheableObject", "An object that keeps the bytes it was encoded to, for others who want the same form."},
		{runtime, "Encoder", "Writes objects in one form, and says by Identifier whether two encoders write the same."},
		{runtime, "Decoder", "Reads bytes into the object that is passed, or into a new one, and tells the kind that they had."},
		{runtime, "Serializer", "Writes and reads objects in one format."},
		{apimachinery + "runtime/serializer/json", "MetaFactory", "Finds out a body's kind without decoding all of it."},
		{apimachinery + "api/meta", "RESTMapper", "Finds the resource that serves a kind, and the kind behind a resource."},
		{apimachinery + "api/errors", "APIStatus", "An error that knows the Status with which it is answered."},
		{apimachinery + "fields", "Fields", "The fields of an object that a field selector asks for."},
		{apimachinery + "watch", "Interface", "A channel of events, closed when there are no more, and a way to stop it."},
		{apimachinery + "watch", "Decoder", "Reads one event after the other from a stream."},
		{"net/http", "Handler", "Answers a request."},
		{"net/http", "RoundTripper", "Sends a request and returns the answer: the client's side of a connection."},
		{"net/http", "ResponseWriter", "Takes the headers, the code and the body of an answer."},
		{"github.com/emicklei/go-restful/v3", "RouteSelector", "Finds the route for a request."},
		{"github.com/emicklei/go-restful/v3", "PathProcessor", "Reads the parameters of a path."},
		{"go.etcd.io/etcd/client/v3", "KV", "Reads, writes and transactions of etcd: where a wrapper sees each request."},
		{"go.etcd.io/etcd/client/v3", "Txn", "If, then, else: one transaction of etcd."},
	}
}

//go:embed implements.json
var implements []byte

// Interfaces are the interfaces of the chapters, and those of Contracts, with the types that implement them, as of the
// last refresh.
func Interfaces() ([]Interface, error) {
	var all []Interface
	return all, json.Unmarshal(implements, &all)
}
