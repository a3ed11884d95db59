package main

import (
	"bytes"
	"fmt"
	"os"
)

// results are the figures of every run, written as go test writes those of benchmarks: test/e2e/bench/baseline compares
// both.
type results struct{ text bytes.Buffer }

// add notes what was taken in every run of something.
func (r *results) add(name, unit string, values []float64) {
	for _, value := range values {
		fmt.Fprintf(&r.text, "Benchmark%s 1 %f %s\n", name, value, unit)
	}
}

// write writes them to a file.
func (r *results) write(path string) error {
	const pkg = "pkg: sgraph.ai/send/test/e2e/bench\n"
	return os.WriteFile(path, append([]byte(pkg), r.text.Bytes()...), 0o644)
}
