// Package exercise is exercise 6b: a name for an object that has none.
//
// A client may leave the name to the server: generateName instead of name. ReplicaSets name their Pods so, Jobs too, and
// kubectl create -f (never apply). You write create.go: a Namer, which stands before a resource's Create.
//
// In: an object with a generateName, say web-, and the Create of chapter 6. Out: what that Create answers for an object called
// web-x7k2p: the prefix and five random characters. What there is to think of:
//
//   - A name of more than 63 characters is too long for a DNS label, which the names of Pods and Services become. The prefix is
//     cut, not the random part.
//   - The name may be taken. Only Create itself can tell: asking before leaves a gap. Then another name is tried, up to
//     eight in all; after that the client hears what Create said, AlreadyExists, and can try again.
//   - Any other error is final. No name makes an invalid object valid.
//   - Create changes the object that it is given, also when it fails. Each attempt begins from what the client sent.
//
// An object that has a name keeps it. The whole server can run on it; the name that you see is yours:
//
//	kubepath workshop check 6b
//	kubepath serve --with-exercise 6b
//	printf 'apiVersion: v1\nkind: ConfigMap\nmetadata: {generateName: web-}\n' | kubectl create -f -
package exercise
