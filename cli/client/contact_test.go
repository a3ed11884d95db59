package client_test

import (
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/send"
)

// atAClosedPort is what the system says of one, as net/http has it.
func atAClosedPort() error {
	return &net.OpError{Op: "dial", Net: "tcp", Err: os.NewSyscallError("connect", syscall.ECONNREFUSED)}
}

// Where nothing listens, that is said soon; a service that answered before is waited for.
func TestNobodyThere(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		answers []bool // whether the service does, each time it is asked; then it does not
		asks    int    // for what is known of a transfer
		asked   int    // in all
		least   time.Duration
		most    time.Duration
		says    string
	}{
		"never":  {nil, 1, 2, 0, time.Second, "nothing answers at http://service.test"},
		"before": {[]bool{true}, 2, 1 + 6, 5 * time.Second, time.Minute, "cannot be reached"},
		"then":   {[]bool{false, true}, 1, 2, 0, time.Second, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				asked := 0
				service := through(func(*http.Request) (*http.Response, error) {
					if asked++; asked <= len(c.answers) && c.answers[asked-1] {
						return replying(strings.NewReader(infoReply)), nil
					}
					return nil, atAClosedPort()
				})
				began := time.Now()
				var err error
				for range c.asks {
					_, err = service.Info(t.Context(), "000000000000")
				}
				took := time.Since(began)
				if asked != c.asked || took < c.least || took > c.most {
					t.Errorf("asked %d times within %v", asked, took)
				}
				if c.says == "" && err != nil ||
					c.says != "" && (send.CodeOf(err) != send.Unavailable || !strings.Contains(err.Error(), c.says)) {
					t.Error(err)
				}
			})
		})
	}
}

// What answers but cannot be the service, by its certificate, or without TLS, is not asked
// again.
func TestAStranger(t *testing.T) {
	t.Parallel()
	h := http.NotFoundHandler()
	untrusted, plain := httptest.NewUnstartedServer(h), httptest.NewServer(h)
	untrusted.Config.ErrorLog = log.New(io.Discard, "", 0) // it is told that nobody trusts it
	untrusted.StartTLS()
	defer untrusted.Close()
	defer plain.Close()
	for address, says := range map[string]string{
		untrusted.URL: "does not prove to be the service",
		"https" + strings.TrimPrefix(plain.URL, "http"): "has no TLS",
	} {
		c := &client.Client{Server: address, Pause: func(time.Duration) time.Duration {
			t.Errorf("%s: it is asked again", says)
			return 0
		}}
		_, err := c.Info(t.Context(), "000000000000")
		if send.CodeOf(err) != send.Unavailable || !strings.Contains(err.Error(), address+" "+says) {
			t.Error(err)
		}
	}
}

// A port at which nothing listens is one for the system, too.
func TestAClosedPort(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l.Close()
	tries := 0
	c := &client.Client{Server: "http://" + l.Addr().String(), Pause: func(time.Duration) time.Duration {
		tries++
		return 0
	}}
	_, err = c.Info(t.Context(), "000000000000")
	if send.CodeOf(err) != send.Unavailable || !strings.Contains(err.Error(), "nothing answers") || tries != 1 {
		t.Errorf("after %d more tries: %v", tries, err)
	}
}
