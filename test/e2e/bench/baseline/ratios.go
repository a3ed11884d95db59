package main

import (
	"bufio"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// figure is what of a benchmark was taken.
type figure struct{ pkg, name, unit string }

// figures are those of a run, each as often as it was taken, and where that was.
type figures struct {
	values map[figure][]float64
	about  map[string]string // such as cpu and date
}

// aboutKeys are what a baseline says of the run that it is from.
var aboutKeys = []string{"date", "goos", "goarch", "cpu"}

var (
	// Both are of https://go.dev/design/14313-benchmark-format.
	config    = regexp.MustCompile(`^([a-z][^\s:]*):\s+(.*)$`)
	benchmark = regexp.MustCompile(`^Benchmark(\S+?)(?:-\d+)?\s+\d+\s+(\S.*)$`)
)

// read reads figures as go test writes them.
func read(r io.Reader) (figures, error) {
	all := figures{map[figure][]float64{}, map[string]string{}}
	pkg := ""
	lines := bufio.NewScanner(r)
	for lines.Scan() {
		if m := config.FindStringSubmatch(lines.Text()); m != nil {
			if m[1] == "pkg" {
				pkg = strings.TrimPrefix(m[2], module)
			} else if slices.Contains(aboutKeys, m[1]) {
				all.about[m[1]] = m[2]
			}
			continue
		}
		m := benchmark.FindStringSubmatch(lines.Text())
		if m == nil {
			continue // what else go test says
		}
		values := strings.Fields(m[2])
		for i := 0; i+1 < len(values); i += 2 {
			value, err := strconv.ParseFloat(values[i], 64)
			if err != nil {
				return all, fmt.Errorf("%s: %w", lines.Text(), err)
			}
			at := figure{pkg, m[1], values[i+1]}
			all.values[at] = append(all.values[at], value)
		}
	}
	return all, lines.Err()
}

// ratios are those of each time that a benchmark and its reference were taken, one after the other.
func (f figures) ratios() figures {
	all := figures{map[figure][]float64{}, f.about}
	for _, p := range pairs {
		at := p.figure()
		of := f.values[figure{p.pkg, p.of, p.unit}]
		if p.to == "" {
			if len(of) > 0 {
				all.values[at] = of
			}
			continue
		}
		to := f.values[figure{p.pkg, p.to, p.unit}]
		for i := range min(len(of), len(to)) {
			if to[i] > 0 { // where the system does not say what a process takes it is 0
				all.values[at] = append(all.values[at], of[i]/to[i])
			}
		}
	}
	return all
}

// write writes ratios as go test writes figures: read reads them, and benchstat does.
func (f figures) write(w io.Writer) {
	fmt.Fprintf(w, "# Ratios of benchmarks to their references, which later ones are compared with.\n"+
		"# \"make bench BASELINE=new\" writes this file.\n\nUnit %s better=higher\nUnit %s better=lower\n\n", speed, cost)
	for _, key := range aboutKeys {
		if f.about[key] != "" {
			fmt.Fprintf(w, "%s: %s\n", key, f.about[key])
		}
	}
	pkg := ""
	for _, p := range pairs {
		if pkg != p.pkg {
			pkg = p.pkg
			fmt.Fprintf(w, "\npkg: %s%s\n", module, pkg)
		}
		for _, ratio := range f.values[p.figure()] {
			fmt.Fprintf(w, "Benchmark%s 1 %.3g %s\n", p.name(), ratio, p.ratio())
		}
	}
}

func median(v []float64) float64 {
	s := slices.Sorted(slices.Values(v))
	return s[len(s)/2]
}
