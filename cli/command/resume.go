package command

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"
	"strings"
	"sync"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/cli/tree"
	"sgraph.ai/send/shared/envelope"
)

// sending is the sending of a file of which what was begun is kept.
type sending struct {
	e    Env
	api  *client.Client
	as   string       // how it is typed
	kept *kept.Upload // nil where nothing is kept
}

// newSending finds what was begun of files that are sent with these options. What comes
// through a pipe is not kept, nor what is small. fresh withdraws what was begun.
func newSending(
	ctx context.Context, e Env, api *client.Client, paths []string, f client.File, fresh bool, options ...string,
) *sending {
	s := &sending{e: e, api: api}
	about, err := aboutSending(api.Server, paths)
	if err != nil || !readAgain(f, paths[0]) {
		return s
	}
	s.as = strings.TrimSpace(quoted(asFile(paths[0])) + " " + typed(paths[1:]))
	dir, err := kept.StateFolder()
	if err == nil {
		s.kept, err = kept.OpenUpload(dir, about, options...)
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

// readAgain says whether what is sent can be read a second time, and is long enough to be
// gone on with.
func readAgain(f client.File, path string) bool {
	switch f.Content.(type) {
	case *tree.Content:
		return true
	case *steady:
		_, ours := inherited(path)
		return f.Size != envelope.Unknown && path != "-" && !ours
	}
	return false
}

// aboutSending is what is kept of the sending of these files to find it by.
func aboutSending(server string, paths []string) (kept.About, error) {
	var whole []string
	for _, path := range paths {
		at, err := filepath.Abs(path)
		if err != nil {
			return kept.About{}, err
		}
		whole = append(whole, at)
	}
	return kept.About{Server: server, Path: whole[0], Others: typed(whole[1:])}, nil
}

// typed are paths as a shell reads them.
func typed(paths []string) string {
	var words []string
	for _, path := range paths {
		words = append(words, quoted(asFile(path)))
	}
	return strings.Join(words, " ")
}

func (s *sending) say(format string, args ...any) { fmt.Fprintf(s.e.notes(), format+"\n", args...) }

// garbage is how much of it there may be while something is sent, in percent of what is held,
// unless GOGC says otherwise. That is a few large parts, and little garbage is made beside
// them: by the default as much again would be kept for it.
const garbage = 5

// run sends the file.
func (s *sending) run(ctx context.Context, f client.File, o client.Options) (client.Sent, error) {
	if s.kept != nil {
		o.Journal = s.kept
	}
	if os.Getenv("GOGC") == "" {
		defer debug.SetGCPercent(debug.SetGCPercent(garbage))
	}
	bar := s.e.newBar("sending")
	var going promise
	s.api.Pausing = bar.again
	s.api.Progress = func(done, total int64) {
		going.say(s)
		bar.show(done, total)
	}
	if tell := o.Created; tell != nil {
		o.Created = func(link envelope.Link) {
			bar.end()
			tell(link)
		}
	}
	o.GoesOn = func(u client.Upload, there int64) {
		bar.end()
		going.make(fmt.Sprintf("going on with what was begun %s ago: %s is there", ago(u.Begun), percent(there, u.Size)))
	}
	o.StartsOver = func(u client.Upload, why error) {
		bar.end()
		going.make("")
		if errors.Is(why, client.ErrChanged) {
			s.say("what is sent was changed since it was begun, %s ago: it is sent anew", ago(u.Begun))
		} else {
			s.say("what was begun %s ago is over: the file is sent anew", ago(u.Begun))
		}
	}
	sent, err := s.api.Send(ctx, f, o)
	bar.end()
	going.say(s)
	return sent, err
}

// promise is what is said once something moves: that it goes on with what was begun nobody
// knows before some of the file was found to be the same.
type promise struct {
	mu   sync.Mutex // progress is told from elsewhere
	text string
}

func (p *promise) make(text string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.text = text
}

func (p *promise) say(s *sending) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.text != "" {
		s.say("%s", p.text)
		p.text = ""
	}
}

// goesOn says whether there is something to go on with.
func (s *sending) goesOn() bool {
	if s.kept == nil {
		return false
	}
	_, _, _, begun := s.kept.Load()
	return begun
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
			s.as)
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
		Others    string    `json:"others,omitempty"`
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
		of := one.About()
		lines = append(lines, line{of.Path, of.Others, u.Server, u.ID, u.Request, u.Begun, u.Size, completed})
		state := "up to " + percent(one.Left(), u.Size) + " sent"
		if completed {
			state = "all sent, its link not told"
		}
		what, to := strings.TrimSpace(quoted(of.Path)+" "+of.Others), u.Server
		if u.Request != "" {
			to = "the request " + u.Request + " at " + to
		}
		fmt.Fprintf(&text, "%s  to %s, %s ago, %s\n", what, to, ago(u.Begun), state)
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
func forget(ctx context.Context, e Env, paths []string, asJSON bool) error {
	meant, err := aboutSending("", paths)
	if err != nil {
		return err
	}
	dir, err := kept.StateFolder()
	if err != nil {
		return err
	}
	all, busy := kept.Uploads(dir)
	withdrawn := []string{}
	for _, one := range all {
		u, _, _, _ := one.Load()
		if about := one.About(); about.Path != meant.Path || about.Others != meant.Others {
			one.Close()
			continue
		}
		api := &client.Client{Server: u.Server}
		api.Withdraw(ctx, u)
		one.Remove()
		withdrawn = append(withdrawn, u.ID)
	}
	switch {
	case len(withdrawn) > 0 && asJSON:
		return e.printJSON(ctx, map[string]any{"withdrawn": withdrawn})
	case len(withdrawn) > 0:
		fmt.Fprintln(e.notes(), "withdrawn")
		return nil
	case busy > 0:
		return fmt.Errorf("nothing that was begun of %s is kept, unless an sgsend is sending it just now", typed(paths))
	}
	return fmt.Errorf("nothing that was begun of %s is kept; sgsend send --list says of what", typed(paths))
}
