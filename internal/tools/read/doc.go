// Package read shows the texts of docs/ in a terminal.
//
// In: the pages' Markdown. Out: lines of at most the terminal's width, with colours and hyperlinks where it can show
// them. glamour turns prose and code into styled text; this package puts it into place: it folds lines, lays out lists and
// tables, draws diagrams, captions code with the place that it comes from, and links all that can be opened. Package
// internal/tools/pager shows the lines on a screen.
//
// Read book.go for the pages; render.go, block.go, inline.go, code.go and table.go for a page's way to lines; cell.go for
// what a line is, cut.go for how wide text is and where a line breaks, style.go for its colours; find.go for the search.
package read
