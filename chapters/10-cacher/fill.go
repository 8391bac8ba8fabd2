package cacher

import (
	"errors"
	"strconv"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// fill lists the objects below. The first time they are the cache's content; later the cache becomes like them by
// changes, which the watchers see.
//
// The first list is of a past revision: what has changed since then is what the watch below tells first, and so the cache
// remembers it. A client that was connected before this server started can then go on where it was.
func (c *Cache) fill() error {
	if !c.state.loaded() && c.config.Behind > 0 {
		newest, err := c.Interface.CurrentResourceVersion(c.ctx)
		if err != nil {
			return err
		}
		behind := uint64(c.config.Behind)
		err = c.list(max(newest, behind+1)-behind, newest)
		if !errors.Is(err, storage.ErrExpired) {
			return err
		}
	}
	return c.list(0, 0)
}

// list lists the objects below, page by page, all of one revision: at, or the newest if that is 0. The cache can serve
// once it has seen the revision until.
func (c *Cache) list(at, until uint64) error {
	var objects []*object
	opts := storage.ListOptions{Recursive: true}
	opts.Predicate.Limit = c.config.Page
	if at != 0 {
		opts.ResourceVersion, opts.Match = strconv.FormatUint(at, 10), metav1.ResourceVersionMatchExact
	}
	for {
		page := &kinds.List{}
		if err := c.Interface.GetList(c.ctx, c.config.Resource, opts, page); err != nil {
			return err
		}
		for _, item := range page.Items {
			o, err := c.object(item)
			if err != nil {
				return err
			}
			objects = append(objects, o)
		}
		opts.ResourceVersion, opts.Match = "", "" // the token has it
		if opts.Predicate.Continue = page.Continue; page.Continue == "" {
			revision, err := c.versioner.ParseVersion(page.ResourceVersion)
			if err == nil {
				c.become(objects, revision, until)
			}
			return err
		}
	}
}

// become makes objects, read at revision, the content of the cache.
func (c *Cache) become(objects []*object, revision, until uint64) {
	if !c.state.loaded() {
		c.state.fill(objects, revision, until)
		return
	}
	known, from := c.state.now(storage.IndexValue{})
	for _, missed := range differences(known, objects, from) {
		c.tell(missed)
	}
	c.state.advance(revision)
}
