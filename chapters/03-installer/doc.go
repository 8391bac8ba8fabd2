// Package installer is chapter 03.
package installer
