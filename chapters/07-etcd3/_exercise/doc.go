// Package exercise is exercise 7: the two writes on which all of Kubernetes stands.
//
// You write write.go, two methods of chapter 7's storage:
//
//	Create             puts an object under a key, if nothing lies there
//	GuaranteedUpdate   puts an object, if nobody has changed it since it was
//	                   read; else it tries again
//
// In: keys and objects, as the registry's Store (chapter 6) hands them over. Out: transactions of etcd. An etcd
// transaction is If(comparisons).Then(operations).Else(operations).Commit(), all in one step that nobody can come between:
//
//	answer, err := s.kv.Txn(ctx).
//		If(clientv3.Compare(clientv3.ModRevision(key), "=", 7)).
//		Then(clientv3.OpPut(key, "v")).
//		Else(clientv3.OpGet(key)).
//		Commit()
//
// answer.Succeeded says which branch ran, answer.Header.Revision is the revision of the database after it, and
// answer.Responses[0].GetResponseRange().Kvs is what an OpGet in that branch found.
//
// What is not the subject is there already, in storage.go: keys, bytes, leases, out-pointers. Everything that you do not
// write (Get, GetList, Watch, Delete) is chapter 7's, by embedding. So your Storage is a whole storage.Interface, and the
// whole server can run on it:
//
//	kubepath workshop check 7
//	kubepath serve --with-exercise 7
//	kubepath trace --with-exercise 7
package exercise
