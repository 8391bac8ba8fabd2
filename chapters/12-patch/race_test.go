//go:build race

package patch_test

// slower is how many times as long the race detector lets code compute.
const slower = 10
