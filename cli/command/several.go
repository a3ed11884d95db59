package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"sgraph.ai/send/cli/client"
	"sgraph.ai/send/cli/kept"
	"sgraph.ai/send/cli/tree"
	"sgraph.ai/send/shared/envelope"
)

// archived writes what arrived as an archive, and hands that to out as it comes.
func (r *reception) archived(
	meta envelope.Meta, content io.Reader, form func(io.Writer) tree.Archive, out func(io.Reader) error,
) error {
	from, to := io.Pipe()
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		to.CloseWithError(r.archive(form(to), meta, content))
	}()
	err := out(from)
	from.CloseWithError(errStopped)
	<-ended
	return err
}

var errStopped = errors.New("nobody reads on")

func (r *reception) archive(a tree.Archive, meta envelope.Meta, content io.Reader) error {
	if !meta.IsFiles() {
		r.came = []listed{{meta.Filename, envelope.Unknown, meta.Type}}
		if err := a.Add(envelope.Entry{Path: meta.Filename, Type: meta.Type}, content); err != nil {
			return err
		}
		return a.Close()
	}
	x, err := envelope.ReadIndex(content)
	if err != nil {
		return err
	}
	r.came = listedIn(x)
	err = x.Each(content, func(entry int, content io.Reader) error { return a.Add(x.Entries[entry], content) })
	if err != nil {
		return err
	}
	return a.Close()
}

// stream hands what arrives on, as it comes: several files as an archive.
func (r *reception) stream(meta envelope.Meta, content io.Reader) error {
	switch {
	case r.zip:
		return r.archived(meta, content, tree.Zip, r.to.to)
	case meta.IsFiles():
		return r.archived(meta, content, tree.Tar, r.to.to)
	}
	r.came = []listed{{meta.Filename, envelope.Unknown, meta.Type}}
	return r.to.to(content)
}

// placeFiles puts several files where they shall be, all of them or none, and returns
// the paths to print.
func (r *reception) placeFiles(content io.Reader) ([]string, error) {
	x, err := envelope.ReadIndex(content)
	if err != nil {
		return nil, err
	}
	return r.staged(x, func(take func(int, io.Reader) error) error { return x.Each(content, take) })
}

// staged puts the files of an index, which each hands out, where they shall be.
func (r *reception) staged(x *envelope.Index, each func(func(int, io.Reader) error) error) (paths []string, err error) {
	to := tree.Target{Dir: r.to.dir, Name: r.to.name, Force: r.to.force, Called: r.to.visible}
	s, err := to.Stage(".sgsend-" + r.link.ID + ".tree")
	if err != nil {
		return nil, err
	}
	defer func() {
		if closed := s.Close(); err == nil {
			err = closed
		}
	}()
	if err := s.Use(x); err != nil {
		return nil, err
	}
	if err := each(s.Take); err != nil {
		return nil, err
	}
	paths, err = s.Place()
	r.came = listedIn(x)
	if r.to.printed != "" && len(paths) == 1 {
		paths[0] = r.to.printed
	}
	return paths, err
}

// zipName is what the archive of a content is called.
func zipName(meta envelope.Meta) string {
	return envelope.CleanName(strings.TrimSuffix(meta.Filename, ".sgfiles") + ".zip")
}

// parts opens what is behind the link so that single files of it can be had. It counts
// as a download, which is kept: what else is wanted within its hour is not counted again.
func (r *reception) parts(ctx context.Context) (x *envelope.Index, f *envelope.File, of *client.Ranges, err error) {
	waiting, err := r.waiting(ctx)
	if err != nil {
		return nil, nil, nil, err
	}
	if dir, err := claims(); err == nil {
		if d, err := kept.Open(dir, r.api.Server, r.link.ID, r.secret); err == nil {
			r.api.Claims = d
			r.ends = append(r.ends, d.Close)
		}
	}
	of = r.api.Ranges(r.link.ID)
	f, err = envelope.OpenFile(of.Fetch(ctx), waiting.Info.PayloadBytes, r.secret)
	if errors.Is(err, envelope.ErrVersion) || err == nil && !f.Meta.IsFiles() {
		return nil, nil, nil, errors.New("there is one file in it: receive that as a whole. The download was counted, " +
			"and is not counted again within the hour")
	}
	if err == nil {
		x, err = f.Index()
	}
	return x, f, of, err
}

