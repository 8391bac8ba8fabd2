// Package exercise: from bytes to an object.
//
// A client has sent {"kind":"Pod","apiVersion":"v1","metadata":{"name":"nginx"}}. Nobody but these bytes knows what they
// are, and Go wants a type before it reads a field. Reader.Read finds it:
//
//		bytes -> kind -> Go type -> fields
//
//	 1. The kind that the body names: kindNamedBy (given.go). It may be incomplete.
//	 2. What the body leaves out, the path has: a POST to /api/v1/namespaces/default/pods implies v1 Pod. A body that
//	    names no kind has the implied kind; a body that names no version (and so no group) has the implied group and
//	    version. What the body names goes before what the path implies: whether the two agree is decided elsewhere, with
//	    an error for the client.
//	 3. An empty object of the Go type that the scheme has for this kind: Scheme.New(kind).
//	 4. The fields: readFields (given.go). It returns an error where the bytes do not fit the type, and complaints: fields
//	    that the type does not have, and fields that come twice.
//
// A Reader that is Strict reports the complaints with runtime.NewStrictDecodingError(complaints), and returns the object
// all the same: ?fieldValidation=Warn makes warnings of them and goes on. A lenient Reader drops them.
//
// The kind is returned with every error after step 2, so that the message to the client can begin with it. Where step 1
// fails, it is empty.
//
// Write it in read.go. In the server, your Reader then reads every JSON body.
package exercise
