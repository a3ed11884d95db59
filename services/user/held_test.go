package user_test

import (
	"bufio"
	"encoding/base64"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"sgraph.ai/send/services/user"
	"sgraph.ai/send/shared/web"
)

// beginUpload announces a body of that many bytes, and sends its beginning.
func (s *site) beginUpload(t *testing.T, id, begin string, size int) (net.Conn, *bufio.Reader) {
	t.Helper()
	c, err := net.Dial("tcp", strings.TrimPrefix(s.url, "http://"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	fmt.Fprintf(c, "POST /api/transfers/upload/%s HTTP/1.1\r\nHost: send\r\nX-Sgraph-Access-Token: %s\r\n"+
		"Content-Length: %d\r\n\r\n%s", id, s.token, size, begin)
	return c, bufio.NewReader(c)
}

func answered(t *testing.T, r *bufio.Reader) int {
	t.Helper()
	resp, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	return resp.StatusCode
}

// Nothing is held for a transfer that waits for nothing: the answer comes before the body.
func TestNothingIsHeldForNothing(t *testing.T) {
	t.Parallel()
	s := start(t, nil)
	_, answer := s.beginUpload(t, "ffffffffffff", `{"data":"`, 4_000_000)
	if code := answered(t, answer); code != http.StatusNotFound {
		t.Errorf("answered %d", code)
	}
}

// Bodies that are held come in a certain number at once; who sends bytes as they are is not in their way.
func TestBodiesThatAreHeld(t *testing.T) {
	t.Parallel()
	s := start(t, func(set *user.Settings) {
		set.Patience = web.Patience{First: time.Hour, Most: time.Hour} // with what does not come
	})
	id := s.send("POST", "/api/transfers/create", map[string]any{}).want(200, "").json()["transfer_id"].(string)
	ciphertext, _ := sealed(t, 1000)
	body := `{"data":"` + base64.StdEncoding.EncodeToString(ciphertext) + `"}`
	const size = 4_900_000
	const most = 5 // of that size
	open := map[net.Conn]bool{}
	refused := make(chan net.Conn, most+4)
	for range most + 4 {
		c, answer := s.beginUpload(t, id, body[:9], size)
		open[c] = true
		go func() {
			resp, err := http.ReadResponse(answer, nil)
			if err != nil {
				return // it was held, and closed
			}
			resp.Body.Close()
			if resp.StatusCode != http.StatusTooManyRequests {
				t.Errorf("answered %d", resp.StatusCode)
			}
			refused <- c
		}()
	}
	for len(open) > most {
		delete(open, <-refused)
	}
	s.call("POST", "/api/transfers/upload/"+id, ciphertext, "x-sgraph-access-token", s.token).want(200, "")
	for c := range open {
		c.Close()
	}
	for deadline := time.Now().Add(time.Minute); ; time.Sleep(10 * time.Millisecond) {
		c, answer := s.beginUpload(t, id, body, len(body))
		if code := answered(t, answer); code == http.StatusOK {
			break
		} else if time.Now().After(deadline) {
			t.Fatalf("what is closed is held for ever: %d", code)
		}
		c.Close()
	}
}
