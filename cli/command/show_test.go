package command

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/shared/send"
)

func TestLine(t *testing.T) {
	t.Parallel()
	const all, half, minutes = 10 << 20, 5 << 20, 200 << 20
	for _, c := range []struct {
		columns int
		progress
		want string
	}{
		{100, progress{"go", half, all, 2.5 * (1 << 20)},
			"go [############            ]  50 %  5.0 MiB of 10.0 MiB  2.5 MiB/s  2 s left"},
		{100, progress{"go", 0, 10, 0}, "go [                        ]   0 %  0 bytes of 10 bytes"},
		{100, progress{"go", 10, 10, 10}, "go [########################] 100 %  10 bytes of 10 bytes  10 bytes/s"},
		{80, progress{"receiving", half, minutes, 1 << 20},
			"receiving [            ]   2 %  5.0 MiB of 200.0 MiB  1.0 MiB/s  3 min left"},
		{60, progress{"receiving", half, minutes, 1 << 10},
			"receiving 2 %  5.0 MiB of 200.0 MiB  1.0 KiB/s  55 h left"},
		{40, progress{"receiving", half, minutes, 1 << 20}, "receiving 2 %  1.0 MiB/s  3 min left"},
		{30, progress{"receiving", half, minutes, 1 << 20}, "receiving 2 %  3 min left"},
		{8, progress{"receiving", half, minutes, 1 << 20}, "receivi"},
		{80, progress{"go", 1536, -1, 0}, "go 1.5 KiB"},
	} {
		if got := c.line(c.columns); got != c.want {
			t.Errorf("in %d columns %q, not %q", c.columns, got, c.want)
		}
	}
	for columns := range 120 { // nothing reaches the last column
		p := progress{"Backing up", 1 << 61, 1 << 62, 1}
		if got := p.line(columns); len(got) >= max(1, columns) {
			t.Errorf("in %d columns: %q", columns, got)
		}
	}
}

// While a connection is made again, that is what stands there, and what was there before
// counts for no speed.
func TestBarPauses(t *testing.T) {
	t.Parallel()
	for form, want := range map[string]string{
		progressBar:   "\rsending: the connection was lost, again in 3 s\x1b[K",
		progressPlain: "sending: the connection was lost, again in 3 s\n",
		progressNone:  "",
	} {
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			bar := Env{Err: &b, manner: &manner{progress: form}}.newBar("sending")
			bar.show(1<<20, 4<<20)
			bar.again(send.Fail(send.Unavailable, "gone"), 3*time.Second)
			if b.String() != want {
				t.Errorf("%s: %q", form, &b)
			}
			b.Reset()
			time.Sleep(10 * time.Second)
			bar.show(2<<20, 4<<20)
			if said := b.String(); form == progressBar && !strings.Contains(said, "102.4 KiB/s  20 s left") {
				t.Errorf("%s: %q", form, said)
			}
		})
	}
}

// A service that answers was not lost either.
func TestBarTellsOfAServiceThatIsNotReady(t *testing.T) {
	t.Parallel()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
	}))
	defer s.Close()
	var b bytes.Buffer
	bar := Env{Err: &b, manner: &manner{progress: progressPlain}}.newBar("sending")
	stopped, stop := context.WithCancel(t.Context())
	api := &client.Client{Server: s.URL, Pausing: func(err error, _ time.Duration) {
		bar.again(err, time.Second)
		stop()
	}}
	if _, err := api.Info(stopped, "4abd0a491ed3"); err == nil {
		t.Error("it succeeded")
	}
	if want := "sending: the service is away for the moment, again in 1 s\n"; b.String() != want {
		t.Errorf("%q, not %q", &b, want)
	}
}

// What was never there was not lost.
func TestBarTellsWhoCannotBeReached(t *testing.T) {
	t.Parallel()
	_, refused := new(net.Dialer).DialContext(t.Context(), "tcp", "127.0.0.1:1")
	if refused == nil {
		t.Skip("somebody listens at port 1")
	}
	var b bytes.Buffer
	bar := Env{Err: &b, manner: &manner{progress: progressPlain}}.newBar("sending")
	bar.again(send.Because(send.Unavailable, refused, "it cannot be reached"), time.Second)
	if want := "sending: the service cannot be reached, again in 1 s\n"; b.String() != want {
		t.Errorf("%q, not %q", &b, want)
	}
}

