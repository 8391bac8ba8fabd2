// Package server is chapter 08.
package server
