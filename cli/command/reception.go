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
	"sgraph.ai/send/cli/tree"
	"sgraph.ai/send/shared/envelope"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/wire"
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
	zip  bool // all of it as one archive
	now  bool // or not at all: what is still being sent is not waited for

	// open says that its sender was told no passphrase: one is used where it is needed,
	// and not missed where it is not.
	open bool

	passphrase passphrase
	secret     envelope.Secret // the key, or what its passphrase made of it

	came []listed // the files, once they have arrived
	ends []func() // see end
}

// run receives what is behind the link, and returns the paths to print, and what its
// sender called it.
func (r *reception) run(ctx context.Context) (paths []string, called string, err error) {
	r.secret = r.key
	d, err := r.keep()
	if err != nil {
		return nil, "", err
	}
	defer func() { r.leave(d, err) }()
	if path, called, ok := r.placed(d); ok {
		return path, called, nil
	}
	if err := r.look(ctx, d); err != nil {
		return nil, "", err
	}
	if path, called, ok := r.placed(d); ok {
		return path, called, nil
	}
	bar := r.e.newBar("receiving")
	r.api.Progress, r.api.Pausing = bar.show, bar.again
	defer bar.end()
	if r.to.to != nil {
		if d != nil {
			r.api.Claims = d
		}
		meta, err := r.api.ReceiveBy(ctx, r.link.ID, r.secret, r.stream)
		if r.to.printed != "" {
			paths = []string{r.to.printed}
		}
		return paths, meta.Filename, err
	}
	paths, called, err = r.fetch(ctx, d)
	if _, known, _ := d.Stretch(); errors.Is(err, envelope.ErrPassphrase) && known {
		// No label said so, and now the file does.
		bar.end()
		if err = r.unlock(ctx, d, func(envelope.Secret) error { return nil }); err == nil {
			paths, called, err = r.fetch(ctx, d)
		}
	}
	if full(err) {
		err = fmt.Errorf("the disk of this machine has no room left in %s: %w", r.to.dir, err)
	}
	return paths, called, err
}

// fetch fetches what has not arrived, puts it where it shall be, and says so.
func (r *reception) fetch(ctx context.Context, d *kept.Download) (paths []string, called string, err error) {
	if err := d.Fetch(ctx, *r.api); err != nil {
		return nil, "", err
	}
	if paths, called, err = r.place(d); err == nil {
		r.api.Confirm(ctx, d.Claim())
	}
	return paths, called, err
}

// unlock asks for the passphrase that what is known of the file wants.
func (r *reception) unlock(ctx context.Context, d *kept.Download, opens func(envelope.Secret) error) error {
	stretch, _, err := d.Stretch()
	if err != nil {
		return err
	}
	return r.unlockBy(ctx, d, stretch, opens)
}

