package main

import (
	"bufio"
	"bytes"
	"crypto/tls"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"slices"
	"sync"
	"time"
)

// watchLoad tells the other process what to do: open so many watches, say so on a line, wait for a line, write so often,
// each time when all have seen what was written before, and say what was seen. NAME in Body is another one each time.
type watchLoad struct {
	Watch, Write, Method string
	Body                 []byte
	Watchers, Writes     int
}

// seen is what the clients saw: how long it took from the beginning of a write until a client had the whole event.
type seen struct {
	P50, P99 time.Duration
	Frame    []byte // the first event
}

// sighting is a frame that one client has.
type sighting struct {
	at    time.Time
	frame []byte
}

func loadWatches(said string) error {
	var load watchLoad
	if err := json.Unmarshal([]byte(said), &load); err != nil {
		return err
	}
	client := &http.Client{Transport: &http.Transport{
		TLSClientConfig: &tls.Config{InsecureSkipVerify: true}, ForceAttemptHTTP2: true, // a server of this benchmark's own
	}}
	sightings := make(chan sighting, load.Watchers)
	if err := load.open(client, sightings); err != nil {
		return err
	}
	fmt.Println("open")
	bufio.NewReader(os.Stdin).ReadString('\n')
	result, err := load.write(client, sightings)
	if err != nil {
		return err
	}
	if err := json.NewEncoder(os.Stdout).Encode(result); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, os.Stdin) // until the server is measured
	return err
}

// atOnce is how many watches are being opened at a time.
const atOnce = 8

// open opens the watches; each reports every frame. What existed before is none.
func (l watchLoad) open(client *http.Client, sightings chan<- sighting) error {
	var opening sync.WaitGroup
	errs, places := make(chan error, l.Watchers), make(chan struct{}, atOnce)
	for range l.Watchers {
		places <- struct{}{}
		opening.Go(func() {
			defer func() { <-places }()
			answer, err := client.Get(l.Watch)
			if err == nil && answer.StatusCode != http.StatusOK {
				err = fmt.Errorf("GET %s: %s", l.Watch, answer.Status)
			}
			if err != nil {
				errs <- err
				return
			}
			go read(answer.Body, sightings)
		})
	}
	opening.Wait()
	select {
	case err := <-errs:
		return err
	default:
		return nil
	}
}

// read reports frames. The bytes are kept of none but the shortest time.
func read(body io.Reader, sightings chan<- sighting) {
	lines := bufio.NewReaderSize(body, 64<<10)
	for {
		line, err := lines.ReadSlice('\n')
		if err != nil {
			return
		}
		if !bytes.Contains(line, []byte(`"kube-root-ca.crt"`)) {
			sightings <- sighting{time.Now(), line}
		}
	}
}

func (l watchLoad) write(client *http.Client, sightings <-chan sighting) (result seen, err error) {
	var took []time.Duration
	for i := range l.Writes {
		body := bytes.ReplaceAll(l.Body, []byte("NAME"), fmt.Appendf(nil, "n-%06d", i))
		r, err := http.NewRequest(l.Method, l.Write, bytes.NewReader(body))
		if err != nil {
			return result, err
		}
		r.Header.Set("Content-Type", "application/json")
		began := time.Now()
		answer, err := client.Do(r)
		if err != nil {
			return result, err
		}
		text, err := io.ReadAll(answer.Body)
		answer.Body.Close()
		if err != nil || answer.StatusCode >= 300 {
			return result, fmt.Errorf("%s %s: %s %s %w", l.Method, l.Write, answer.Status, text, err)
		}
		for range l.Watchers {
			s := <-sightings
			took = append(took, s.at.Sub(began))
			if result.Frame == nil {
				result.Frame = bytes.Clone(s.frame)
			}
		}
	}
	slices.Sort(took)
	result.P50, result.P99 = took[len(took)/2], took[len(took)*99/100]
	return result, nil
}
