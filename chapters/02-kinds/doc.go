// Package kinds is chapter 02.
package kinds
