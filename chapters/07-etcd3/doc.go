// Package etcd3 is chapter 07.
package etcd3
