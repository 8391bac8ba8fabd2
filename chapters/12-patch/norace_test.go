//go:build !race

package patch

const slower = 1
