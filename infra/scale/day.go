package scale

import (
	"math"
	"math/rand/v2"
)

const dayLength = 24 * 60 * 60

// day is how many transfers are begun in each second of a day: the rate in the mean,
// nearly twice as many at three in the afternoon, a tenth at three at night, and by
// chance, as people come who know nothing of each other.
func day(rate float64) []int {
	chance := rand.New(rand.NewPCG(3, 4))
	arrivals := make([]int, dayLength)
	for second := range arrivals {
		hour := float64(second) / 3600
		arrivals[second] = poisson(chance, rate*(1+0.9*math.Cos(2*math.Pi*(hour-15)/24)))
	}
	return arrivals
}

// poisson is how many come of whom so many do in the mean.
func poisson(chance *rand.Rand, mean float64) int {
	if mean > 500 { // where the two are as good as the same
		return int(max(0, math.Round(mean+math.Sqrt(mean)*chance.NormFloat64())))
	}
	n := 0
	for left := chance.ExpFloat64(); left < mean; left += chance.ExpFloat64() {
		n++
	}
	return n
}

// window is some seconds of a day, which are looked at one by one.
type window struct{ from, seconds int }

// peakOf is where a day is looked at: what ten thousand transfers a second ask in all of it
// would take days of a processor, and a limit is met first where most is asked. It begins
// with the busiest second, and is as long as it takes to see a thousand transfers or two.
func peakOf(arrivals []int, rate float64) window {
	busiest := 0
	for second, n := range arrivals {
		if n > arrivals[busiest] {
			busiest = second
		}
	}
	length := int(min(120, max(1, math.Ceil(1000/rate))))
	return window{min(busiest, dayLength-length), length}
}
