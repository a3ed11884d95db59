// Command baseline compares the ratios of a run of benchmarks to their references with those that are stored, and names
// what got slower; or stores them, and draws those that docs/performance.md shows. It reads what go test and
// test/e2e/bench write.
//
//	go run ./test/e2e/bench/baseline RESULTS
//	go run ./test/e2e/bench/baseline -store RESULTS
//	go run ./test/e2e/bench/baseline -draw
//
// What got slower is no error unless -fail says so: the machines that this runs on have much else to do, and a person
// looks twice before believing it.
package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	at := flag.String("baseline", "test/e2e/bench/baseline/baseline.txt", "file that the ratios are in")
	drawn := flag.String("picture", "docs/pictures/performance.svg", "file that they are drawn in")
	draw := flag.Bool("draw", false, "draw the ratios that are stored, and nothing else")
	store := flag.Bool("store", false, "store the ratios instead of comparing them")
	fail := flag.Bool("fail", false, "end with an error if something got slower")
	tolerance := flag.Float64("tolerance", 15, "by how many percent a ratio may differ")
	flag.Parse()
	var slower int
	var err error
	if *draw {
		err = drawStored(*at, *drawn)
	} else {
		slower, err = run(os.Stdout, *at, *drawn, flag.Args(), *store, *tolerance/100, time.Now())
	}
	if err != nil {
		fmt.Fprintf(os.Stderr, "baseline: %v\n", err)
		os.Exit(2)
	}
	if slower > 0 && *fail {
		os.Exit(1)
	}
}

func run(
	w io.Writer, at, drawn string, results []string, store bool, tolerance float64, today time.Time,
) (slower int, err error) {
	var all bytes.Buffer
	for _, name := range results {
		b, err := os.ReadFile(name)
		if err != nil {
			return 0, err
		}
		all.Write(b)
	}
	taken, err := read(&all)
	if err != nil {
		return 0, err
	}
	now := taken.ratios()
	if len(now.values) == 0 {
		return 0, errors.New("there is no benchmark with its reference among the results")
	}
	if store {
		now.about["date"] = today.Format("2 January 2006")
		var out bytes.Buffer
		now.write(&out)
		if err := os.WriteFile(at, out.Bytes(), 0o644); err != nil {
			return 0, err
		}
		return 0, drawStored(at, drawn)
	}
	then, err := stored(at)
	if err != nil {
		return 0, err
	}
	return report(w, then, now, tolerance), nil
}

// stored returns the ratios of a baseline.
func stored(at string) (figures, error) {
	f, err := os.Open(at)
	if err != nil {
		return figures{}, err
	}
	defer f.Close()
	return read(f)
}

// drawStored writes the picture of a baseline.
func drawStored(at, drawn string) error {
	then, err := stored(at)
	if err != nil {
		return err
	}
	var picture bytes.Buffer
	if err := then.draw(&picture); err != nil {
		return err
	}
	return os.WriteFile(drawn, picture.Bytes(), 0o644)
}
