// Package embedetcd runs etcd inside the process: the real server, spoken to by function calls instead of sockets.
//
// In: Options. Out: a *clientv3.Client that talks to a one-member etcd. Start takes tens of milliseconds, so that a
// demo, a test or a whole API server has its own database; Close ends every goroutine that Start began.
//
// Read server.go, client.go, member.go (how etcd is configured), datadir.go (one process per directory), pages.go and
// log.go (is the data whole?), fatal.go (what ends etcd while it runs).
package embedetcd