// only receives single files, or folders, of what is behind the link.
func (r *reception) only(ctx context.Context, wanted []string) (paths []string, err error) {
	defer func() { r.end() }()
	bar := r.e.newBar("receiving")
	r.api.Pausing = bar.again
	defer bar.end()
	x, f, of, err := r.parts(ctx)
	if err != nil {
		return nil, err
	}
	chosen, err := choose(x, wanted)
	if err != nil {
		return nil, err
	}
	var entries []envelope.Entry
	var total, done int64
	for _, i := range chosen {
		entries = append(entries, x.Entries[i])
		total += x.Entries[i].Size
	}
	few, err := envelope.NewIndex(entries)
	if err != nil {
		return nil, err
	}
	if free, known := roomIn(r.to.dir); known && free < total {
		return nil, fmt.Errorf("the disk of this machine has no room left for this in %s: it takes %s, and %s is free",
			r.to.dir, size(total), size(free))
	}
	paths, err = r.staged(few, func(take func(int, io.Reader) error) error {
		for _, run := range runs(x, chosen) {
			err := run.each(f.Range(run.span), x, func(n int, content io.Reader) error {
				return take(n, &told{content, func(read int) {
					done += int64(read)
					bar.show(done, total)
				}})
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err == nil {
		of.Confirm(ctx)
	}
	return paths, err
}

// run is what is fetched by one request: entries that stand near to each other.
type run struct {
	span    envelope.Span
	first   int   // which of those that were chosen is the first
	entries []int // of the index
}

// apart is how many bytes there are at least between two runs. No segment is fetched
// twice then: a service goes on with one download for about twice its size, and no further.
const apart = 2 << 20

// runs puts entries that were chosen, in the order of the index, into as few runs as may be.
func runs(x *envelope.Index, chosen []int) (all []run) {
	for n, i := range chosen {
		at := x.Place(i)
		if len(all) == 0 || at.From-all[len(all)-1].span.To > apart {
			all = append(all, run{span: envelope.Span{From: at.From, To: at.From}, first: n})
		}
		last := &all[len(all)-1]
		last.entries, last.span.To = append(last.entries, i), max(last.span.To, at.To)
	}
	return all
}

// each hands out the entries of a run, of which content is all.
func (r run) each(content io.ReadCloser, x *envelope.Index, take func(n int, content io.Reader) error) error {
	defer content.Close()
	at := r.span.From
	for n, i := range r.entries {
		place := x.Place(i)
		if _, err := io.CopyN(io.Discard, content, max(0, place.From-at)); err != nil {
			return err
		}
		if err := take(r.first+n, io.LimitReader(content, place.To-place.From)); err != nil {
			return err
		}
		at = max(at, place.To)
	}
	return nil
}

// told is a reader that tells how much was read.
type told struct {
	io.Reader
	tell func(n int)
}

func (t *told) Read(p []byte) (int, error) {
	n, err := t.Reader.Read(p)
	t.tell(n)
	return n, err
}

// choose finds the entries that are wanted: by their paths, by those of folders they are
// in, or by patterns of either.
func choose(x *envelope.Index, wanted []string) (entries []int, err error) {
	for _, said := range wanted {
		w := strings.Trim(path.Clean("/"+filepath.ToSlash(said)), "/")
		if _, err := path.Match(w, ""); err != nil {
			return nil, usage(fmt.Errorf("%q is no pattern: %w", said, err))
		}
		found := false
		for i, e := range x.Entries {
			if fits(w, strings.TrimSuffix(e.Path, "/")) {
				entries, found = append(entries, i), true
			}
		}
		if !found {
			return nil, fmt.Errorf("there is no %q in it; sgsend receive --tree shows what there is. "+
				"The download was counted, and is not counted again within the hour", said)
		}
	}
	slices.Sort(entries)
	return slices.Compact(entries), nil
}

// fits says whether a pattern is that of a path, or of a folder that it is in.
func fits(pattern, p string) bool {
	for ; p != "."; p = path.Dir(p) {
		if p == pattern {
			return true
		}
		if ok, _ := path.Match(pattern, p); ok {
			return true
		}
	}
	return false
}

// listed is a file of a transfer as programs are told of it.
type listed struct {
	Path string `json:"path"`
	Size int64  `json:"size"` // -1 where nobody says
	Type string `json:"type,omitempty"`
}

// listedIn are the files and folders of an index.
func listedIn(x *envelope.Index) []listed {
	all := make([]listed, len(x.Entries))
	for i, e := range x.Entries {
		all[i] = listed{e.Path, e.Size, e.Type}
	}
	return all
}

// sizeAt is how many bytes a file has that is kept here.
func sizeAt(path string) int64 {
	if info, err := os.Stat(path); err == nil && info.Mode().IsRegular() {
		return info.Size()
	}
	return envelope.Unknown
}

// list shows what is in it: by its label, which counts nothing, or, with its folders,
// by its index.
func (r *reception) list(ctx context.Context, byIndex, asJSON bool) error {
	defer func() { r.end() }()
	var all []listed
	more := int64(0)
	if byIndex {
		x, _, _, err := r.parts(ctx)
		if err != nil {
			return err
		}
		all = listedIn(x)
	} else {
		waiting, err := r.waiting(ctx)
		if err != nil {
			return err
		}
		if waiting.Label == nil {
			return errors.New("its sender does not say what is in it; --tree looks, which counts as a download")
		}
		for _, f := range waiting.Label.Files {
			all = append(all, listed{f.Name, f.Size, f.Type})
		}
		more = waiting.Label.Count - int64(len(all))
	}
	if asJSON {
		return r.e.printJSON(ctx, map[string]any{"transfer_id": r.link.ID, "files": all, "more": more})
	}
	var text strings.Builder
	for _, f := range all {
		text.WriteString(f.Path)
		if !strings.HasSuffix(f.Path, "/") {
			text.WriteString(inBrackets(f.Size))
		}
		text.WriteByte('\n')
	}
	if more > 0 {
		r.say("and %d more; --tree shows all, which counts as a download", more)
	}
	return r.e.print(ctx, text.String())
}

// end closes what was opened.
func (r *reception) end() {
	for _, end := range r.ends {
		end()
	}
}

// isFile says whether a path is one of a file that is there.
func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}
