package browser

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/network"

	"sgraph.ai/send/test/e2e/engine"
)

// shownFirst are the pages that people come to first.
var shownFirst = map[string]string{"send": "/", "receive": "/d/"}

// slow4G is the network that Lighthouse calls so, of which a browser delays each answer and each byte.
var slow4G = network.Conditions{Latency: 150, DownloadThroughput: 1.6e6 / 8, UploadThroughput: 750e3 / 8}

// firstPaint is when the page showed something, in milliseconds since it was asked for.
const firstPaint = `new Promise((resolve) => new PerformanceObserver((list) => {
	const shown = list.getEntriesByName('first-contentful-paint');
	if (shown.length) resolve(shown[0].startTime);
}).observe({ type: 'paint', buffered: true }))`

// BenchmarkFirstPaint takes when the pages show something, from this machine and by an emulated slow network: ms, the
// least and the median of nine runs, each in a browser that was never there. Beside them, in turn, stands a page of one
// headline, without style or script, which is what the browser itself takes.
func BenchmarkFirstPaint(b *testing.B) {
	inBrowser(b)
	s := serve(b)
	headline := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		_, _ = io.WriteString(w, `<!doctype html><html lang="en"><title>Headline</title><h1>Headline</h1>`)
	}))
	b.Cleanup(headline.Close)
	type visit struct{ url, language string }
	visits := map[string]visit{"headline": {headline.URL, "en"}}
	for page, path := range shownFirst {
		visits[page] = visit{s.URL + path, "en"}
		visits[page+"-in-german"] = visit{s.URL + path, "de"}
	}
	for by, how := range map[string]*network.Conditions{"loopback": nil, "slow-4g": &slow4G} {
		b.Run(by, func(b *testing.B) {
			for b.Loop() {
				all := map[string][]float64{}
				for range 9 {
					for page, v := range visits {
						all[page] = append(all[page], firstPaintOf(b, v.url, v.language, how))
					}
				}
				for page, ms := range all {
					slices.Sort(ms)
					b.ReportMetric(ms[0], page+"-least-ms")
					b.ReportMetric(ms[len(ms)/2], page+"-median-ms")
				}
			}
		})
	}
}

// started is how long a browser has been there that somebody comes with; what its start takes would count otherwise.
const started = time.Second

// firstPaintOf is when a browser of that language that was never there shows something of a page, in milliseconds.
func firstPaintOf(b *testing.B, url, language string, by *network.Conditions) float64 {
	b.Helper()
	p := open(b, screens["phone"])
	tab, isChromium := p.Tab.(engine.Chromium)
	if !isChromium {
		b.Skip("only Chromium emulates a network")
	}
	p.goTo("about:blank")
	p.reads(language)
	time.Sleep(started)
	if by == nil {
		p.must(tab.HearNoRequests()) // nobody who comes has each of them told to a debugger
	} else {
		p.must(tab.Do(engine.Call(network.EmulateNetworkConditionsByRule,
			network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{by}})))
	}
	p.goTo(url)
	ms := evaluate[float64](p, firstPaint)
	p.close()
	return ms
}

// What a page waits for before it shows anything is itself, its style and what chooses its language: three requests,
// the last two side by side, few bytes, and nothing that one of them asks for in turn.
func TestLittleStandsBeforeTheFirstPaint(t *testing.T) {
	inBrowser(t)
	if engine.Kind() != "chromium" {
		t.Skip("SKIPPED: only Chromium says what it waits for")
	}
	s := serve(t)
	for page, path := range shownFirst {
		p := open(t, screens["phone"])
		p.goTo(s.URL + path)
		p.see(`main h2, main h1`)
		waits := evaluate[[]struct {
			Name, Initiator string
			Bytes           int
		}](p, `performance.getEntriesByType('resource').filter((r) => r.renderBlockingStatus === 'blocking')
			.map((r) => ({ name: r.name.split('/').at(-1), initiator: r.initiatorType, bytes: r.encodedBodySize }))`)
		bytes := evaluate[int](p, `performance.getEntriesByType('navigation')[0].encodedBodySize`)
		var said []string
		for _, w := range waits {
			bytes += w.Bytes
			said = append(said, w.Name)
		}
		slices.Sort(said)
		if fmt.Sprint(said) != "[app.css choose.js]" {
			t.Errorf("before the %s page shows anything it waits for %s", page, strings.Join(said, ", "))
		}
		// Ten packets, which a server sends before it hears that the first of them arrived, hold 14 KB.
		if bytes == 0 || bytes > 14<<10 {
			t.Errorf("before the %s page shows anything it waits for %d bytes", page, bytes)
		}
	}
}
