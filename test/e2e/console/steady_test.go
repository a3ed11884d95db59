package console

import (
	"net/http"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/services/admin/webhook"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/test/e2e/engine"
)

// steadyScript adds up how far what is shown moved by itself, and remembers what.
const steadyScript = `window.moved = 0; window.movers = [];
	new PerformanceObserver((list) => {
		for (const { value, sources } of list.getEntries()) {
			window.moved += value;
			window.movers.push(...sources.map(({ node }) =>
				(node?.parentElement?.className ?? "") + " > " + node?.nodeName + "." + node?.className));
		}
	}).observe({ type: "layout-shift", buffered: true });`

// painted waits until what the page has is on the screen, and is counted.
const painted = `new Promise((resolve) =>
	requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(resolve, 0, 0))))`

// answers is a service whose answers to scripts wait until they are let go, one by one.
type answers struct {
	service http.Handler
	newest  bool // is let go first

	mu      sync.Mutex
	waiting []chan struct{}
}

func (a *answers) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if r.Header.Get("Sec-Fetch-Dest") == "empty" && r.Method == http.MethodGet {
		turn := make(chan struct{})
		a.mu.Lock()
		a.waiting = append(a.waiting, turn)
		a.mu.Unlock()
		select {
		case <-turn:
		case <-r.Context().Done():
		}
	}
	a.service.ServeHTTP(w, r)
}

// letOneGo lets one of the answers go that wait, if any does.
func (a *answers) letOneGo() {
	a.mu.Lock()
	defer a.mu.Unlock()
	if len(a.waiting) == 0 {
		return
	}
	next := 0
	if a.newest {
		next = len(a.waiting) - 1
	}
	close(a.waiting[next])
	a.waiting = slices.Delete(a.waiting, next, next+1)
}

// tellsWhatMoves says whether the browser does.
var tellsWhatMoves = engine.Kind() == "chromium"

// Nothing moves by itself while a view is opened by its address, in whatever order answers come.
func TestNothingMovesWhileAViewOpens(t *testing.T) {
	t.Parallel()
	amazon := func(s *admin.Settings) {
		(&aws{}).tells(s)
		s.WebhookURL, s.WebhookVia = "https://hooks.example.org/a", webhook.Via(true)
		s.WebhookEvents = settings.WebhookTypes
	}
	views := map[string]string{
		"tokens": "2 active", "transfers": "1 transfer, 100", "pulse": "The last hour", "audit": "Verify it later",
		"system": "checked at",
	}
	for place, change := range map[string]func(*admin.Settings){"own machine": func(*admin.Settings) {}, "aws": amazon} {
		t.Run(place, func(t *testing.T) {
			t.Parallel()
			o := open(t)
			_, tokens, service := serveWithTrail(t, change)
			for _, note := range []string{"Press", "Board"} {
				made := send.NewToken{Name: note, CreatedBy: "test", Metadata: map[string]any{"note": note}}
				if _, err := tokens.Create(t.Context(), made); err != nil {
					t.Fatal(err)
				}
			}
			sent(t, tokens, "Press", send.NewTransfer{ID: "0123456789ab"})
			front := &answers{service: service}
			url := start(t, service, front)
			o.run(goTo(start(t, service, service)), login(), says("2 active"))
			if tellsWhatMoves {
				if err := o.Before(steadyScript); err != nil {
					t.Fatal(err)
				}
			}
			for size, on := range map[string]engine.Screen{
				"desktop": {Width: 1440, Height: 900}, "phone": {Width: 390, Height: 844},
			} {
				for _, newest := range []bool{false, true} {
					front.newest = newest
					for view, last := range views {
						o.run(goTo("about:blank"), seen(on), goTo(url+"#"+view), front.oneByOne(last))
						if !tellsWhatMoves {
							continue // it is there, whatever answers first
						}
						if moved := evaluate[float64](o, `window.moved`); moved > 0.02 {
							t.Errorf("%s, %s, the newest answer first: %v: %.3f: %s", view, size, newest, moved,
								strings.Join(evaluate[[]string](o, `window.movers`), ", "))
						}
					}
				}
			}
		})
	}
}

// oneByOne lets answers go until the page shows a text and waits for nothing more.
func (a *answers) oneByOne(last string) step {
	return func(o *operator) error {
		for deadline := time.Now().Add(engine.Patience); time.Now().Before(deadline); {
			if _, err := ask[any](o, painted); err != nil {
				return err
			}
			a.mu.Lock()
			done := len(a.waiting) == 0
			a.mu.Unlock()
			if done {
				if yes, err := ask[bool](o, `document.body.innerText.includes("`+last+`")`); yes || err != nil {
					return err
				}
			}
			a.letOneGo()
		}
		return says(last)(o)
	}
}
