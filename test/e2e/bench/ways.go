package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"time"
)

// way is how a file goes from one command to another.
type way struct {
	is string
	// give does it, and returns where the file then is, and the most memory that either command took, in MiB.
	give func(ctx context.Context, path string) (received string, memory float64, err error)

	rates, memories []float64
	without         string // why there are no figures
}

// giveBy is a way of sgsend: the one command has ended before the other begins, and the service has the file between.
func (s *serveProcess) giveBy(dir string) *way {
	return &way{is: "sgsend send, then receive", give: func(ctx context.Context, path string) (string, float64, error) {
		to := filepath.Join(dir, "received")
		link, sends, err := s.command(ctx, dir, "send", "--downloads", "1", path)
		if err != nil {
			return "", 0, err
		}
		_, receives, err := s.command(ctx, dir, "receive", "-o", to, link)
		return to, max(sends, receives), err
	}}
}

// curlBy is a way of curl, by a server that keeps files where they are put.
func curlBy(dir string, by *dav) *way {
	w := &way{is: "curl, to " + by.is + " and back, not sealed"}
	curl, err := exec.LookPath("curl")
	if err != nil {
		w.without = err.Error()
		return w
	}
	w.give = func(ctx context.Context, path string) (string, float64, error) {
		to, url := filepath.Join(dir, "received"), by.url+"/file/given"
		sends, err := curled(ctx, curl, "--upload-file", path, url)
		if err != nil {
			return "", 0, err
		}
		receives, err := curled(ctx, curl, "--output", to, url)
		if err != nil {
			return "", 0, err
		}
		return to, max(sends, receives), by.forget(ctx, newClient(), url)
	}
	return w
}

// giveBy is a way of croc, which has both commands run at the same time.
func (c *croc) giveBy() *way {
	return &way{is: "croc send, with croc", give: c.give}
}

// given has every way take a file, in turn; the file that comes is compared.
func (o occasion) given(ctx context.Context, dir string, ways []*way) error {
	f, path := newContent(o.size), filepath.Join(dir, "given")
	if err := f.write(path); err != nil {
		return err
	}
	defer os.Remove(path)
	for range o.runs {
		for _, w := range ways {
			if w.without != "" {
				continue
			}
			start := time.Now()
			received, memory, err := w.give(ctx, path)
			if err != nil {
				return fmt.Errorf("%s: %w", w.is, err)
			}
			w.rates, w.memories = append(w.rates, rate(o.size, start)), append(w.memories, memory)
			if err := f.taken(received); err != nil {
				return fmt.Errorf("%s: %w", w.is, err)
			}
		}
	}
	return nil
}

// writeWays writes what came of it, with ratios to the first.
func writeWays(w io.Writer, size int64, ways []*way) {
	fmt.Fprintf(w, "| a file of %d MiB from one command to another | MB/s | to %s | peak resident MiB |\n", size>>20,
		ways[0].is)
	fmt.Fprintln(w, "|---|---|---|---|")
	for _, one := range ways {
		if one.without != "" {
			fmt.Fprintf(w, "| %s | – %s | | |\n", one.is, one.without)
			continue
		}
		to := "–"
		if ways[0].without == "" {
			to = fmt.Sprintf("%.2f", median(one.rates)/median(ways[0].rates))
		}
		fmt.Fprintf(w, "| %s | %.0f | %s | %.0f |\n", one.is, median(one.rates), to, median(one.memories))
	}
	fmt.Fprintln(w)
}
