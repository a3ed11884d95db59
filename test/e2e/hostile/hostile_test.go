package hostile

import (
	"bufio"
	"bytes"
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/wire"
)

const both = wire.User | wire.Admin

// patience is how long one answer is waited for at most.
const patience = time.Minute

// TestAttempts sends every attempt to both services of "sgsend serve". Meanwhile honest
// neighbours ask on connections of their own, and each must have its own answers.
func TestAttempts(t *testing.T) {
	t.Parallel()
	served(t).attempt(t, attempts)
}

// TestAttemptsAtTheDeployedZips sends the functions of a stack, in a Lambda host, what
// can reach them there.
func TestAttemptsAtTheDeployedZips(t *testing.T) {
	t.Parallel()
	deployed(t).attempt(t, slices.DeleteFunc(slices.Clone(attempts), func(a attempt) bool { return a.framing }))
}

// attempt makes attempts at both services.
func (p *pair) attempt(t *testing.T, all []attempt) {
	t.Helper()
	honest := p.neighbours(t)
	for _, a := range all {
		for service, at := range map[wire.Service]*service{wire.User: p.user, wire.Admin: p.admin} {
			if a.of != 0 && a.of&service == 0 {
				continue
			}
			want := a.answer
			if at == p.admin {
				want = cmp.Or(a.admin, want)
			}
			t.Run(at.name+": "+a.topic+": "+a.name, func(t *testing.T) {
				got := at.hear(t, p.genuine.Replace(a.sent), a.ends)
				if got != want {
					t.Errorf("it is answered %q, want %q", got, want)
				}
				at.isWell(t)
			})
		}
	}
	honest()
	look := "GET /tokens/lookup/forged HTTP/1.1\r\nHost: x\r\nX-Api-Key: " + key + "\r\n\r\n"
	if found := p.admin.hear(t, look, false); found != "404, honest" {
		t.Errorf("another site has made a token: %q", found)
	}
}

// fence is the honest request behind an attempt.
const fence = "GET /info/status HTTP/1.1\r\nHost: x\r\nX-Api-Key: " + key + "\r\nConnection: close\r\n\r\n"

// hear sends bytes on a connection of their own, and says what is answered until it is
// closed: the statuses, and whether the last is that of the honest request.
func (s *service) hear(t *testing.T, text string, ends bool) string {
	t.Helper()
	conn := s.dial(t)
	defer conn.Close()
	go func() { // who closes early need not take all of it
		if !ends {
			text += fence
		}
		_, _ = io.WriteString(conn, text)
		if ends {
			_ = conn.(*net.TCPConn).CloseWrite()
		}
	}()
	var heard []string
	from, honest := bufio.NewReader(conn), false
	for {
		res, err := http.ReadResponse(from, nil)
		if err != nil {
			if isTimeout(err) {
				t.Errorf("after %q nothing comes, and the connection stays open", heard)
			}
			break
		}
		body, _ := io.ReadAll(res.Body)
		honest = res.StatusCode == http.StatusOK && bytes.Contains(body, []byte(`"operational"`))
		heard = append(heard, fmt.Sprint(res.StatusCode))
		given := slices.ContainsFunc(res.Cookies(), func(c *http.Cookie) bool { return c.MaxAge >= 0 })
		if given || strings.Contains(res.Header.Get("Location"), "other.example") ||
			res.Header.Get("Access-Control-Allow-Origin") != "" {
			heard = append(heard, fmt.Sprint("with ", res.Header))
		}
	}
	switch {
	case len(heard) == 0:
		return "closed"
	case honest && !ends:
		heard[len(heard)-1] = "honest"
		return strings.Join(heard, ", ")
	}
	return strings.Join(heard, ", ") + ", closed"
}

func isTimeout(err error) bool {
	of, ok := errors.AsType[net.Error](err)
	return ok && of.Timeout()
}

func (s *service) dial(t testing.TB) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.address)
	if err != nil {
		t.Fatal(err)
	}
	_ = conn.SetDeadline(time.Now().Add(patience))
	return conn
}

// isWell asks what an honest client does.
func (s *service) isWell(t *testing.T) {
	t.Helper()
	if got := s.hear(t, "GET /info/health HTTP/1.1\r\nHost: x\r\n\r\n", false); got != "200, honest" {
		t.Errorf("an honest request is then answered %q", got)
	}
}

// neighbours ask for what is theirs, on connections that stay open, until done is
// called, and fail the test for any other answer.
func (p *pair) neighbours(t *testing.T) (done func()) {
	t.Helper()
	stop := make(chan struct{})
	var all sync.WaitGroup
	for service, own := range map[*service][]string{p.user: p.transfers, p.admin: p.tokens} {
		for _, name := range own {
			all.Go(func() {
				client := &http.Client{Transport: &http.Transport{MaxConnsPerHost: 1}, Timeout: patience}
				defer client.CloseIdleConnections()
				for n := 0; ; n++ {
					select {
					case <-stop:
						if n == 0 {
							t.Errorf("the neighbour %s never asked", name)
						}
						return
					case <-time.After(5 * time.Millisecond):
					}
					if err := p.asksFor(client, service, name); err != nil {
						t.Errorf("the neighbour %s is answered: %v", name, err)
						return
					}
				}
			})
		}
	}
	return func() { close(stop); all.Wait() }
}

// asksFor asks for a transfer or a token, and expects it.
func (p *pair) asksFor(c *http.Client, s *service, name string) error {
	path, field := wire.TransferInfo.To(name), "transfer_id"
	if s == p.admin {
		path, field = wire.LookupToken.To(name), "token_name"
	}
	r, err := http.NewRequest(http.MethodGet, "http://"+s.address+path, nil)
	if err != nil {
		return err
	}
	r.Header.Set(wire.DefaultAPIKey, key)
	res, err := c.Do(r)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	var said map[string]any
	if err == nil {
		err = json.Unmarshal(body, &said)
	}
	if err != nil || res.StatusCode != http.StatusOK || said[field] != name {
		return fmt.Errorf("%d %q, %w", res.StatusCode, body, err)
	}
	return nil
}
