//go:build race

package patch

// slower is how many times as long the race detector lets code compute.
const slower = 10
