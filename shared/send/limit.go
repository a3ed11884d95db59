package send

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Rate is how often one client may do a thing within a window of time.
type Rate struct {
	Limit  int64
	Window time.Duration // whole minutes
}

// The names of the limits: each is of something that costs or leaks.
const (
	LimitCreate   = "create"   // creating transfers
	LimitToken    = "token"    // trying tokens and delete secrets
	LimitDownload = "download" // downloading
	LimitLogin    = "login"    // trying API keys
	LimitInfo     = "info"     // looking at transfers
	LimitSignOn   = "sign-on"  // beginning to sign in with a provider
)

// Guessing says whether a limit is of guesses, by which somebody may come by what is
// another's: what cannot be counted of it is refused. The others are for comfort: what
// cannot be counted of them passes, because to refuse everybody would do more harm.
func Guessing(limit string) bool { return limit == LimitToken || limit == LimitLogin }

// DefaultRates are the limits that hold where nothing else is set: all there
// are.
var DefaultRates = map[string]Rate{
	LimitCreate:   {120, time.Minute},
	LimitToken:    {60, time.Minute},
	LimitDownload: {600, time.Minute},
	LimitLogin:    {10, time.Minute},
	LimitInfo:     {600, time.Minute},
	LimitSignOn:   {30, time.Minute},
}

// ParseRates reads limits such as "create=60/1m,download=off". What is not
// named keeps its default; "off" alone turns every limit off. Invalid, naming
// every fault.
func ParseRates(s string) (map[string]Rate, error) {
	if strings.TrimSpace(s) == "off" {
		return map[string]Rate{}, nil
	}
	rates := maps.Clone(DefaultRates)
	seen := map[string]bool{}
	var faults []string
	for entry := range strings.SplitSeq(s, ",") {
		if entry = strings.TrimSpace(entry); entry == "" {
			continue
		}
		name, value, _ := strings.Cut(entry, "=")
		rate, err := parseRate(value)
		_, known := DefaultRates[name]
		switch {
		case !known:
			names := slices.Sorted(maps.Keys(DefaultRates))
			faults = append(faults, fmt.Sprintf("%q: no limit has that name (they are %s)", name, strings.Join(names, ", ")))
		case seen[name]:
			faults = append(faults, fmt.Sprintf("%q: named twice", name))
		case value == "off":
			delete(rates, name)
		case err != nil:
			faults = append(faults, fmt.Sprintf("%q: %v", entry, err))
		default:
			rates[name] = rate
		}
		seen[name] = true
	}
	if faults != nil {
		return nil, Fail(Invalid, "rate limits: %s", strings.Join(faults, "; "))
	}
	return rates, nil
}

// maxLimit bounds a limit, so that what wider networks may do can be counted, too.
const maxLimit = 1_000_000_000

func parseRate(s string) (Rate, error) {
	count, window, _ := strings.Cut(s, "/")
	limit, err := strconv.ParseInt(count, 10, 64)
	if err != nil || limit < 1 || limit > maxLimit {
		return Rate{}, fmt.Errorf("want a number from 1 to %d, a slash and a time, as in 60/1m, or off", maxLimit)
	}
	w, err := time.ParseDuration(window)
	if err != nil || w < time.Minute || w%time.Minute != 0 || w > 24*time.Hour {
		return Rate{}, fmt.Errorf("want whole minutes after the slash, up to a day, as in 60/1m")
	}
	return Rate{limit, w}, nil
}

// Limiter counts what clients do in fixed windows of time. The count is a
// record of the ledger, so it is exact however many processes share that.
type Limiter struct {
	// Patience is how long the ledger may take to count a request: one that hangs
	// does more harm than one that is not counted. It may be set before first use.
	Patience time.Duration

	ledger    Ledger
	rates     map[string]Rate
	now       func() time.Time
	uncounted func(ctx context.Context, name string, err error)

	mu    sync.Mutex
	over  map[overKey]time.Time
	blind map[string]bool // limits of which the last request could not be counted
}

// overKey names a client that has used up a limit; with it goes the end of the
// window for which that holds.
type overKey struct{ name, client string }

// maxOver bounds what the limiter remembers. Forgetting costs a write of the
// ledger, no more.
const maxOver = 8192

// ledgerPatience is a new limiter's Patience.
const ledgerPatience = 2 * time.Second

// NewLimiter returns a limiter for the rates; a name without a rate is not
// limited. uncounted hears of requests that the ledger could not count, and that were
// let through or, where [Guessing] says so, refused.
func NewLimiter(
	ledger Ledger, rates map[string]Rate, now func() time.Time,
	uncounted func(ctx context.Context, name string, err error),
) *Limiter {
	return &Limiter{
		Patience: ledgerPatience,
		ledger:   ledger, rates: rates, now: now, uncounted: uncounted,
		over: map[overKey]time.Time{}, blind: map[string]bool{},
	}
}

