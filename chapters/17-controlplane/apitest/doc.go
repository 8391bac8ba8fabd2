// Package apitest holds the tests that ask the resources of many packages at once, through the whole server and over one
// etcd: what is refused and in which words, which columns kubectl gets, which path writes what. It has no code of its own.
//
// In: requests, as clients send them. Out: nothing; fixture_test.go starts the server once for all tests. Read refusals_test.go
// first: each line is an object and upstream's answer to it. invalid_test.go sends all invalid objects of testdata/invalid. To
// add one, append its request to a file there; go test ./chapters/17-controlplane/apitest -run TestEveryInvalid -update writes
// the answer.
package apitest
