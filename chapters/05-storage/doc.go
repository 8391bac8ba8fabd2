// Package storage is chapter 05.
package storage
