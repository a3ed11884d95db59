package traffic

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"math"
	"strings"
	"time"
)

//go:embed picture.svg.tmpl
var pictureText string

var picture = template.Must(template.New("picture").Parse(pictureText))

// Where things stand in a picture.
const (
	barsFrom, barsTo, barsTop, barHeight = 330, 830, 62, 22
	hadFrom, hadTo, hadTop, hadBottom    = 60, 830, 60, 210
)

// The scale of the latencies grows tenfold with each line.
const shortest, longest = 100 * time.Microsecond, 10 * time.Second

func along(d time.Duration) float64 {
	times := func(d time.Duration) float64 { return math.Log10(d.Seconds() / shortest.Seconds()) }
	return barsFrom + (barsTo-barsFrom)*times(min(max(d, shortest), longest))/times(longest)
}

type tick struct {
	X    float64
	Text time.Duration
}

type bar struct {
	Latency
	X, Width float64
	Y        int
}

type had struct {
	Own, Resident                               string // MiB
	Descriptors                                 int
	OwnPoints, ResidentPoints, DescriptorPoints string
	Long                                        time.Duration
}

// WritePicture draws the latencies, as bars from half of the requests to 99 in a hundred, and under them what the
// process had meanwhile, as an SVG that can be read on dark and light.
func WritePicture(w io.Writer, title string, latencies []Latency, samples []Sample) error {
	bottom := barsTop + len(latencies)*barHeight
	data := struct {
		Title          string
		Height, Bottom int
		Scale          []tick
		Bars           []bar
		Had            *had
	}{Title: title, Height: bottom + 30, Bottom: bottom}
	for d := shortest; d <= longest; d *= 10 {
		data.Scale = append(data.Scale, tick{along(d), d})
	}
	for i, l := range latencies {
		for _, d := range []*time.Duration{&l.P50, &l.P99, &l.Max} {
			*d = d.Round(shortest)
		}
		x := along(l.P50)
		data.Bars = append(data.Bars, bar{l, x, max(3, along(l.P99)-x), barsTop + i*barHeight})
	}
	if len(samples) > 1 {
		data.Had, data.Height = drawn(samples), bottom+hadBottom+40
	}
	return picture.Execute(w, data)
}

func drawn(samples []Sample) *had {
	var most Sample
	for _, s := range samples {
		most.Own, most.Resident = max(most.Own, s.Own), max(most.Resident, s.Resident)
		most.Descriptors = max(most.Descriptors, s.Descriptors)
	}
	end := samples[len(samples)-1].After
	points := func(share func(Sample) float64) string {
		var p strings.Builder
		for _, s := range samples {
			x := hadFrom + (hadTo-hadFrom)*s.After.Seconds()/end.Seconds()
			fmt.Fprintf(&p, "%.1f,%.1f ", x, hadBottom-(hadBottom-hadTop)*share(s))
		}
		return p.String()
	}
	return &had{
		Own:              mebibytes(most.Own),
		Resident:         mebibytes(most.Resident),
		Descriptors:      most.Descriptors,
		OwnPoints:        points(func(s Sample) float64 { return float64(s.Own) / float64(most.Resident) }),
		ResidentPoints:   points(func(s Sample) float64 { return float64(s.Resident) / float64(most.Resident) }),
		DescriptorPoints: points(func(s Sample) float64 { return float64(s.Descriptors) / float64(most.Descriptors) }),
		Long:             end.Round(time.Second),
	}
}

func mebibytes(bytes int64) string { return fmt.Sprintf("%.1f", float64(bytes)/(1<<20)) }
