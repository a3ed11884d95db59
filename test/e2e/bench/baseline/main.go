// Command baseline compares the ratios of a run of benchmarks to their references with those that are stored, and names
// what got slower; or stores them. It reads what go test and test/e2e/bench write.
//
//	go run ./test/e2e/bench/baseline RESULTS
//	go run ./test/e2e/bench/baseline -store RESULTS
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
	store := flag.Bool("store", false, "store the ratios instead of comparing them")
	fail := flag.Bool("fail", false, "end with an error if something got slower")
	tolerance := flag.Float64("tolerance", 15, "by how many percent a ratio may differ")
	flag.Parse()
	slower, err := run(os.Stdout, *at, flag.Args(), *store, *tolerance/100, time.Now())
	if err != nil {
		fmt.Fprintf(os.Stderr, "baseline: %v\n", err)
		os.Exit(2)
	}
	if slower > 0 && *fail {
		os.Exit(1)
	}
}

func run(
	w io.Writer, at string, results []string, store bool, tolerance float64, today time.Time,
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
		return 0, os.WriteFile(at, out.Bytes(), 0o644)
	}
	f, err := os.Open(at)
	if err != nil {
		return 0, err
	}
	defer f.Close()
	then, err := read(f)
	if err != nil {
		return 0, err
	}
	return report(w, then, now, tolerance), nil
}
