package memory

import "time"

// lease deletes its object when it ends. An update may keep the lease for the new version of the object.
type lease struct {
	end   time.Time
	timer *time.Timer
}

// grant returns a lease on key that ends after ttl seconds; nil for 0, which means no limit.
func (db *Database) grant(key string, ttl uint64) *lease {
	if ttl == 0 {
		return nil
	}
	life := time.Duration(ttl) * time.Second
	l := &lease{end: time.Now().Add(life)}
	l.timer = time.AfterFunc(life, func() { db.expire(key, l) })
	return l
}

// expire deletes the object of key if it still has this lease.
func (db *Database) expire(key string, l *lease) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if now := db.newestLocked(key); now != nil && now.lease == l {
		db.record(&change{key: key, revision: db.revision + 1, old: now.object})
	}
}

// releaseLease stops the timer of a version's lease, unless the next version keeps the lease.
func (c *change) releaseLease(next *lease) {
	if c != nil && c.lease != next {
		c.lease.stop()
	}
}

func (l *lease) stop() {
	if l != nil {
		l.timer.Stop()
	}
}

// left returns the seconds until the lease ends, rounded up; 0 for no lease.
func (l *lease) left() int64 {
	if l == nil {
		return 0
	}
	return int64((time.Until(l.end) + time.Second - 1) / time.Second)
}
