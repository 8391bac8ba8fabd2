// Package versions is chapter 13: it completes objects, and shows one stored object in every version of its kind.
package versions
