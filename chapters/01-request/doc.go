// Package request is chapter 01.
package request
