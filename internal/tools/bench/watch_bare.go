package main

import (
	"context"
	"io"
	"net/http"
	"sync"
)

// fanOut is the bare server: it writes what it is sent to every connection that is open, and knows nothing else.
type fanOut struct {
	mu   sync.Mutex
	open map[chan []byte]bool
}

// bytesOf makes a bare server whose writes are frame.
func bytesOf(frame []byte) func(context.Context) (served, error) {
	return func(context.Context) (served, error) {
		f := &fanOut{open: map[chan []byte]bool{}}
		mux := http.NewServeMux()
		mux.HandleFunc("GET /", f.watch)
		mux.HandleFunc("POST /", f.write)
		return served{Handler: mux, watch: "/", write: "/", method: http.MethodPost, body: frame, close: func() {}}, nil
	}
}

func (f *fanOut) watch(w http.ResponseWriter, r *http.Request) {
	frames := make(chan []byte, 16)
	f.mu.Lock()
	f.open[frames] = true
	f.mu.Unlock()
	defer func() {
		f.mu.Lock()
		defer f.mu.Unlock()
		delete(f.open, frames)
	}()
	out := http.NewResponseController(w)
	w.WriteHeader(http.StatusOK)
	out.Flush()
	for {
		select {
		case frame := <-frames:
			if _, err := w.Write(frame); err != nil || out.Flush() != nil {
				return
			}
		case <-r.Context().Done():
			return
		}
	}
}

func (f *fanOut) write(w http.ResponseWriter, r *http.Request) {
	frame, err := io.ReadAll(r.Body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusBadRequest)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	for frames := range f.open {
		frames <- frame
	}
	w.WriteHeader(http.StatusCreated)
}
