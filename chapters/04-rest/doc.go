// Package rest is chapter 04.
package rest