// Decision is what a limit says to a request.
type Decision struct {
	Allowed   bool
	Limit     int64         // of the window; 0 = none holds
	Remaining int64         // requests the window still has
	Window    time.Duration // its length
	ResetIn   time.Duration // until the next one begins
}

// widerTimes is how much more than a network each wider one around it may do.
const widerTimes = 4

// widerPrefix tells the windows of wider networks from those of clients, which
// the [Pulse] counts.
const widerPrefix = "wider-"

// Allow counts a request of a client, and says whether it may go on. wider are
// the networks around the client, from the narrowest to the widest: each may do
// four times what the one before may, and whichever is used up first refuses.
// What a narrower one refuses counts for no wider one, so that its neighbours
// are not locked out with it. The decision tells of the one that has the least
// left.
//
// It waits for nothing but the ledger, for as long as Patience says. While that is
// broken it lets requests through, but for guesses: of those it returns Unavailable. Its
// only other error is that of a context which ended.
func (l *Limiter) Allow(ctx context.Context, name, client string, wider ...string) (Decision, error) {
	rate, ok := l.rates[name]
	if !ok {
		return Decision{Allowed: true}, nil
	}
	now := l.now()
	end := now.Truncate(rate.Window).Add(rate.Window)
	if _, over := l.Over(name, client, wider...); over {
		return Decision{Limit: rate.Limit, Window: rate.Window, ResetIn: end.Sub(now)}, nil
	}
	ctx, cancel := context.WithTimeoutCause(ctx, l.Patience, errImpatient)
	defer cancel()
	d, err := l.count(ctx, name, name, client, rate, now)
	for _, network := range wider {
		if err != nil || !d.Allowed || d.Limit == 0 {
			break
		}
		rate.Limit *= widerTimes
		var of Decision
		of, err = l.count(ctx, name, widerPrefix+name, network, rate, now)
		if !of.Allowed || of.Limit == 0 || of.Remaining < d.Remaining {
			d = of
		}
	}
	return d, err
}

// errImpatient ends the wait for the ledger.
var errImpatient = errors.New("the ledger takes too long to count a request")

// count is Allow of one network, under what its windows are called.
func (l *Limiter) count(
	ctx context.Context, name, called, client string, rate Rate, now time.Time,
) (Decision, error) {
	start := now.Truncate(rate.Window)
	end := start.Add(rate.Window)
	d := Decision{Limit: rate.Limit, Window: rate.Window, ResetIn: end.Sub(now)}
	key := windowKey(start, called+"/"+client)
	r, err := l.ledger.Spend(ctx, key, Spend{
		Now: now,
		Open: &Record{
			Limit:   rate.Limit,
			Expires: end.Add(time.Minute), // clocks differ
			Purge:   end.Add((PulseMinutes + 1) * time.Minute),
		},
	})
	switch {
	case err == nil:
		d.Allowed, d.Remaining = true, max(0, r.Limit-r.Count)
	case CodeOf(err) == Conflict:
	case ctx.Err() != nil && context.Cause(ctx) != errImpatient:
		return d, ctx.Err()
	default:
		l.uncounted(ctx, name, err)
		if !Guessing(name) {
			return Decision{Allowed: true}, nil
		}
		l.setBlind(name, true)
		return d, &Error{
			Code: Unavailable, Err: err, RetryAfter: blindRetry,
			Message: "it cannot be counted how often this was tried, and so it is refused; try again in a moment",
		}
	}
	if Guessing(name) {
		l.setBlind(name, false)
	}
	if d.Remaining == 0 {
		l.setOver(overKey{name, client}, end, now)
	}
	return d, nil
}

// blindRetry is when to try again what could not be counted.
const blindRetry = 5 * time.Second

// Blind says whether the last guess of a kind could not be counted. Whoever counts only
// the wrong ones, once they are known to be wrong, then counts each before looking at
// it: of what cannot be counted nothing may be learnt.
func (l *Limiter) Blind(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.blind[name]
}

func (l *Limiter) setBlind(name string, blind bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.blind[name] = blind
}

// Over says whether a client, or a network around it, is known here to have used
// up a limit, and for how long that holds. It counts nothing and asks nobody.
func (l *Limiter) Over(name, client string, wider ...string) (time.Duration, bool) {
	rate, ok := l.rates[name]
	if !ok {
		return 0, false
	}
	now := l.now()
	end := now.Truncate(rate.Window).Add(rate.Window)
	over := l.isOver(overKey{name, client}, end)
	for _, network := range wider {
		over = over || l.isOver(overKey{name, network}, end)
	}
	return end.Sub(now), over
}

// isOver says whether the client is known to have used up this window. It
// spares the ledger the clients it would refuse.
func (l *Limiter) isOver(who overKey, end time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.over[who].Equal(end)
}

func (l *Limiter) setOver(who overKey, end, now time.Time) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.over) >= maxOver {
		maps.DeleteFunc(l.over, func(_ overKey, end time.Time) bool { return !now.Before(end) })
		if len(l.over) >= maxOver {
			clear(l.over)
		}
	}
	l.over[who] = end
}
