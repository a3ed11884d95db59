package main

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestResults runs what `make bench` runs of servers, with small files: all is there that a baseline is compared with
// (test/e2e/bench/baseline, pairs.go).
func TestResults(t *testing.T) {
	t.Parallel()
	taken := &results{}
	o := occasion{1 << 20, 1, 50 * time.Millisecond, taken}
	if err := run(t.Context(), t.TempDir(), o, ""); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "results")
	if err := taken.write(path); err != nil {
		t.Fatal(err)
	}
	written, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	want := []string{
		"Upload/sgsend", "Download/sgsend", "Upload/bare", "Command/send", "Command/receive", "Health/sgsend", "Health/bare",
	}
	if _, err := newNginx(t.TempDir()); err == nil {
		want = append(want, "Upload/nginx", "Download/nginx")
	}
	if _, err := exec.LookPath("curl"); err == nil {
		want = append(want, "Command/curl-up", "Command/curl-down")
	}
	if !strings.HasPrefix(string(written), "pkg: sgraph.ai/send/test/e2e/bench\n") {
		t.Errorf("it does not say of what package it is: %q", written)
	}
	for _, name := range want {
		want := 2 // by the clock, and of the processor
		if strings.HasPrefix(name, "Command/") {
			want = 1
		}
		if strings.Count(string(written), "\nBenchmark"+name+" 1 ") != want {
			t.Errorf("%s was not taken %d times:\n%s", name, want, written)
		}
	}
}
