package scale

import (
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sgraph.ai/send/infra/cost"
	"sgraph.ai/send/infra/settings"
	"sgraph.ai/send/infra/tables"
)

const root = "../.."

func stack(t *testing.T, changes map[string]string) settings.Settings {
	t.Helper()
	s, err := cost.Stack(root, "prod", changes)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestThePageIsWhatTheCommandSays(t *testing.T) {
	t.Parallel()
	page, err := os.ReadFile(filepath.Join(root, "docs", "scale.md"))
	if err != nil {
		t.Fatal(err)
	}
	r, err := Of(t.Context(), stack(t, nil), Typical, Rates)
	if err != nil {
		t.Fatal(err)
	}
	want, err := tables.Fill(string(page), Maker, r.Tables())
	if err != nil {
		t.Fatal(err)
	}
	if string(page) != want {
		t.Error("docs/scale.md is not what a simulated day comes to: run go generate ./infra/scale")
	}
	if !strings.Contains(string(page), "as public copies have them on "+Date) {
		t.Errorf("docs/scale.md does not say that AWS's pages are of %s", Date)
	}
}

// met is where a limit is met.
func met(t *testing.T, r Report, name string) Met {
	t.Helper()
	for _, m := range Ladder(r.Days) {
		if m.Name == name {
			return m
		}
	}
	t.Fatalf("there is no limit called %q", name)
	return Met{}
}

// A setting moves the limit that it is said to move, by as much, and no other; and what
// is met first then is another.
func TestASettingMovesItsLimit(t *testing.T) {
	t.Parallel()
	run := func(changes map[string]string) Report {
		r, err := Of(t.Context(), stack(t, changes), Typical, []float64{20})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	const sweep, admin, user = "a sweep has too little time for what expires", "requests of the admin function",
		"requests of the user function"
	as := run(nil)
	if first := Ladder(as.Days)[0]; first.Name != sweep {
		t.Errorf("%s is met first, at %v", first.Name, first.At)
	}
	for _, c := range []struct {
		key, value, limit string
		times             float64
	}{
		{"sweepMinutes", "5", sweep, 12},
		{"adminConcurrency", "60", admin, 3},
		{"userConcurrency", "200", user, 2},
	} {
		moved := run(map[string]string{c.key: c.value})
		for _, name := range []string{sweep, admin, user} {
			times := 1.0
			if name == c.limit {
				times = c.times
			}
			if got := met(t, moved, name).At / met(t, as, name).At; math.Abs(got-times) > 0.01*times {
				t.Errorf("with %s: %s, %s is met at %v times of what it was, want %v", c.key, c.value, name, got, times)
			}
		}
		if first := Ladder(moved.Days)[0]; c.limit == sweep && first.Name == sweep {
			t.Error("the sweep is met first all the same")
		}
	}
}

// A record that every upload writes is seen: where the bytes of all senders are bounded
// there is one.
func TestAHotRecordIsSeen(t *testing.T) {
	t.Parallel()
	const uploads = 50
	for bound, want := range map[int64]int64{0: 0, math.MaxInt64 / 2: 4 * uploads} {
		r := rules()
		r.PendingBytesAll = bound
		s := newService(t.Context(), r, Typical)
		d := s.measured(func() {
			for range uploads {
				s.send(s.token(s.hex(16)), s.hex(16))
			}
		})
		if got := d.sets["reserved/all"].Writes; got != want {
			t.Errorf("where all may have %d bytes, %d uploads write %d units to one record, want %d", bound, uploads, got, want)
		}
		for _, err := range s.faults {
			t.Error(err)
		}
	}
}

func TestADayIsAsManyAsItsRate(t *testing.T) {
	t.Parallel()
	for _, rate := range []float64{0.1, 1, 100, 10_000} {
		sum, most, quiet := 0, 0, 0
		arrivals := day(rate)
		for second, n := range arrivals {
			sum, most = sum+n, max(most, n)
			if second/3600 == 3 {
				quiet += n
			}
		}
		want := rate * dayLength
		if math.Abs(float64(sum)-want) > 5*math.Sqrt(want) {
			t.Errorf("at %v a second %d come in a day", rate, sum)
		}
		if float64(most) < 1.8*rate || float64(quiet) > 0.3*want/24 {
			t.Errorf("at %v a second %d come in the busiest, and %d in the fourth hour", rate, most, quiet)
		}
		w := peakOf(arrivals, rate)
		if arrivals[w.from] != most && w.from+w.seconds < dayLength || w.from < 0 || w.from+w.seconds > dayLength {
			t.Errorf("at %v a second it is looked at %+v", rate, w)
		}
	}
	chance := rand.New(rand.NewPCG(5, 6))
	for _, mean := range []float64{0, 0.5, 3, 400, 600} {
		var sum, squares float64
		for range 20_000 {
			n := float64(poisson(chance, mean))
			sum, squares = sum+n, squares+n*n
		}
		got := sum / 20_000
		if spread := squares/20_000 - got*got; math.Abs(got-mean) > 0.02*mean || math.Abs(spread-mean) > 0.06*mean {
			t.Errorf("in the mean %v, spread %v, want %v", got, spread, mean)
		}
	}
}

func TestHostsAreNotSimulated(t *testing.T) {
	t.Parallel()
	set := stack(t, map[string]string{"compute": "fargate", "domain": "send.example.org"})
	if _, err := Of(t.Context(), set, Typical, []float64{1}); err == nil {
		t.Error("tasks are simulated as if they were functions")
	}
}
