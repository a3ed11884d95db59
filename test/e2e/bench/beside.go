package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"syscall"
	"time"

	"sgraph.ai/send/test/e2e/memory"
)

// The measures that a table has of servers, each a column.
const (
	uploads = iota
	downloads
	requests
	files
	memories
	starts
	measures
)

var columns = [measures]struct {
	title        string
	isLessBetter bool
	ofLarge      bool // takes files that not every server takes
	format       string
}{
	uploads:   {"upload MB/s", false, true, "%.0f"},
	downloads: {"download MB/s", false, true, "%.0f"},
	requests:  {"small requests/s", false, false, "%.0f"},
	files:     {"files of 1 KiB/s", false, false, "%.0f"},
	memories:  {"peak resident MiB", true, true, "%.1f"},
	starts:    {"start ms", true, false, "%.0f"},
}

// everyMeasure is all of them.
var everyMeasure = []int{uploads, downloads, requests, files, memories, starts}

// contender is a server in the table.
type contender struct {
	server         // nil where there is none
	is      string // its name
	isOther bool   // may be missing, or fail, without an end to all
	figures [measures][]float64
	without [measures]string // why there are no figures
}

// otherPeers are those that a reader may have installed.
var otherPeers = []struct {
	name string
	with func(dir string) (server, error)
}{
	{"Gokapi", newGokapi},
	{"transfer.sh", newTransferSh},
	{"Yopass", newYopass},
	{"PsiTransfer", newPsiTransfer},
}

// others are the peers that are installed, and for those that are not the reason.
func others(dir string) (all []*contender) {
	for _, one := range otherPeers {
		c := &contender{is: one.name, isOther: true}
		s, err := one.with(filepath.Join(dir, one.name))
		if err != nil {
			c.fails(err, everyMeasure...)
		} else {
			c.server = s
		}
		all = append(all, c)
	}
	return all
}

// takesPart says whether there is a figure to take of it.
func (c *contender) takesPart(measure int) bool { return c.without[measure] == "" }

// fails notes why there are no figures of some measures.
func (c *contender) fails(err error, of ...int) {
	for _, m := range of {
		c.without[m] = err.Error()
	}
}

// tooLarge notes why there are no figures with files of a size, if it takes none as large.
func (c *contender) tooLarge(size int64) {
	if c.server == nil {
		return
	}
	most, why := c.most()
	for m, column := range columns {
		if column.ofLarge && most > 0 && size > most && c.takesPart(m) {
			c.without[m] = why
		}
	}
}

// occasion is how a table's figures are taken.
type occasion struct {
	size  int64 // of a large file
	runs  int
	while time.Duration // that small things are asked for in one run
	taken *results      // the figures of every run
}

// smallFile is the size of a file that costs little more than its being one.
const smallFile = 1 << 10

// beside takes the figures of every contender in turn, so that what else the machine does falls on all of them alike.
// Bytes that are not those of the upload end it, whoever sent them.
func (o occasion) beside(ctx context.Context, all []*contender) error {
	for _, c := range all {
		c.tooLarge(o.size)
	}
	each := func(measure int, take func(*contender) error) error {
		for _, c := range all {
			if !c.takesPart(measure) {
				continue
			}
			err := take(c)
			if err != nil && (!c.isOther || errors.Is(err, errWrong) || ctx.Err() != nil) {
				return fmt.Errorf("%s: %w", c.is, err)
			}
			switch {
			case err == nil:
			case measure == starts:
				c.fails(err, everyMeasure...)
			case measure == uploads:
				c.fails(err, uploads, downloads)
			default:
				c.fails(err, measure)
			}
		}
		return nil
	}
	note := func(c *contender, measure int, figure float64) {
		c.figures[measure] = append(c.figures[measure], figure)
	}
	for range o.runs {
		if err := each(starts, func(c *contender) error {
			c.stop()
			began := time.Now()
			err := c.start(ctx)
			note(c, starts, time.Since(began).Seconds()*1000)
			return err
		}); err != nil {
			return err
		}
	}
	for range o.runs {
		if err := each(uploads, func(c *contender) error {
			up, down, err := upAndDown(ctx, c, newContent(o.size))
			note(c, uploads, up)
			note(c, downloads, down)
			return err
		}); err != nil {
			return err
		}
	}
	for range o.runs {
		if err := each(requests, func(c *contender) error {
			start := time.Now()
			times, err := hammer(ctx, c.small(), o.while)
			note(c, requests, perSecond(times, start))
			return err
		}); err != nil {
			return err
		}
		if err := each(files, func(c *contender) error {
			start := time.Now()
			times, err := often(ctx, 8, o.while, func(ctx context.Context, h *http.Client) error {
				return once(ctx, h, c, newContent(smallFile))
			})
			note(c, files, perSecond(times, start))
			return err
		}); err != nil {
			return err
		}
	}
	return each(memories, func(c *contender) error {
		if err := together(ctx, c, 8, o.size/2); err != nil {
			return err
		}
		had, err := peak(c.pids()...)
		if errors.Is(err, memory.ErrUnknown) {
			c.without[memories] = err.Error()
			return nil
		}
		note(c, memories, float64(had)/(1<<20))
		return err
	})
}

// everybody measures ours, nginx, a bare handler, and the peers that are installed, and writes the tables.
func (o occasion) everybody(ctx context.Context, dir string, w io.Writer) error {
	sgsend, err := startServe(ctx, filepath.Join(dir, "serve"))
	if err != nil {
		return err
	}
	bare, err := newBare(filepath.Join(dir, "bare"))
	if err != nil {
		sgsend.stop()
		return err
	}
	ours := &contender{server: sgsend, is: sgsend.name()}
	all := []*contender{{server: bare, is: bare.name()}, ours}
	reference := bare
	if ng, err := newNginx(filepath.Join(dir, "nginx")); err != nil {
		fmt.Fprintf(w, "SKIPPED: nginx as a reference: %v\n\n", err)
	} else {
		reference = ng
		all = slices.Insert(all, 0, &contender{server: ng, is: ng.name()})
	}
	all = append(all, others(dir)...)
	defer func() {
		for _, c := range all {
			if c.server != nil {
				c.stop()
			}
		}
	}()
	if err := o.beside(ctx, all); err != nil {
		return err
	}
	writeTable(w, all, ours)

	ways := []*way{curlBy(dir, reference), sgsend.giveBy(dir)}
	if c, err := startCroc(filepath.Join(dir, "croc")); err != nil {
		ways = append(ways, &way{is: "croc", without: err.Error()})
	} else {
		defer c.stop()
		ways = append(ways, c.giveBy())
	}
	if err := o.given(ctx, dir, ways); err != nil {
		return err
	}
	writeWays(w, o.size, ways)
	return nil
}

// upAndDown moves a file, and returns how fast: up until it may be downloaded, and down.
func upAndDown(ctx context.Context, p peer, f content) (up, down float64, err error) {
	c := newClient()
	defer c.CloseIdleConnections()
	syscall.Sync() // what earlier runs left to write is not measured
	start := time.Now()
	url, err := p.upload(ctx, c, f)
	if err == nil {
		url, err = p.ready(ctx, c, url)
	}
	if err != nil {
		return 0, 0, fmt.Errorf("upload: %w", err)
	}
	up = rate(f.size, start)
	start = time.Now()
	if err := download(ctx, c, url, f); err != nil {
		return 0, 0, fmt.Errorf("download: %w", err)
	}
	return up, rate(f.size, start), p.forget(ctx, c, url)
}
