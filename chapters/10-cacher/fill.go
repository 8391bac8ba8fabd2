package cacher

import (
	kinds "kubepath/chapters/02-kinds"
	storage "kubepath/chapters/05-storage"
)

// fill lists the objects below, page by page, all of one revision. The first time they are the cache's content; later
// the cache becomes like them by changes, which the watchers see.
func (c *Cache) fill() error {
	var objects []*object
	opts := storage.ListOptions{Recursive: true}
	opts.Predicate.Limit = c.config.Page
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
		if opts.Predicate.Continue = page.Continue; page.Continue == "" {
			revision, err := c.versioner.ParseVersion(page.ResourceVersion)
			if err == nil {
				c.become(objects, revision)
			}
			return err
		}
	}
}

// become makes objects, read at revision, the content of the cache.
func (c *Cache) become(objects []*object, revision uint64) {
	if _, filled := c.state.seen(); !filled {
		c.state.fill(objects, revision)
		return
	}
	known, from := c.state.now(storage.IndexValue{})
	for _, missed := range differences(known, objects, from) {
		c.tell(missed)
	}
	c.state.advance(revision)
}
