package embedetcd

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"os"
	"slices"
	"time"
)

// etcd maps its database into memory and trusts every page: a damaged one ends the process from a goroutine of bbolt's,
// where nobody can catch it. bbolt's own Check ends it likewise where the list of free pages is not stored, and etcd does
// not store it. So the pages are read here first, as bytes of a file, before etcd opens them.

// pagesTimeout bounds the check of a database; what was not reached by then counts as sound. A GiB takes about
// a second of CPU.
const pagesTimeout = 10 * time.Second

// Sizes and flags of bbolt's format, which is that of the machine's byte order.
const (
	pageHeader  = 16
	pageElement = 16
	metaSize    = 64 // without the header
	metaMagic   = 0xED0CDAED
	metaVersion = 2

	branchPage  = 0x01
	leafPage    = 0x02
	bucketEntry = 0x01
)

var order = binary.NativeEndian

// pages is a bbolt database that is checked.
type pages struct {
	file     io.ReaderAt
	size     int64 // of a page
	high     uint64
	seen     []bool // by page number, below high
	spare    []byte // a page's memory, to be used again
	deadline time.Time
}

var errOutOfTime = errors.New("out of time")

// checkPages reads every page that the database at path reaches: its number, kind, bounds and the order of its keys. The
// values are not looked at: nothing in the format tells whether they are right.
func checkPages(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return err
	}
	p := &pages{file: file, deadline: time.Now().Add(pagesTimeout)}
	root, err := p.meta()
	if err != nil {
		return err
	}
	if want := int64(p.high) * p.size; info.Size() < want {
		return fmt.Errorf("the file is cut off: %d of %d bytes are there", info.Size(), want)
	}
	p.seen = make([]bool, p.high)
	if err := p.walk(root, nil, nil); !errors.Is(err, errOutOfTime) {
		return err
	}
	return nil
}

// meta reads the newer of the two meta pages that is whole, and returns the root's number.
func (p *pages) meta() (root uint64, err error) {
	var newest uint64
	for _, offset := range p.metaOffsets() {
		b := make([]byte, pageHeader+metaSize)
		if _, err := p.file.ReadAt(b, offset); err != nil {
			continue
		}
		m := b[pageHeader:]
		sum := fnv.New64a()
		sum.Write(m[:metaSize-8])
		if order.Uint32(m) != metaMagic || order.Uint32(m[4:]) != metaVersion || order.Uint64(m[56:]) != sum.Sum64() {
			continue
		}
		if txid := order.Uint64(m[48:]); root == 0 || txid > newest {
			newest, root = txid, order.Uint64(m[16:])
			p.size, p.high = int64(order.Uint32(m[8:])), order.Uint64(m[40:])
		}
	}
	if root == 0 || p.size < 512 || p.high > 1<<40 {
		return 0, errors.New("neither of its two meta pages is valid")
	}
	return root, nil
}

// metaOffsets are where the two pages can be: the second one's place depends on the size of a page, which it tells itself.
func (p *pages) metaOffsets() []int64 {
	offsets := []int64{0}
	for size := int64(1 << 10); size <= 1<<16; size <<= 1 {
		offsets = append(offsets, size)
	}
	return offsets
}

// walk checks a page and what lies below it. Its keys are in [low, end); nil: no bound.
func (p *pages) walk(id uint64, low, end []byte) error {
	page, err := p.read(id)
	if err != nil {
		return err
	}
	defer func() { p.spare = page }()
	switch flags := order.Uint16(page[8:]); flags {
	case branchPage:
		return p.branch(id, page, low, end)
	case leafPage:
		return p.leaf(id, page, low, end)
	default:
		return fmt.Errorf("page %d is of an unknown kind (%#x)", id, flags)
	}
}

