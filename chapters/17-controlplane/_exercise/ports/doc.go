// Package exercise is exercise 17b: a port that only one service has.
//
// A service of type NodePort gets a port on every node, the same everywhere, and no two services may have the same one.
// Which ports are taken stands in one object in etcd, a RangeAllocation: the range as text, and a number whose bits are
// the ports. Bit 0 is the first port of the range, bit 9 the tenth:
//
//	range: 30000-32767
//	data:  00000010 00000001     30000 and 30009 are taken
//
// The bytes are the number in big-endian order, without leading zeros, as math/big's Int.Bytes and SetBytes have them:
// kube-apiserver stores them so, and reads yours.
//
// You write ports.go. Take reserves a port, the one that is asked for or any that is free; Release gives one back. In: a
// storage.Interface (chapter 5). Out: a port that is yours alone, also when another server takes one at the same time.
//
//	kubepath workshop check 17b
//	kubepath serve --with-exercise 17b
//	kubectl create service nodeport web --tcp 80
//
// In the server your map lies under /registry/ranges/yournodeports and chooses the port of each new service; the
// server's own map then books that port, and would refuse one that you have given away twice.
package exercise
