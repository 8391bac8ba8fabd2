package read

import (
	"github.com/charmbracelet/glamour/ansi"
	"github.com/muesli/termenv"
)

// Style is a set of colours.
type Style string

// The styles.
const (
	Dark  Style = "dark"  // for a dark background
	Light Style = "light" // for a light one
	None  Style = "none"  // no colours
)

// palette is a style's colours, as ANSI parameters; none of them for text.
type palette struct {
	title, heading, code, link, faint, command, border string
	theme                                              string // chroma's, for code
}

// The colours are of the 256 that nearly all terminals have.
var palettes = map[Style]palette{
	Dark: {
		title: "1;38;5;117", heading: "1;38;5;75", code: "38;5;180", link: "4;38;5;110", faint: "38;5;245",
		command: "1;38;5;150", border: "38;5;67", theme: "github-dark",
	},
	Light: {
		title: "1;38;5;25", heading: "1;38;5;26", code: "38;5;94", link: "4;38;5;25", faint: "38;5;242",
		command: "1;38;5;22", border: "38;5;67", theme: "github",
	},
	None: {},
}

// Marks are put around inline code and links by glamour, so that their cells can be told from others. They are of the
// characters that Unicode leaves to private use, and do not leave this package.
const (
	codeBegins = '\ue000' + iota
	codeEnds
	textBegins // of a link
	textEnds
	targetBegins
	targetEnds
	hardBreak = '\u2028'
)

func isMark(r rune) bool { return r >= codeBegins && r <= targetEnds }

// options are glamour's, for text that it does not fold.
func options(style Style) ansi.Options {
	o := ansi.Options{ColorProfile: termenv.ANSI256, InlineTableLinks: true, ChromaFormatter: "terminal256"}
	bold, italic := true, true
	o.Styles.Strong.Bold, o.Styles.Emph.Italic = &bold, &italic
	o.Styles.CodeBlock.Theme = palettes[style].theme
	if style == None {
		o.ColorProfile, o.ChromaFormatter = termenv.Ascii, "noop"
		o.Styles.Strong, o.Styles.Emph = ansi.StylePrimitive{}, ansi.StylePrimitive{}
	}
	o.Styles.Code.Prefix, o.Styles.Code.Suffix = string(codeBegins), string(codeEnds)
	o.Styles.LinkText.Prefix, o.Styles.LinkText.Suffix = string(textBegins), string(textEnds)
	o.Styles.Link.Prefix, o.Styles.Link.Suffix = string(targetBegins), string(targetEnds)
	return o
}
