package exercise

import (
	"errors"
	"fmt"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"
	utilnet "k8s.io/apimachinery/pkg/util/net"

	storage "kubepath/chapters/05-storage"
)

// Ports gives away the ports of a range. Any number of servers may do so over the same storage.
type Ports struct {
	// Range has the first port, Base, and their number, Size. Range.Contains(n) tells whether a port is in it.
	Range utilnet.PortRange
	// Storage has the map under the key mapKey, as a *corev1.RangeAllocation; at first, nothing.
	Storage storage.Interface
}

const mapKey = "/ranges/yournodeports"

// What a client reads.
var (
	errTaken = errors.New("provided port is already allocated")
	errFull  = errors.New("range is full")
)

// errOutside is for a port that is not in the range.
func (p *Ports) errOutside() error {
	return fmt.Errorf("provided port is not in the valid range. The range of valid ports is %s", p.Range.String())
}

// newMap is an empty RangeAllocation.
func newMap() runtime.Object { return &corev1.RangeAllocation{} }
