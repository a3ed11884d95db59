package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"syscall"
	"time"
)

// keeping is a way to keep a file so that it is still there when the power fails.
type keeping struct {
	is   string
	keep func(ctx context.Context, size int64) (forget func() error, err error)

	millis []float64
}

// durable measures what it takes to keep a file on a disk: by this program alone, by
// nginx and what there is to have the system write what it took, and by the service,
// which says that an upload is completed when it is on the disk. They take turns.
func durable(ctx context.Context, dir string, ours *serveProcess, ng peer, runs int) error {
	bare := filepath.Join(dir, "kept")
	if err := os.Mkdir(bare, 0o700); err != nil {
		return err
	}
	all := []*keeping{{is: "write, fsync, rename, fsync of the folder", keep: keepingIn(bare)}}
	if ng != nil {
		root := filepath.Join(dir, "nginx", "root", "file")
		all = append(all,
			&keeping{is: "nginx (dav), then fsync of the file and its folder", keep: keepingBy(ng, root, synced)},
			&keeping{is: "nginx (dav), then `sync FILE FOLDER`", keep: keepingBy(ng, root, syncCommand)})
	}
	all = append(all, &keeping{is: "sgsend serve: create, upload, complete", keep: keepingBy(ours, "", nil)})

	for _, of := range []struct {
		name  string
		size  int64
		times int
	}{{"100 KiB", 100 << 10, 20 * runs}, {"64 MiB", 64 << 20, runs}} {
		for _, k := range all {
			k.millis = nil
		}
		for range of.times {
			for _, k := range all {
				syscall.Sync() // what earlier runs left to write is not measured
				start := time.Now()
				forget, err := k.keep(ctx, of.size)
				if err != nil {
					return fmt.Errorf("%s: %w", k.is, err)
				}
				k.millis = append(k.millis, float64(time.Since(start).Microseconds())/1000)
				if err := forget(); err != nil {
					return fmt.Errorf("%s: %w", k.is, err)
				}
			}
		}
		fmt.Printf("| %s that stay, median of %d | ms | to the first | beyond it, ms |\n|---|---|---|---|\n",
			of.name, of.times)
		first := median(all[0].millis)
		for _, k := range all {
			took := median(k.millis)
			fmt.Printf("| %s | %.2f | %.2f | %.2f |\n", k.is, took, took/first, took-first)
		}
		fmt.Println()
	}
	return nil
}

// keepingIn keeps files in a folder, as a program does that has them.
func keepingIn(dir string) func(context.Context, int64) (func() error, error) {
	return func(_ context.Context, size int64) (func() error, error) {
		f, err := os.CreateTemp(dir, "")
		if err != nil {
			return nil, err
		}
		defer f.Close()
		if _, err = io.Copy(struct{ io.Writer }{f}, newContent(size).source()); err == nil {
			err = f.Sync()
		}
		to := filepath.Join(dir, "file")
		if err == nil {
			err = os.Rename(f.Name(), to)
		}
		if err == nil {
			err = synced(dir)
		}
		return func() error { return os.Remove(to) }, err
	}
}

// keepingBy keeps files by a server, which needs what is done then with the file that it
// has in a folder, and with the folder; nil = nothing.
func keepingBy(
	by peer, root string, then func(names ...string) error,
) func(context.Context, int64) (func() error, error) {
	c := newClient()
	return func(ctx context.Context, size int64) (func() error, error) {
		url, err := by.upload(ctx, c, newContent(size))
		if err == nil {
			url, err = by.ready(ctx, c, url)
		}
		if err == nil && then != nil {
			err = then(filepath.Join(root, path.Base(url)), root)
		}
		return func() error { return by.forget(ctx, c, url) }, err
	}
}

// synced waits until files and folders are on the disk.
func synced(names ...string) error {
	for _, name := range names {
		f, err := os.Open(name)
		if err != nil {
			return err
		}
		err = f.Sync()
		f.Close()
		if err != nil {
			return err
		}
	}
	return nil
}

func syncCommand(names ...string) error { return exec.Command("sync", names...).Run() }
