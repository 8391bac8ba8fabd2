package exercise

import (
	"io"
	"net/http"
	"strconv"
	"time"
)

// asksToWait says whether the server wants to be asked again, and after how long: it is busy (429) or cannot (500 and
// above), and says so in seconds. Without the header, the answer is final.
func asksToWait(answer *http.Response) (wait time.Duration, again bool) {
	if answer.StatusCode != http.StatusTooManyRequests && answer.StatusCode < 500 {
		return 0, false
	}
	seconds, err := strconv.Atoi(answer.Header.Get("Retry-After"))
	return time.Duration(seconds) * time.Second, err == nil
}

// discard throws an answer away. Its connection can be used again.
func discard(answer *http.Response) {
	_, _ = io.CopyN(io.Discard, answer.Body, 2<<10)
	_ = answer.Body.Close()
}
