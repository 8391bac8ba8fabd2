package network

import (
	"net/netip"
	"slices"
	"testing"

	utilnet "k8s.io/apimachinery/pkg/util/net"
)

func TestARangeIsWalkedUpperPartFirstAndEachAddressOnce(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name, prefix string
		size, lower  int
		first, last  string
	}{
		{"a /24 keeps 16 for people", "10.0.0.0/24", 254, 16, "10.0.0.1", "10.0.0.254"},
		{"a /28 has no lower part", "10.0.0.16/28", 14, 0, "10.0.0.17", "10.0.0.30"},
		{"a /16 keeps 256", "10.1.0.0/16", 65534, 256, "10.1.0.1", "10.1.255.254"},
		{"IPv6 has no broadcast address", "fd00::/120", 255, 16, "fd00::1", "fd00::ff"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			r := newAddressRange(netip.MustParsePrefix(row.prefix))
			var order []netip.Addr
			r.walk(func(a netip.Addr) bool { order = append(order, a); return true })
			lower := order[len(order)-row.lower:]
			all := slices.Clone(order)
			slices.SortFunc(all, netip.Addr.Compare)
			if len(slices.Compact(all)) != row.size || all[0].String() != row.first || all[len(all)-1].String() != row.last {
				t.Errorf("%d addresses from %s to %s", len(all), all[0], all[len(all)-1])
			}
			for _, a := range all {
				if !r.has(a) {
					t.Errorf("%s is given away and not had", a)
				}
			}
			if row.lower > 0 && slices.MaxFunc(lower, netip.Addr.Compare) != after(r.Addr(), uint64(row.lower)) {
				t.Errorf("the last %d are %v", row.lower, lower)
			}
			if r.has(r.Addr()) || r.has(all[len(all)-1].Next()) {
				t.Error("an address at the edge is had")
			}
		})
	}
}

func TestAHugeRangeIsEnteredAtRandom(t *testing.T) {
	t.Parallel()
	r := newAddressRange(netip.MustParsePrefix("fd00:1:2:3::/64"))
	seen := map[netip.Addr]bool{}
	for range 10 {
		r.walk(func(a netip.Addr) bool { seen[a] = r.has(a); return false })
	}
	if len(seen) != 10 {
		t.Errorf("%d of 10 are different", len(seen))
	}
}

func TestPortsComeFromTheUpperPartUntilItIsFull(t *testing.T) {
	t.Parallel()
	m := &portBitmap{ports: utilnet.PortRange{Base: 30000, Size: 40}}
	for i := range 40 {
		port, err := m.allocateNext()
		if err != nil {
			t.Fatal(err)
		}
		if upper := port >= 30016; upper != (i < 24) {
			t.Errorf("the %dth port is %d", i, port)
		}
	}
	if _, err := m.allocateNext(); err != errPortsFull {
		t.Errorf("got %v", err)
	}
	m.release(30003)
	if port, err := m.allocateNext(); port != 30003 || err != nil {
		t.Errorf("got %d, %v", port, err)
	}
}

func TestTheFlagOfRangesIsChecked(t *testing.T) {
	t.Parallel()
	for text, valid := range map[string]bool{
		"10.0.0.0/24": true, "10.0.0.0/24,fd00::/112": true, "fd00::/64, 10.0.0.0/12": true,
		"10.0.0.0": false, "10.0.0.0/8": false, "10.0.0.0/30": false, "fd00::/48": false,
		"10.0.0.0/24,10.1.0.0/24": false, "10.0.0.0/24,fd00::/112,10.1.0.0/24": false, "": false,
	} {
		if _, err := ParseClusterIPRanges(text); (err == nil) != valid {
			t.Errorf("%q: %v", text, err)
		}
	}
}

func BenchmarkTakeAPort(b *testing.B) {
	m := &portBitmap{ports: defaultNodePortRange}
	for b.Loop() {
		port, _ := m.allocateNext()
		m.release(port)
	}
}
