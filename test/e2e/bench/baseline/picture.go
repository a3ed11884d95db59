package main

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
)

//go:embed picture.svg.tmpl
var pictureText string

var picture = template.Must(template.New("picture").Parse(pictureText))

// Where things stand in a picture, and how fast its right end is.
const (
	barsFrom, barsTo, barsTop, barHeight = 400, 830, 66, 24
	fastest                              = 1.5
)

type bar struct {
	Says, Median string
	X            float64
	Each         []float64
	Y            int
}

func along(speed float64) float64 { return barsFrom + (barsTo-barsFrom)*min(speed, fastest)/fastest }

// draw draws the ratios of what has words in pairs, as an SVG that can be read on dark and light: how fast it is, where
// its reference is 1. What costs twice what its reference does is half as fast.
func (f figures) draw(w io.Writer) error {
	data := struct {
		Date                  string
		Height, Bottom, Start int
		Scale                 map[string]float64
		Bars                  []bar
	}{Date: f.about["date"], Start: barsFrom, Scale: map[string]float64{}}
	for _, tick := range []float64{0, 0.5, 1, 1.5} {
		data.Scale[fmt.Sprint(tick)] = along(tick)
	}
	for _, p := range pairs {
		ratios := f.values[p.figure()]
		if p.says == "" || len(ratios) == 0 {
			continue
		}
		speeds := make([]float64, len(ratios))
		b := bar{Says: p.says, Y: barsTop + len(data.Bars)*barHeight}
		for i, ratio := range ratios {
			speeds[i] = ratio
			if p.ratio() == cost {
				speeds[i] = 1 / ratio
			}
			b.Each = append(b.Each, along(speeds[i]))
		}
		b.Median, b.X = fmt.Sprintf("%.2f", median(speeds)), along(median(speeds))
		data.Bars = append(data.Bars, b)
	}
	data.Bottom = barsTop + len(data.Bars)*barHeight
	data.Height = data.Bottom + 12
	return picture.Execute(w, data)
}