func (r *reception) unlockBy(
	ctx context.Context, d *kept.Download, stretch envelope.Stretch, opens func(envelope.Secret) error,
) error {
	secret, err := r.passphrase.unlock(ctx, r.key, stretch, opens)
	if err != nil {
		return err
	}
	if r.secret = secret; d != nil {
		d.Unlock(secret)
	}
	return nil
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

// waiting asks what is behind the link, and for the passphrase where that is needed.
func (r *reception) waiting(ctx context.Context) (client.Waiting, error) {
	r.secret = r.key
	return r.waitingFor(ctx, nil)
}

func (r *reception) waitingFor(ctx context.Context, d *kept.Download) (client.Waiting, error) {
	waiting, err := r.await(ctx)
	if errors.Is(err, envelope.ErrPassphrase) {
		var stretch envelope.Stretch
		if stretch, _, err = waiting.Stretch(); err == nil {
			err = r.unlockBy(ctx, d, stretch, waiting.Open)
		}
		return waiting, err
	}
	if err == nil && waiting.Label != nil && !r.open {
		var given string
		if given, err = r.passphrase.given(ctx); err == nil && given != "" {
			err = envelope.ErrNoPassphrase
		}
	}
	return waiting, err
}

// await looks what is waiting, once all of it is there, unless nobody waits for that.
func (r *reception) await(ctx context.Context) (client.Waiting, error) {
	var bar *bar
	waiting, err := r.api.Await(ctx, r.link, func(info wire.TransferInfoReply) bool {
		switch {
		case r.now:
			return false
		case bar == nil:
			r.say("its sender is still sending this: waiting until all of it is there")
			bar = r.e.newBar("waiting")
			r.api.Pausing = bar.again
		}
		bar.show(info.ArrivedBytes, info.FileSizeBytes)
		return true
	})
	if bar != nil {
		bar.end()
	}
	return waiting, err
}

// look finds out what can be known without counting a download.
func (r *reception) look(ctx context.Context, d *kept.Download) error {
	if d != nil {
		if _, whole := d.Arrived(); whole {
			r.say("all of it is here already, of a download that was begun before")
			return nil
		}
	}
	waiting, err := r.waitingFor(ctx, d)
	if err != nil {
		return err
	}
	if d != nil && r.secret == envelope.Secret(r.key) {
		if _, locked, _ := d.Stretch(); locked { // and there is no label any more
			if err := r.unlock(ctx, d, func(envelope.Secret) error { return nil }); err != nil {
				return err
			}
		}
	}
	var here int64
	if d != nil {
		var whole bool
		if here, whole = d.Arrived(); whole {
			r.say("all of it is here already, of a download that was begun before")
			return nil
		}
	}
	sealed := waiting.Info.PayloadBytes
	l := waiting.Label
	if err := r.fits(sealed, here, l != nil && l.Count > 1 || r.zip); err != nil {
		return err
	}
	if path := filepath.Join(r.to.dir, r.to.name); l != nil && l.Count > 1 && r.to.to == nil && !r.zip && isFile(path) {
		return fmt.Errorf("there are %d files in it, and %s is one: name a folder with -o, or take a ZIP with --zip",
			l.Count, asFile(path))
	}
	if l != nil && l.Count == 1 && r.to.to == nil && !r.zip {
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
// some are here, and twice where it is written again when it is whole. Where nobody
// knows, there is.
func (r *reception) fits(sealed, here int64, twice bool) error {
	dir, need := r.to.dir, kept.Room(sealed)-here
	if twice {
		need = 2*sealed - here
	}
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
func (r *reception) placed(d *kept.Download) (paths []string, name string, ok bool) {
	if d == nil || r.to.to != nil || r.zip {
		return nil, "", false
	}
	if name = d.Placed(); name == "" || r.to.name != "" && r.to.name != name {
		return nil, "", false
	}
	r.say("all of it was received before, and is here already")
	path := filepath.Join(r.to.dir, name)
	r.came = []listed{{Path: name, Size: sizeAt(path)}}
	if r.to.printed != "" {
		path = r.to.printed
	}
	return []string{path}, name, true
}

// place gives what has all arrived its name, or several files theirs.
func (r *reception) place(d *kept.Download) (paths []string, called string, err error) {
	to, path := r.to, ""
	meta, content, part, err := d.Content()
	switch {
	case err != nil:
	case r.zip:
		err = r.archived(meta, content, tree.Zip, func(zip io.Reader) error {
			path, err = to.save(zipName(meta), zip)
			return err
		})
	case meta.IsFiles():
		paths, err = r.placeFiles(content)
		return paths, meta.Filename, err
	case part != nil:
		to.naming = d.Naming
		path, err = to.take(part, meta.Filename)
	default:
		to.naming = d.Naming
		path, err = to.save(meta.Filename, content)
	}
	if err == nil && !r.zip {
		r.came = []listed{{meta.Filename, sizeAt(path), meta.Type}}
	}
	return []string{path}, meta.Filename, err
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