// Parts that wait for the same say it once, and again when they have to wait once more.
func TestBarTellsOfAPauseOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		bar := Env{Err: &b, manner: &manner{progress: progressPlain}}.newBar("sending")
		for range 2 {
			for range 3 {
				bar.pause("the connection was lost", time.Second)
				bar.pause("the service asks for patience", time.Minute)
			}
			time.Sleep(time.Second)
		}
		want := "sending: the connection was lost, again in 1 s\n" +
			"sending: the service asks for patience, again in 60 s\n" +
			"sending: the connection was lost, again in 1 s\n"
		if b.String() != want {
			t.Errorf("%q, not %q", &b, want)
		}
	})
}

func TestSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{
		0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 3 << 30: "3.0 GiB", 5 << 50: "5.0 PiB", 1 << 62: "4096.0 PiB",
	} {
		if got := size(n); got != want {
			t.Errorf("%d: %s", n, got)
		}
	}
}

// Only a terminal gets a bar, where no other was asked for.
func TestBarIsQuiet(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	bar := Env{Err: &b}.newBar("sending")
	bar.show(1, 2)
	bar.end()
	f, err := os.Create(t.TempDir() + "/log")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if isTerminal(f) || b.Len() > 0 {
		t.Errorf("wrote %q", &b)
	}
}

// On a terminal it is drawn now and then, and removed at the end.
func TestBarIsDrawn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var b bytes.Buffer
		bar := &bar{w: &b, verb: "sending", began: time.Now(), first: -1}
		for i := range int64(1000) { // a second
			bar.show(i, 2000)
			time.Sleep(time.Millisecond)
		}
		bar.show(2000, 2000)
		bar.end()
		if n := strings.Count(b.String(), "%"); n != 11 || !strings.HasSuffix(b.String(), "\r\x1b[K") {
			t.Errorf("%d times: %q", n, &b)
		}
	})
}

// Elsewhere a line is written now and then, as often as was asked for.
func TestLinesAreWritten(t *testing.T) {
	t.Parallel()
	const minutes = 2
	for form, want := range map[string]int{
		progressAuto: minutes * 2, progressPlain: minutes * 12, progressNone: 0, progressBar: minutes*600 + 1,
	} {
		synctest.Test(t, func(t *testing.T) {
			var b bytes.Buffer
			bar := Env{Err: &b, manner: &manner{progress: form}}.newBar("sending")
			for i := range int64(minutes * 60 * 20) {
				bar.show(i, minutes*60*20)
				time.Sleep(50 * time.Millisecond)
			}
			bar.show(minutes*60*20, minutes*60*20)
			bar.end()
			n := strings.Count(b.String(), "sending")
			if n < want-1 || n > want+1 {
				t.Errorf("%s: %d times", form, n)
			}
			if form == progressPlain && !strings.Contains(b.String(), "sending: 50 %, 1.2 KiB of 2.3 KiB  20 bytes/s\n") {
				t.Errorf("it says %s", &b)
			}
		})
	}
	var b bytes.Buffer
	quiet := Env{Err: &b, manner: &manner{progress: progressBar, quiet: true}}.newBar("sending")
	quiet.show(2, 2)
	quiet.end()
	if b.Len() > 0 {
		t.Errorf("wrote %q", &b)
	}
}

func TestByteRate(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]int64{
		"0": 0, "20000": 20000, "500K": 500 << 10, "2M": 2 << 20, "2m": 2 << 20, "1.5G": 3 << 29,
		"2MiB/s": 2 << 20, "2MB": 2 << 20,
	} {
		var r byteRate
		if err := r.Set(in); err != nil || int64(r) != want {
			t.Errorf("%s: %d, %v", in, r, err)
		}
	}
	for _, in := range []string{"", "K", "-1M", "1T", "NaN", "Inf", "1e30G", "100", "11K", "fast"} {
		var r byteRate
		if err := r.Set(in); err == nil {
			t.Errorf("%q is taken for %d", in, r)
		}
	}
}

func TestLifetime(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]time.Duration{
		"30m": 30 * time.Minute, "12h": 12 * time.Hour, "1d": 24 * time.Hour, "2w": 14 * 24 * time.Hour,
	} {
		var l lifetime
		if err := l.Set(in); err != nil || time.Duration(l) != want || l.String() != in {
			t.Errorf("%s: %v, %v", in, &l, err)
		}
	}
	for _, in := range []string{"", "d", "1", "0d", "-1d", "1.5d", "1y", "99999d", "1 d"} {
		var l lifetime
		if err := l.Set(in); err == nil {
			t.Errorf("%q is taken for %v", in, &l)
		}
	}
}
