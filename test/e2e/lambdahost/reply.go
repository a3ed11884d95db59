package lambdahost

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// prelude is the part of a streamed reply that comes before its body.
type prelude struct {
	StatusCode int               `json:"statusCode"`
	Headers    map[string]string `json:"headers"`
	Cookies    []string          `json:"cookies"`
}

// separator ends the prelude.
var separator = make([]byte, 8)

// maxPrelude is far more than any reply's status and headers.
const maxPrelude = 256 << 10

// copyReply passes a reply on, each piece as it comes. It says whether all of
// it came.
func copyReply(w http.ResponseWriter, got reply) (complete bool) {
	if !got.streamed {
		refuse(w, http.StatusBadGateway, "the function did not stream its reply, which its URL expects")
		io.Copy(io.Discard, got.body)
		return true
	}
	body := bufio.NewReaderSize(got.body, 64<<10)
	head, err := readPrelude(body)
	if err != nil {
		refuse(w, http.StatusBadGateway, err.Error())
		return true
	}
	for name, value := range head.Headers {
		w.Header().Set(name, value)
	}
	for _, cookie := range head.Cookies {
		w.Header().Add("Set-Cookie", cookie)
	}
	if head.StatusCode == 0 {
		head.StatusCode = http.StatusOK
	}
	w.WriteHeader(head.StatusCode)
	flusher := http.NewResponseController(w)
	buffer := make([]byte, 32<<10)
	for {
		n, err := body.Read(buffer)
		if n > 0 {
			if _, failed := w.Write(buffer[:n]); failed != nil {
				io.Copy(io.Discard, body) // the caller has gone; the function may finish
				return true
			}
			flusher.Flush()
		}
		if errors.Is(err, io.EOF) {
			return got.trailer.Get("Lambda-Runtime-Function-Error-Type") == ""
		}
		if err != nil {
			return false
		}
	}
}

// readPrelude reads JSON up to eight NUL bytes.
func readPrelude(r *bufio.Reader) (prelude, error) {
	var text []byte
	for !bytes.HasSuffix(text, separator) {
		b, err := r.ReadByte()
		if err != nil {
			return prelude{}, fmt.Errorf("the reply ends before its headers do: %w", err)
		}
		if text = append(text, b); len(text) > maxPrelude {
			return prelude{}, errors.New("the reply has no separator between headers and body")
		}
	}
	var head prelude
	if err := json.Unmarshal(text[:len(text)-len(separator)], &head); err != nil {
		return prelude{}, fmt.Errorf("the reply's headers are not JSON: %w", err)
	}
	return head, nil
}
