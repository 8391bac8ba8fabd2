// Package exercise is exercise 7b: a list in pages that all show one state.
//
// You write page.go, one method of chapter 7's storage: GetList for what clients ask most, a whole prefix without a
// selector, in pages of a limit.
//
// In: a prefix like /registry/pods/default/, a limit, and from the second page on a continue token, which chapter 5 has
// already turned into a key to go on at and a revision. Out: the objects of the page, in the order of their keys; a token
// that leads to the next page, if there is one; and how many objects are still to come.
//
// While a client reads its pages, others write. A list that begins at 10:00 and ends at 10:01 must not show half of one
// state and half of another: all pages show the cluster as it was when the first one was read. Etcd can do that, since it
// keeps old revisions for a while:
//
//	answer, err := s.kv.Get(ctx, "/a/b", clientv3.WithRange("/a0"),
//		clientv3.WithLimit(2), clientv3.WithRev(7))
//
// reads at most two keys, from /a/b up to /a0 (which is not read), as they were at revision 7; WithRev(0) means now.
// answer.Kvs has them, answer.More says that there are more, answer.Count how many from /a/b on in all, and
// answer.Header.Revision what the database's newest revision is, whatever was asked for.
//
//	kubepath workshop check 7b
//	kubepath serve --with-exercise 7b
package exercise
