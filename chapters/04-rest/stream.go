package rest

import (
	"context"
	"io"
	"net/http"
)

// ResourceStreamer is an object that is answered as a stream of bytes of its own and not encoded (the log of a pod).
// Upstream: rest.ResourceStreamer.
type ResourceStreamer interface {
	// InputStream opens the stream; a nil one means that there is nothing to say. flush: each piece is sent as soon as it is
	// there. An empty contentType means bytes.
	InputStream(ctx context.Context, apiVersion, accept string) (stream io.ReadCloser, flush bool, contentType string, err error)
}

// stream copies the stream to the client. Upstream: responsewriters.StreamObject.
func (c *Call) stream(status int, s ResourceStreamer) {
	from, flush, contentType, err := s.InputStream(c.Context, c.Kind.GroupVersion().String(), c.Request.Header.Get("Accept"))
	if err != nil {
		ErrorNegotiated(c.Writer, c.Request, c.Codecs, err)
		return
	}
	if from == nil {
		c.Writer.WriteHeader(http.StatusNoContent)
		return
	}
	defer from.Close()
	if contentType == "" {
		contentType = "application/octet-stream"
	}
	c.Writer.Header().Set("Content-Type", contentType)
	c.Writer.WriteHeader(status)
	out := http.NewResponseController(c.Writer)
	out.Flush() //nolint:errcheck // a writer that cannot flush sends all the same
	var to io.Writer = c.Writer
	if flush {
		to = flushing{c.Writer, out}
	}
	io.Copy(to, from) //nolint:errcheck // either end may go at any time
}

// flushing sends each piece at once.
type flushing struct {
	io.Writer
	out *http.ResponseController
}

func (f flushing) Write(p []byte) (int, error) {
	n, err := f.Writer.Write(p)
	if err != nil {
		return n, err
	}
	return n, f.out.Flush()
}
