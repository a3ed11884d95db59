package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"time"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
)

// reception is the receiving of one transfer. There may be one download of it,
// so all that can be known before it is counted is looked at before; and once it
// was counted it is kept until it is done.
type reception struct {
	e    Env
	api  *client.Client
	link envelope.Link
	key  envelope.Key
	to   target
}

// run receives the file, and returns the path to print, "" for none, and what
// its sender called it.
func (r *reception) run(ctx context.Context) (path, called string, err error) {
	d, err := r.keep()
	if err != nil {
		return "", "", err
	}
	defer func() { r.leave(d, err) }()
	if path, called, ok := r.placed(d); ok {
		r.say("all of it was received before, and is here already")
		return path, called, nil
	}
	if err := r.look(ctx, d); err != nil {
		return "", "", err
	}
	bar := r.e.newBar("receiving")
	r.api.Progress = bar.show
	defer bar.end()
	if r.to.to != nil {
		if d != nil {
			r.api.Claims = d
		}
		meta, err := r.api.Receive(ctx, r.link, func(_ envelope.Meta, content io.Reader) error { return r.to.to(content) })
		return r.to.printed, meta.Filename, err
	}
	err = d.Fetch(ctx, *r.api)
	if err == nil {
		path, called, err = r.place(d)
	}
	if full(err) {
		err = fmt.Errorf("the disk of this machine has no room left in %s: %w", r.to.dir, err)
	}
	return path, called, err
}

// keep opens what is kept of the download: beside the target, which proves that
// a file can be kept there; and the claim also where it is found for another
// target, if that can be. For a target that is no file it is nil if not.
func (r *reception) keep() (*kept.Download, error) {
	var anywhere *kept.Download
	if dir, err := claims(); err == nil {
		anywhere, _ = kept.Open(dir, r.api.Server, r.link.ID, r.key)
	}
	if r.to.to != nil {
		return anywhere, nil
	}
	d, err := kept.Open(r.to.dir, r.api.Server, r.link.ID, r.key)
	if err == nil {
		d.Share(anywhere)
		return d, nil
	}
	if anywhere != nil {
		anywhere.Close()
	}
	if errors.Is(err, kept.ErrBusy) {
		return nil, fmt.Errorf("another sgsend is receiving this transfer in %s; wait until it is done, "+
			"or name another folder with -o", r.to.dir)
	}
	if _, ours := errors.AsType[*os.PathError](err); ours {
		err = fmt.Errorf("no file can be kept in %s: %w", r.to.dir, err)
	}
	return nil, err
}

// claims is the folder of this user that keeps the claims of all downloads.
func claims() (string, error) {
	dir, err := os.UserCacheDir()
	if err != nil {
		return "", err
	}
	dir = filepath.Join(dir, "sgsend")
	return dir, os.MkdirAll(dir, 0o700)
}

// look finds out what can be known without counting a download.
func (r *reception) look(ctx context.Context, d *kept.Download) error {
	var here int64
	if d != nil {
		var whole bool
		if here, whole = d.Arrived(); whole {
			r.say("all of it is here already, of a download that was begun before")
			return nil
		}
	}
	waiting, err := r.api.Look(ctx, r.link)
	if err != nil {
		return err
	}
	sealed := waiting.Info.PayloadBytes
	if err := r.fits(sealed, here); err != nil {
		return err
	}
	if l := waiting.Label; l != nil && l.Count == 1 && r.to.to == nil {
		if err := r.to.takes(l.Files[0].Name); err != nil {
			return err
		}
	}
	if d == nil {
		return nil
	}
	begun, counted := d.Begun()
	switch {
	case counted && here > 0:
		r.say("going on with the download that was begun at %s: %s of it is here",
			begun.Local().Format(time.TimeOnly), percent(here, sealed))
	case counted:
		r.say("going on with the download that was begun at %s; it is not counted again",
			begun.Local().Format(time.TimeOnly))
	case here > 0:
		r.say("%s of it is here, of a download that was begun before", percent(here, sealed))
	}
	return nil
}

func (r *reception) say(format string, args ...any) { fmt.Fprintf(r.e.notes(), format+"\n", args...) }

func percent(n, of int64) string {
	if of <= 0 {
		return size(n)
	}
	return fmt.Sprintf("%d %%", min(n, of)*100/of)
}

// fits says whether there is room for a file of so many sealed bytes, of which
// some are here. Where nobody knows, there is.
func (r *reception) fits(sealed, here int64) error {
	dir, need := r.to.dir, kept.Room(sealed)-here
	if r.to.to != nil {
		f, ok := r.e.Out.(*os.File)
		if !ok || r.to.printed != "" || !isRegular(f) {
			return nil
		}
		dir, need = f.Name(), sealed
	}
	if free, known := roomIn(dir); known && free < need {
		return fmt.Errorf("the disk of this machine has no room left for this in %s: it takes %s, and %s is free; "+
			"nothing was downloaded now", dir, size(need), size(free))
	}
	return nil
}

func isRegular(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode().IsRegular()
}

// placed says where the file is, if it is where it shall be: a process that gave it
// its name, and ended just then, left it.
func (r *reception) placed(d *kept.Download) (path, name string, ok bool) {
	if d == nil || r.to.to != nil {
		return "", "", false
	}
	if name = d.Placed(); name == "" || r.to.name != "" && r.to.name != name {
		return "", "", false
	}
	if r.to.printed != "" {
		return r.to.printed, name, true
	}
	return filepath.Join(r.to.dir, name), name, true
}

// place gives what has all arrived its name.
func (r *reception) place(d *kept.Download) (path, called string, err error) {
	to := r.to
	to.naming = d.Naming
	meta, content, part, err := d.Content()
	switch {
	case err != nil:
	case part != nil:
		path, err = to.take(part, meta.Filename)
	default:
		path, err = to.save(meta.Filename, content)
	}
	return path, meta.Filename, err
}

// leave ends the keeping when the download is done, or can be no more; else it
// says how to go on.
func (r *reception) leave(d *kept.Download, err error) {
	if d == nil {
		return
	}
	if err == nil || client.Over(err) || send.ReasonOf(err) == send.ReasonPermitSpent {
		d.Remove()
		return
	}
	if _, counted := d.Begun(); counted && !readerGone(err) {
		r.say("the download was counted, and is kept until %s: receive it again until then, "+
			"and it goes on and is not counted again", d.Until().Local().Format(time.TimeOnly))
	}
	d.Close()
}
