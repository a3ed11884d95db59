package server

import (
	"context"
	"strings"
	"testing"

	"sgraph.ai/send/cli/client"
)

// upgrade installs another version while people send and receive. Where there is
// something large, an upload and a download of it begin with the old process of
// the first unit and end after that was told to.
func (m *machine) upgrade(t *testing.T, token, to string, units []string, large sent, install ...string) {
	t.Helper()
	t.Log("upgraded, it drops nobody")
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	wait := load(ctx, t, m, token)
	before := map[string]string{}
	for _, unit := range units {
		before[unit] = m.pid(t, unit)
	}

	var long []*long
	if len(large.content) > 0 {
		long = append(long, m.begin(t, token, "the download", large.arrives),
			m.begin(t, token, "the upload", func(ctx context.Context, c *client.Client) error {
				s, err := give(ctx, c, large.content[:8<<20])
				if err == nil {
					err = s.arrives(ctx, c)
				}
				return err
			}))
	}
	installed := make(chan error, 1)
	go func() {
		out, err := m.try(t.Context(), install...)
		t.Logf("%s", out)
		installed <- err
	}()
	if len(long) > 0 {
		m.eventually(t, "the old process is told to end", func() bool {
			state, _ := m.try(t.Context(), "systemctl", "show", "--property=ActiveState", "--value", units[0])
			return strings.TrimSpace(state) == "deactivating"
		})
	}
	for _, l := range long {
		close(l.open)
		if err := <-l.ended; err != nil {
			t.Errorf("%s: %v", l.what, err)
		}
	}
	if err := <-installed; err != nil {
		t.Errorf("%s: %v", install[0], err)
	}
	for _, unit := range units {
		if after := m.pid(t, unit); after == before[unit] || after == "0" {
			t.Errorf("the process of %s was %s and is %s", unit, before[unit], after)
		}
	}
	stop()
	if rounds := wait(); rounds == 0 {
		t.Error("nobody asked anything meanwhile")
	}
	if version := m.version(t); version != to {
		t.Errorf("after the upgrade to %s it is %s", to, version)
	}
}

// long is a transfer that waits half way.
type long struct {
	*gate
	what  string
	ended chan error
}

// begin starts one, and returns when it waits.
func (m *machine) begin(
	t *testing.T, token, what string, run func(context.Context, *client.Client) error,
) *long {
	t.Helper()
	l := &long{newGate(2 << 20), what, make(chan error, 1)}
	transport := m.transport(t)
	transport.DialContext = l.through(m.dial)
	c := &client.Client{Server: userURL, Token: token, Transport: strict{transport, t}}
	go func() { l.ended <- run(t.Context(), c) }()
	select {
	case <-l.reached:
	case err := <-l.ended:
		t.Fatalf("%s did not get half way: %v", what, err)
	}
	return l
}
