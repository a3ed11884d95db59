package browser

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/network"
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
// least and the median of nine runs, each in a browser that was never there.
func BenchmarkFirstPaint(b *testing.B) {
	inBrowser(b)
	s := serve(b)
	for page, path := range shownFirst {
		for by, how := range map[string]*network.Conditions{"loopback": nil, "slow-4g": &slow4G} {
			b.Run(page+"/"+by, func(b *testing.B) {
				for b.Loop() {
					var all []float64
					for range 9 {
						p := open(b, screens["phone"])
						tab, isChromium := p.engine.(*chromium)
						if !isChromium {
							b.Skip("only Chromium emulates a network")
						}
						p.goTo("about:blank")
						if how != nil {
							p.must(tab.do(call(network.EmulateNetworkConditionsByRule,
								network.EmulateNetworkConditionsByRuleParams{MatchedNetworkConditions: []*network.Conditions{how}})))
						}
						p.goTo(s.URL + path)
						all = append(all, evaluate[float64](p, firstPaint))
						p.close()
					}
					slices.Sort(all)
					b.ReportMetric(all[0], "least-ms")
					b.ReportMetric(all[len(all)/2], "median-ms")
				}
			})
		}
	}
}

// What a page waits for before it shows anything is itself, its style and what chooses its language: three requests,
// the last two side by side, few bytes, and nothing that one of them asks for in turn.
func TestLittleStandsBeforeTheFirstPaint(t *testing.T) {
	inBrowser(t)
	if kind() != "chromium" {
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