// read returns a page whole, with those that it overflows to.
func (p *pages) read(id uint64) ([]byte, error) {
	if time.Now().After(p.deadline) {
		return nil, errOutOfTime
	}
	if id < 2 || id >= p.high {
		return nil, fmt.Errorf("page %d is referred to, and the last one is %d", id, p.high-1)
	}
	page := p.spare
	if p.spare = nil; page == nil {
		page = make([]byte, p.size)
	}
	page = page[:p.size]
	if _, err := p.file.ReadAt(page, int64(id)*p.size); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	if says := order.Uint64(page); says != id {
		return nil, fmt.Errorf("page %d says that it is page %d", id, says)
	}
	more := uint64(order.Uint32(page[12:]))
	if id+more >= p.high {
		return nil, fmt.Errorf("page %d goes on past the end", id)
	}
	for i := id; i <= id+more; i++ {
		if p.seen[i] {
			return nil, fmt.Errorf("page %d is referred to twice", i)
		}
		p.seen[i] = true
	}
	if more == 0 {
		return page, nil
	}
	page = slices.Grow(page, int(int64(more)*p.size))[:int64(more+1)*p.size]
	if _, err := p.file.ReadAt(page[p.size:], int64(id+1)*p.size); err != nil {
		return nil, fmt.Errorf("page %d: %w", id, err)
	}
	return page, nil
}

// branch checks a page whose elements lead to others: position, size of the key, page.
func (p *pages) branch(id uint64, page, low, end []byte) error {
	count := int(order.Uint16(page[10:]))
	keys, children := make([][]byte, count), make([]uint64, count)
	for i := range count {
		at := pageHeader + i*pageElement
		element, err := slice(page, at, pageElement)
		if err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
		if keys[i], err = slice(page, at+int(order.Uint32(element)), int(order.Uint32(element[4:]))); err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
		if i > 0 && bytes.Compare(keys[i-1], keys[i]) >= 0 || !between(keys[i], low, end) {
			return fmt.Errorf("page %d has keys in the wrong order", id)
		}
		children[i] = order.Uint64(element[8:])
	}
	for i, child := range children {
		next := end
		if i+1 < count {
			next = keys[i+1]
		}
		if err := p.walk(child, keys[i], next); err != nil {
			return err
		}
	}
	return nil
}

// leaf checks a page of keys and values: flags, position, size of the key, size of the value. A value may be a bucket,
// which has a root page of its own or, where it is small, lies in the value.
func (p *pages) leaf(id uint64, page, low, end []byte) error {
	var last []byte
	for i := range int(order.Uint16(page[10:])) {
		at := pageHeader + i*pageElement
		element, err := slice(page, at, pageElement)
		if err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
		start, size := at+int(order.Uint32(element[4:])), int(order.Uint32(element[8:]))
		key, err := slice(page, start, size)
		if err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
		if i > 0 && bytes.Compare(last, key) >= 0 || !between(key, low, end) {
			return fmt.Errorf("page %d has keys in the wrong order", id)
		}
		last = key
		value, err := slice(page, start+size, int(order.Uint32(element[12:])))
		if err != nil {
			return fmt.Errorf("page %d: %w", id, err)
		}
		if order.Uint32(element)&bucketEntry != 0 {
			if err := p.bucket(id, value); err != nil {
				return err
			}
		}
	}
	return nil
}

// bucket checks a bucket by its header in a leaf: root page and sequence.
func (p *pages) bucket(id uint64, header []byte) error {
	if len(header) < 16 {
		return fmt.Errorf("page %d has a bucket of %d bytes", id, len(header))
	}
	if root := order.Uint64(header); root != 0 {
		return p.walk(root, nil, nil)
	}
	inline := header[16:]
	if len(inline) < pageHeader {
		return fmt.Errorf("page %d has a bucket of %d bytes", id, len(header))
	}
	return p.leaf(id, inline, nil, nil)
}

func slice(page []byte, start, size int) ([]byte, error) {
	if start < 0 || size < 0 || start > len(page) || size > len(page)-start {
		return nil, errors.New("an element lies outside of it")
	}
	return page[start : start+size], nil
}

func between(key, low, end []byte) bool {
	return bytes.Compare(key, low) >= 0 && (end == nil || bytes.Compare(key, end) < 0)
}
