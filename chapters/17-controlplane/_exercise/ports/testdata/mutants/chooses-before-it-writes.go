package exercise

import (
	"context"
	"math/big"

	corev1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/runtime"

	storage "kubepath/chapters/05-storage"
)

// Take reserves port, or any port that is free where port is 0, and returns which it is. A port that is taken is
// errTaken, one outside of the range errOutside, and a range without a free port errFull.
func (p *Ports) Take(ctx context.Context, port int32) (int32, error) {
	stored := &corev1.RangeAllocation{}
	if err := p.Storage.Get(ctx, mapKey, storage.GetOptions{IgnoreNotFound: true}, stored); err != nil {
		return 0, err
	}
	taken, err := p.choose(new(big.Int).SetBytes(stored.Data), port)
	if err != nil {
		return 0, err
	}
	return taken, p.change(ctx, func(bits *big.Int) error {
		bits.SetBit(bits, p.bit(taken), 1)
		return nil
	})
}

// Release gives a port back. That it is free already is as good.
func (p *Ports) Release(ctx context.Context, port int32) error {
	if !p.Range.Contains(int(port)) {
		return nil
	}
	return p.change(ctx, func(bits *big.Int) error {
		bits.SetBit(bits, p.bit(port), 0)
		return nil
	})
}

// choose finds the port in the map as it is now.
func (p *Ports) choose(bits *big.Int, port int32) (int32, error) {
	switch {
	case port == 0:
		for at := range p.Range.Size {
			if bits.Bit(at) == 0 {
				return int32(p.Range.Base + at), nil
			}
		}
		return 0, errFull
	case !p.Range.Contains(int(port)):
		return 0, p.errOutside()
	case bits.Bit(p.bit(port)) == 1:
		return 0, errTaken
	}
	return port, nil
}

func (p *Ports) bit(port int32) int { return int(port) - p.Range.Base }

// change makes a change of the map, as often as it takes until nobody is faster.
func (p *Ports) change(ctx context.Context, change func(*big.Int) error) error {
	return p.Storage.GuaranteedUpdate(ctx, mapKey, nil, storage.Update{
		IgnoreNotFound: true,
		Mutate: func(old runtime.Object, _ storage.ResponseMeta) (storage.MutateResult, error) {
			stored := old.(*corev1.RangeAllocation)
			bits := new(big.Int).SetBytes(stored.Data)
			if err := change(bits); err != nil {
				return storage.MutateResult{}, err
			}
			stored.Range, stored.Data = p.Range.String(), bits.Bytes()
			return storage.MutateResult{Object: stored}, nil
		},
	})
}
