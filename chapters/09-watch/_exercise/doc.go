// Package exercise is exercise 9: an answer that does not end.
//
// You write stream.go: Stream, which sends the events of a watch to a client.
//
// In: the events, in a channel (events.ResultChan()); the client's w, an http.ResponseWriter; frame, which makes the bytes
// of an event; and ctx, which ends when the watch's time is over, the client has gone or the server stops. Out: on the
// wire, the status 200 at once, and then the bytes of each event.
//
//	the client waits       for the headers: it has them before the first event, which may come in an hour
//	an event               reaches the client as soon as it is there: what is written lies in a buffer until it is flushed
//	events in the channel  leave together: one flush for all that is there, since each is a packet
//	the end                when the channel is closed, when ctx ends, when a write fails, when frame fails
//
// w is wrapped several times by the filters before you: http.NewResponseController(w) finds the Flush behind the wrappers.
// Return nil, however the stream ends: the answer has begun, and no error could be told any more.
//
//	kubepath workshop check 9
//	kubepath serve --with-exercise 9
//	kubepath trace watch configmaps --with-exercise 9
package exercise
