// Package docs holds the texts, for kubepath read.
package docs

import "embed"

// Files is every page: 00-start.md, 01-request.md and so on.
//
//go:embed *.md
var Files embed.FS
