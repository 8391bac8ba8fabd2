// Package boxes draws the flowcharts of the texts with box-drawing characters.
//
// In: a diagram.Diagram and a width. Out: rows of characters, none wider than the width. The drawing is layered: each
// node stands one layer after the last of those that lead to it, so that all arrows lead one way, except those that close
// a circle. Layers are rows where the diagram leads down and columns where it leads right; the code speaks of places along
// the way (main) and across it (cross), and only the canvas knows which is x and which is y.
//
// Read draw.go for what is tried until it fits, then layers.go, order.go, place.go, tracks.go and canvas.go, the steps
// in their order.
package boxes
