package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
)

// sending is the sending of a file of which what was begun is kept.
type sending struct {
	e    Env
	api  *client.Client
	path string
	kept *kept.Upload // nil where nothing is kept
}

// newSending finds what was begun of a file that is sent with these options. What
// comes through a pipe is not kept, nor what is small. fresh withdraws what was begun.
func newSending(
	ctx context.Context, e Env, api *client.Client, path string, f client.File, fresh bool, options ...string,
) *sending {
	s := &sending{e: e, api: api, path: path}
	if _, again := f.Content.(*steady); !again || f.Size == envelope.Unknown || path == "-" {
		return s
	}
	if _, ok := inherited(path); ok {
		return s
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		return s
	}
	dir, err := kept.StateFolder()
	if err == nil {
		s.kept, err = kept.OpenUpload(dir, kept.About{Server: api.Server, Path: whole}, options...)
	}
	switch {
	case errors.Is(err, kept.ErrSending):
		s.say("another sgsend is sending this file in the same way; this one begins anew, and what it sends is not kept")
	case err != nil:
		s.say("should this end before all is sent, it cannot be gone on with: %v", err)
	case fresh:
		if begun, _, completed, ok := s.kept.Load(); ok && !completed {
			api.Withdraw(ctx, begun)
		}
		s.kept.Drop()
	}
	return s
}

func (s *sending) say(format string, args ...any) { fmt.Fprintf(s.e.notes(), format+"\n", args...) }

// run sends the file.
func (s *sending) run(ctx context.Context, f client.File, o client.Options) (client.Sent, error) {
	if s.kept != nil {
		o.Journal = s.kept
	}
	bar := s.e.newBar("sending")
	s.api.Progress = bar.show
	o.GoesOn = func(u client.Upload, there int64) {
		s.say("going on with what was begun %s ago: %s is there", ago(u.Begun), percent(there, u.Size))
	}
	o.StartsOver = func(u client.Upload, why error) {
		bar.end()
		if errors.Is(why, client.ErrChanged) {
			s.say("the file was changed since it was begun to be sent, %s ago: it is sent anew", ago(u.Begun))
		} else {
			s.say("what was begun %s ago is over: the file is sent anew", ago(u.Begun))
		}
	}
	sent, err := s.api.Send(ctx, f, o)
	bar.end()
	return sent, err
}

// end leaves what there is to go on with, and says how; told is whether there is a link, and
// somebody has it.
func (s *sending) end(told bool) {
	if s.kept == nil {
		return
	}
	if told {
		s.kept.Remove()
		return
	}
	if u, _, completed, ok := s.kept.Load(); ok && !completed {
		s.say("what was sent stays until %s: send the file again in the same way, and it goes on. "+
			"To withdraw it: sgsend send --forget %s", u.Begun.Add(client.Pending).Local().Format(time.RFC1123),
			quoted(asFile(s.path)))
	}
	s.kept.Close()
}

// ago says how long ago something was.
func ago(then time.Time) string {
	d := max(0, time.Since(then))
	for _, unit := range []struct {
		length time.Duration
		name   string
	}{{24 * time.Hour, "day"}, {time.Hour, "hour"}, {time.Minute, "minute"}, {time.Second, "second"}} {
		if n := d / unit.length; n == 1 {
			return "1 " + unit.name
		} else if n > 1 {
			return fmt.Sprintf("%d %ss", n, unit.name)
		}
	}
	return "a moment"
}

// listBegun prints what was begun to be sent and can be gone on with.
func listBegun(ctx context.Context, e Env, asJSON bool) error {
	dir, err := kept.StateFolder()
	if err != nil {
		return err
	}
	all, busy := kept.Uploads(dir)
	type line struct {
		Path      string    `json:"path"`
		Server    string    `json:"server"`
		ID        string    `json:"transfer_id"`
		Request   string    `json:"request_id,omitempty"`
		Begun     time.Time `json:"begun"`
		Size      int64     `json:"sealed_bytes"`
		Completed bool      `json:"completed"`
	}
	lines := []line{}
	var text strings.Builder
	for _, one := range all {
		u, _, completed, _ := one.Load()
		lines = append(lines, line{one.About().Path, u.Server, u.ID, u.Request, u.Begun, u.Size, completed})
		state := "up to " + percent(one.Left(), u.Size) + " sent"
		if completed {
			state = "all sent, its link not told"
		}
		to := u.Server
		if u.Request != "" {
			to = "the request " + u.Request + " at " + to
		}
		fmt.Fprintf(&text, "%s  to %s, %s ago, %s\n", quoted(one.About().Path), to, ago(u.Begun), state)
		one.Close()
	}
	if asJSON {
		b, err := json.Marshal(lines)
		if err != nil {
			return err
		}
		return e.print(ctx, string(b)+"\n")
	}
	if busy > 0 {
		fmt.Fprintf(e.notes(), "and %d that other sgsends are sending just now\n", busy)
	}
	return e.print(ctx, text.String())
}

// forget withdraws what was begun to be sent of a file.
func forget(ctx context.Context, e Env, path string) error {
	whole, err := filepath.Abs(path)
	if err != nil {
		return err
	}
	dir, err := kept.StateFolder()
	if err != nil {
		return err
	}
	all, busy := kept.Uploads(dir)
	found := 0
	for _, one := range all {
		u, _, _, _ := one.Load()
		if one.About().Path != whole {
			one.Close()
			continue
		}
		api := &client.Client{Server: u.Server}
		api.Withdraw(ctx, u)
		one.Remove()
		found++
	}
	switch {
	case found > 0:
		fmt.Fprintln(e.notes(), "withdrawn")
		return nil
	case busy > 0:
		return fmt.Errorf("nothing that was begun of %s is kept, unless an sgsend is sending it just now", path)
	}
	return fmt.Errorf("nothing that was begun of %s is kept; sgsend send --list says of what", path)
}
