package command

import (
	"errors"
	"fmt"
	"math"
	"net/http"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sgraph.ai/send/cli/client"
)

// byteRate is how many bytes go in a second, as a flag: 500K, 2M, 1.5G. 0 is as many
// as can.
type byteRate int64

// Set reads the flag. Its units are those of the figures that are shown, of 1024.
func (r *byteRate) Set(s string) error {
	n, ok := bytesOf(strings.TrimSuffix(strings.ToLower(trim(s)), "/s"))
	switch {
	case !ok:
		return errors.New("want bytes in a second, as 500K, 2M or 1.5G")
	case n > 0 && n < client.SlowestLimit:
		return fmt.Errorf("no service waits for so slow a line: at least %dK", client.SlowestLimit>>10)
	}
	*r = byteRate(n)
	return nil
}

// bytesOf reads a number of bytes, whose units are multiples of 1,024.
func bytesOf(text string) (n int64, ok bool) {
	number := strings.ToUpper(text)
	for _, ending := range []string{"B", "I"} {
		number = strings.TrimSuffix(number, ending)
	}
	unit := 1.0
	for i, letter := range []string{"K", "M", "G"} {
		if cut, ok := strings.CutSuffix(number, letter); ok {
			number, unit = cut, float64(int64(1)<<(10*(i+1)))
			break
		}
	}
	f, err := strconv.ParseFloat(number, 64)
	f *= unit
	return int64(f), err == nil && f >= 0 && f <= math.MaxInt64/2
}

// byteSize is how many bytes something may have, as a flag: 500K, 100M, 2G. 0 leaves it
// to the service.
type byteSize int64

// Set reads the flag.
func (b *byteSize) Set(s string) error {
	n, ok := bytesOf(trim(s))
	if !ok || n < 1 {
		return errors.New("want a number of bytes, as 500K, 100M or 2G")
	}
	*b = byteSize(n)
	return nil
}

// String writes the flag.
func (b *byteSize) String() string {
	if *b == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*b), 10)
}

// Type names the value in the help text.
func (*byteSize) Type() string { return "bytes" }

// String writes the flag.
func (r *byteRate) String() string {
	if *r == 0 {
		return ""
	}
	return strconv.FormatInt(int64(*r), 10)
}

// Type names the value in the help text.
func (*byteRate) Type() string { return "bytes" }

// rateFlag adds the flag that bounds how fast a command sends or receives.
func rateFlag(c *cobra.Command, r *byteRate) {
	c.Flags().Var(r, "limit-rate", "at most so many bytes in a second: 500K, 2M, 1.5G")
}

// transport carries no more than that; nil where there is no bound.
func (r byteRate) transport() http.RoundTripper {
	if r == 0 {
		return nil
	}
	return client.Limited(nil, int64(r))
}
