package memory

import "time"

// lease ends the life of the object that holds it. An update may hand it on to the next version of the object.
type lease struct {
	end   time.Time
	timer *time.Timer
}

// grant returns a lease on key that ends after ttl seconds; nil for 0, which is for ever.
func (db *Database) grant(key string, ttl uint64) *lease {
	if ttl == 0 {
		return nil
	}
	life := time.Duration(ttl) * time.Second
	l := &lease{end: time.Now().Add(life)}
	l.timer = time.AfterFunc(life, func() { db.expire(key, l) })
	return l
}

// expire deletes what key holds, if it still holds it on this lease.
func (db *Database) expire(key string, l *lease) {
	db.mu.Lock()
	defer db.mu.Unlock()
	if now := db.newestLocked(key); now != nil && now.lease == l {
		db.record(&change{key: key, revision: db.revision + 1, old: now.object})
	}
}

// releaseLease stops the clock of a version's lease, unless the next version holds it too.
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

// left is the rest of the lease in seconds, rounded up; 0 where there is none.
func (l *lease) left() int64 {
	if l == nil {
		return 0
	}
	return int64((time.Until(l.end) + time.Second - 1) / time.Second)
}
