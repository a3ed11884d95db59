//go:build unix

package command_test

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/internal/site"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/test/nightly"
)

// Whatever happens to somebody who receives a file, in whatever order: the line breaks, the
// process is ended or killed, the service starts anew, the time of a URL is over, the key is
// wrong, the target cannot be written, or is another one each time: who has the right key in
// the end, within the hour, gets the file, and it counts once.
func TestAnyInterleaving(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1000, 300_000, 3 << 20, 40 << 20} {
		for _, noURL := range []bool{false, true} {
			t.Run(fmt.Sprintf("%d bytes, no URL: %v", size, noURL), func(t *testing.T) {
				t.Parallel()
				s := site.Start(t)
				rounds := nightly.Or(3, 100)
				if size > 16<<20 {
					rounds = nightly.Or(1, 20)
				}
				for range rounds {
					seed := rand.Uint64()
					if interleave(t, s, rand.New(rand.NewPCG(seed, 0)), size, noURL); t.Failed() {
						t.Fatalf("seed %d", seed)
					}
				}
			})
		}
	}
}

// chances is a recipient to whom things happen.
type chances struct {
	*recipient
	link    envelope.Link
	line    *site.Line
	process atomic.Pointer[running]
}

func interleave(t *testing.T, s *site.Site, r *rand.Rand, size int, noURL bool) {
	t.Helper()
	s.Fail(nil)
	if r.IntN(2) == 0 {
		withoutLabels(s)
	}
	c := &chances{recipient: newRecipientAt(t, s, "a.bin", size)}
	var err error
	if c.link, err = envelope.ParseLink(c.recipient.link); err != nil {
		t.Fatal(err)
	}
	service := &client.Client{Server: s.URL}
	info, err := service.Info(t.Context(), c.link.ID)
	if err != nil {
		t.Fatal(err)
	}
	c.line = s.NewLine(info.PayloadBytes, noURL)
	restart := func() {
		if err := s.Restart(); err != nil {
			t.Error(err)
		}
	}
	var did []string
	for range r.IntN(6) {
		c.line.Some(r, c.ends(syscall.SIGKILL), c.ends(syscall.SIGKILL), c.ends(syscall.SIGTERM), restart,
			c.line.Outlive, nil)
		right, output := c.recipient.link, c.target(r)
		switch r.IntN(7) {
		case 0:
			if c.line.Plan(); c.line.Spare() > c.line.Size { // all of it comes before that is known
				c.recipient.link = right[:len(right)-43] + envelope.NewKey().String()
			}
		case 1:
			if c.line.Plan(); c.line.Spare() > c.line.Size && size > 0 {
				output = "/dev/full"
			}
		case 2:
			output = "nowhere/a.bin"
		case 3:
			c.line.Outlive()
		case 4:
			c.line.Pass(r)
		case 5:
			restart()
		}
		p, code := c.try(t, output)
		c.recipient.link = right
		if did = append(did, fmt.Sprintf("-o %s: %d: %s", output, code, &p.err)); code == 0 {
			c.receivedOnce(t, p, output, did)
			return
		}
	}
	c.line.Plan()
	output := c.target(r)
	p, code := c.try(t, output)
	if did = append(did, fmt.Sprintf("-o %s: %d: %s", output, code, &p.err)); code != 0 {
		t.Errorf("it does not come: %q", did)
		return
	}
	c.receivedOnce(t, p, output, did)
}

func (c *chances) target(r *rand.Rand) string { return []string{".", "b.bin", "-"}[r.IntN(3)] }

// try is a process that receives it, until it ends.
func (c *chances) try(t *testing.T, output string) (*running, int) {
	t.Helper()
	c.process.Store(nil)
	p := c.begin(t, "-o", output)
	c.process.Store(p)
	code := p.end(t)
	c.line.Rest()
	return p, code
}

// ends ends the process that is at it by a signal.
func (c *chances) ends(by syscall.Signal) func() {
	return func() {
		for c.process.Load() == nil {
			time.Sleep(time.Millisecond)
		}
		_ = c.process.Load().Process.Signal(by) // it may have ended
	}
}

// receivedOnce says that the content came, that it was counted once and cannot be had again,
// and that nothing is left.
func (c *chances) receivedOnce(t *testing.T, p *running, output string, did []string) {
	t.Helper()
	switch output {
	case "-":
		if !bytes.Equal(p.out.Bytes(), c.content) || c.counted(t) != 1 {
			t.Errorf("%d bytes came, of %d, or others; %d downloads were counted", p.out.Len(), len(c.content), c.counted(t))
		}
		// Of another target there is what had arrived; nothing that looks like the file.
		if names := left(t, c.dir); slices.ContainsFunc(names, func(n string) bool { return !strings.HasPrefix(n, ".") }) {
			t.Errorf("left %v", names)
		}
	case ".":
		c.has(t, "a.bin")
	default:
		c.has(t, output)
	}
	if _, err := (&client.Client{Server: c.s.URL}).Download(t.Context(), c.link.ID); send.ReasonOf(err) !=
		send.ReasonExhausted {
		t.Errorf("another download: %v", err)
	}
	if t.Failed() {
		t.Logf("after %q", did)
	}
}
