package embedetcd

import (
	"encoding/binary"
	"errors"
	"fmt"

	bolt "go.etcd.io/bbolt"
	pb "go.etcd.io/etcd/api/v3/etcdserverpb"
	"go.etcd.io/etcd/client/pkg/v3/types"
	"go.etcd.io/etcd/server/v3/storage/wal"
	"go.uber.org/zap"
	"google.golang.org/protobuf/proto"
)

// etcd writes a change to its log first and then, some time later, to its database. A log that ends before the database
// does is of another time or another cluster. etcd would start with it, take each new change for one that the database has
// already, and wait for ever for the first one to be made. So the two are compared here before it starts.

// database is what etcd's database says about the log that belongs to it.
type database struct {
	index   uint64   // of the last entry of the log that it has
	members []string // of the cluster, by id
}

// readDatabase needs pages that were checked.
func readDatabase(db *bolt.DB) (d database, err error) {
	err = db.View(func(tx *bolt.Tx) error {
		if meta := tx.Bucket([]byte("meta")); meta != nil {
			if index := meta.Get([]byte("consistent_index")); len(index) == 8 {
				d.index = binary.BigEndian.Uint64(index)
			}
		}
		members := tx.Bucket([]byte("members"))
		if members == nil {
			return nil
		}
		return members.ForEach(func(id, _ []byte) error {
			d.members = append(d.members, string(id))
			return nil
		})
	})
	return d, err
}

// changeLog is what a log says about itself: it holds the entries after from, up to last.
type changeLog struct {
	from, last uint64 // indexes
	member     string // whose it is, by id
}

// readLog reads etcd's log (WAL) without changing it, from its last snapshot on, as etcd does.
func readLog(dir string) (l changeLog, err error) {
	defer func() {
		if r := recover(); r != nil { // a record that cannot be decoded
			err = fmt.Errorf("%v", r)
		}
	}()
	snapshots, err := wal.ValidSnapshotEntries(zap.NewNop(), dir)
	if err != nil {
		return l, err
	}
	if len(snapshots) == 0 {
		return l, errors.New("its beginning is missing")
	}
	from := snapshots[len(snapshots)-1]
	w, err := wal.OpenForRead(zap.NewNop(), dir, from)
	if err != nil {
		return l, err
	}
	defer w.Close()
	header, _, entries, err := w.ReadAll()
	if err != nil {
		return l, err
	}
	var metadata pb.Metadata
	if err := proto.Unmarshal(header, &metadata); err != nil {
		return l, err
	}
	l = changeLog{from.GetIndex(), from.GetIndex(), types.ID(metadata.GetNodeID()).String()}
	if len(entries) > 0 {
		l.last = entries[len(entries)-1].GetIndex()
	}
	return l, nil
}

// compareLog finds a log that is missing, does not reach as far as the database, begins after it, or is another cluster's.
func compareLog(dir string, has database) error {
	if !wal.Exist(dir) {
		if has.index > 0 {
			return fmt.Errorf("the log is missing, %s", dir)
		}
		return nil
	}
	l, err := readLog(dir)
	switch {
	case err != nil:
		return fmt.Errorf("the log cannot be read: %w", err)
	case len(has.members) > 1:
		return fmt.Errorf("it is of one of %d members of a cluster, which cannot answer alone", len(has.members))
	case len(has.members) == 1 && has.members[0] != l.member:
		return fmt.Errorf("the log is of another cluster (member %s) than the database (member %s)", l.member, has.members[0])
	case has.index > l.last:
		return fmt.Errorf("the log ends at entry %d, before the database, which has %d", l.last, has.index)
	case has.index < l.from:
		return fmt.Errorf("the log begins after entry %d, and the database has only %d", l.from, has.index)
	}
	return nil
}
