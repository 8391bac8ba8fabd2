// Package registry is chapter 06.
package registry
