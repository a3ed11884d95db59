package command

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

// bounded is how many there are of something, as a flag that has bounds.
type bounded struct {
	count
	least, most int64
}

// Set reads the flag.
func (b *bounded) Set(s string) error {
	if err := b.count.Set(s); err != nil || int64(b.count) < b.least || int64(b.count) > b.most {
		return fmt.Errorf("want a number from %d to %d", b.least, b.most)
	}
	return nil
}

// count is how many there are of something, as a flag.
type count int64

// Set reads the flag.
func (c *count) Set(s string) error {
	n, err := strconv.ParseInt(trim(s), 10, 64)
	if err != nil || n < 0 {
		return errors.New("want a number of 0 or more")
	}
	*c = count(n)
	return nil
}

// String writes the flag.
func (c *count) String() string { return strconv.FormatInt(int64(*c), 10) }

// Type names the value in the help text.
func (*count) Type() string { return "int" }

// lifetime is a time such as 30m, 12h, 1d or 2w, as a flag. 0 leaves it to the
// service.
type lifetime time.Duration

var units = map[string]time.Duration{
	"m": time.Minute, "h": time.Hour, "d": 24 * time.Hour, "w": 7 * 24 * time.Hour,
}

// Set reads the flag.
func (l *lifetime) Set(s string) error {
	s = trim(s)
	for unit, d := range units {
		number, ok := strings.CutSuffix(s, unit)
		if !ok {
			continue
		}
		switch n, err := strconv.ParseUint(number, 10, 16); {
		case err == nil && n == 0:
			return errors.New("want more than 0: a number and m, h, d or w, as in 1d")
		case errors.Is(err, strconv.ErrRange) || err == nil && n > uint64(math.MaxInt64/d):
			return errors.New("longer than any service keeps a transfer")
		case err == nil:
			*l = lifetime(time.Duration(n) * d)
			return nil
		}
	}
	return errors.New("want a number and m, h, d or w, as in 1d")
}

// String writes the flag in the largest unit that fits.
func (l *lifetime) String() string {
	d := time.Duration(*l)
	if d == 0 {
		return ""
	}
	for _, unit := range []string{"w", "d", "h"} {
		if d%units[unit] == 0 {
			return strconv.Itoa(int(d/units[unit])) + unit
		}
	}
	return strconv.Itoa(int(d/time.Minute)) + "m"
}

// Type names the value in the help text.
func (*lifetime) Type() string { return "time" }
