package browser

import (
	"os"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/heapprofiler"

	"sgraph.ai/send/shared/test/cutline"
	"sgraph.ai/send/test/e2e/engine"
)

// A page sends and receives while its garbage is collected all the time. What waits for an answer is none: Chromium
// takes a stream for it of which a read is pending, unless somebody holds that, and then nothing moves any more.
func TestWhatWaitsIsNotCollected(t *testing.T) {
	if inBrowser(t); engine.Kind() != "chromium" {
		t.Skip("collects no garbage when it is told to")
	}
	s := serve(t)
	path, want := cutline.File(t, "large.bin", 70<<20, 0) // which goes to disk as it arrives

	sender := open(t, usual)
	sender.goSend(s)
	sender.choose(fileInput, path)
	sender.must(sender.HearNoRequests())
	end := sender.collect()
	sender.click(submit)
	sender.awaitLong(isVisible(sendingDone))
	end()
	link := sender.value(linkInput)
	sender.close()

	recipient := open(t, usual)
	recipient.must(recipient.Before(withoutPickers))
	recipient.goTo(link)
	recipient.see(receiveIt)
	recipient.must(recipient.HearNoRequests())
	end = recipient.collect()
	recipient.click(receiveIt)
	recipient.awaitLong(isVisible(received))
	end()
	saved := recipient.saved("large.bin")
	if cutline.SumOf(t, saved) != want {
		t.Error("other bytes arrived")
	}
	os.Remove(saved)
	recipient.close()
}

// collect has a page and its workers collect their garbage again and again, until that is ended.
func (p *profile) collect() (end func()) {
	c := p.Tab.(engine.Chromium)
	collected := engine.Call(heapprofiler.CollectGarbage, cdp.Empty{})
	stop, stopped := make(chan bool), make(chan bool)
	rounds := 0 // of workers
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			default:
				rounds += c.Every(collected)
			}
		}
	}()
	return func() {
		p.t.Helper()
		close(stop)
		<-stopped
		if rounds < 2 {
			p.t.Error("the garbage of a worker was not collected")
		}
	}
}
