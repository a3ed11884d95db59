package browser

import (
	"slices"
	"testing"

	"github.com/chromedp/cdproto/network"
)

// slow4G is what Lighthouse calls so: 150 ms until an answer begins, and 1.6 Mbit/s down and 0.75 up.
var slow4G = &network.Conditions{
	Latency: 150, DownloadThroughput: 1.6e6 / 8, UploadThroughput: .75e6 / 8,
}

// painted is after how many milliseconds the page that is open first showed something.
const painted = `new Promise((resolve) => new PerformanceObserver((list) => {
	for (const { name, startTime } of list.getEntries()) if (name === "first-contentful-paint") resolve(startTime);
}).observe({ type: "paint", buffered: true }))`

// BenchmarkFirstPaint takes how long a page takes that was never looked at before until it shows something: on this
// machine, and over a line that is emulated. Of seven times the median counts; and the least, which says more where the
// machine has other work.
func BenchmarkFirstPaint(b *testing.B) {
	inBrowser(b)
	if kind() != "chromium" {
		b.Skip("SKIPPED: only Chromium emulates a line")
	}
	s := serve(b)
	lines := map[string]*network.Conditions{
		"loopback": {DownloadThroughput: -1, UploadThroughput: -1}, "slow-4G": slow4G,
	}
	for name, path := range map[string]string{"send": "/", "receive": "/d/"} {
		for line, conditions := range lines {
			b.Run(name+"/"+line, func(b *testing.B) {
				for b.Loop() {
					var took []float64
					for range 7 {
						p := open(b, desktop)
						p.must(p.engine.(*chromium).do(
							call(network.EmulateNetworkConditionsByRule, network.EmulateNetworkConditionsByRuleParams{
								MatchedNetworkConditions: []*network.Conditions{conditions},
							}),
							call(network.SetCacheDisabled, network.SetCacheDisabledParams{CacheDisabled: true}),
						))
						p.goTo(s.URL + path)
						took = append(took, evaluate[float64](p, painted))
						p.close()
					}
					slices.Sort(took)
					b.ReportMetric(took[len(took)/2], "median-ms")
					b.ReportMetric(took[0], "least-ms")
				}
			})
		}
	}
}
