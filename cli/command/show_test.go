package command

import (
	"bytes"
	"os"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

func TestLine(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"go [############            ]  50 %  5.0 MiB of 10.0 MiB  2.5 MiB/s":   line("go", 5<<20, 10<<20, 2*time.Second),
		"go [                        ]   0 %  0 bytes of 10 bytes":              line("go", 0, 10, 0),
		"go [########################] 100 %  10 bytes of 10 bytes  10 bytes/s": line("go", 10, 10, time.Second),
		"go 1.5 KiB": line("go", 1536, -1, 0),
	} {
		if got != want {
			t.Errorf("%q, not %q", got, want)
		}
	}
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

// Only a terminal gets a bar.
func TestBarIsQuiet(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	bar := newBar(&b, "sending")
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
		bar := &bar{w: &b, verb: "sending", began: time.Now()}
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
