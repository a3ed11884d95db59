package browser

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/shared/test/cutline"
	"sgraph.ai/send/shared/test/nightly"
)

// A page sends and receives a file that is larger than the memory it may take: 4 GiB at night, as much as
// SEND_TEST_GIB says, and usually as little as goes to disk as it arrives. That goes through the service worker into a
// download, or into a file of the page's own, which the browser copies.
func TestMemoryOfALargeFile(t *testing.T) {
	inBrowser(t)
	size := nightly.Or[int64](70<<20, 4<<30)
	if said, err := strconv.ParseInt(os.Getenv("SEND_TEST_GIB"), 10, 64); err == nil {
		size = said << 30
	}
	s := serve(t)
	path := filepath.Join(t.TempDir(), "large.bin")
	if err := os.WriteFile(path, []byte("its beginning"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Truncate(path, size); err != nil {
		t.Fatal(err)
	}

	sender := open(t, usual)
	sender.goSend(s)
	sender.choose(fileInput, path)
	memory := sender.watch()
	sender.click(submit)
	sender.awaitLong(isVisible(linkInput))
	memory.mustBeFlat("sending")
	link := sender.value(linkInput)
	sender.close()
	want := cutline.SumOf(t, path)

	const without = `Object.defineProperty(navigator, "serviceWorker", { value: undefined });`
	for _, into := range []struct{ what, script string }{
		{"a download", withoutPickers}, {"a file of the page's own", withoutPickers + without},
	} {
		recipient := open(t, usual)
		recipient.must(recipient.Before(into.script))
		recipient.goTo(link)
		recipient.see(receiveIt)
		memory = recipient.watch()
		recipient.click(receiveIt)
		recipient.awaitLong(isVisible(received))
		saved := recipient.saved("large.bin")
		memory.mustBeFlat("receiving into " + into.what)
		if cutline.SumOf(t, saved) != want {
			t.Errorf("into %s other bytes arrived", into.what)
		}
		os.Remove(saved)
		recipient.close()
		os.RemoveAll(recipient.dir) // there may not be room for all of them
	}
}

// awaitLong waits as long as something moves: the page says how much in its title.
func (p *profile) awaitLong(script string) {
	p.t.Helper()
	title, since := "", time.Now()
	for {
		if is, err := value[bool](p, script); err != nil {
			p.t.Fatal(err)
		} else if is {
			return
		}
		if now := evaluate[string](p, `document.title`); now != title {
			title, since = now, time.Now()
		}
		if time.Since(since) > patience {
			p.photograph()
			p.t.Fatalf("nothing moves any more: %s\nthe page: %s", title, p.text("main"))
		}
		time.Sleep(100 * time.Millisecond)
	}
}

// memory is how much the processes of a browser have, at most, while it is watched.
type memory struct {
	p     *profile
	stop  chan bool
	group sync.WaitGroup

	first, most map[string]int64 // bytes by kind: of the largest of each
}

const (
	tabMost     = 300 << 20 // bytes
	browserMore = 200 << 20 // bytes beyond what it has before anything moves
)

// watch begins to look at what a browser has of the machine's memory.
func (p *profile) watch() *memory {
	p.t.Helper()
	p.must(p.HearNoRequests())
	m := &memory{p: p, stop: make(chan bool), first: map[string]int64{}, most: map[string]int64{}}
	m.look(m.first)
	m.group.Go(func() {
		for {
			select {
			case <-m.stop:
				return
			case <-time.After(250 * time.Millisecond): // to look takes some time of the processor
				m.look(m.most)
			}
		}
	})
	return m
}

// look takes the share of each process: what several have in common counts in parts.
func (m *memory) look(most map[string]int64) {
	for _, one := range m.p.processes() {
		most[one.kind] = max(most[one.kind], memoryOf(one.pid))
	}
}

var share = regexp.MustCompile(`(?m)^Pss:\s+(\d+) kB$`)

func memoryOf(pid int) int64 {
	b, _ := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "smaps_rollup"))
	said := share.FindSubmatch(b)
	if said == nil {
		return 0 // it has ended
	}
	kib, _ := strconv.ParseInt(string(said[1]), 10, 64)
	return kib << 10
}

// mustBeFlat ends the watching.
func (m *memory) mustBeFlat(what string) {
	m.p.t.Helper()
	close(m.stop)
	m.group.Wait()
	var said []string
	for kind, most := range m.most {
		said = append(said, fmt.Sprintf("%s %d (before %d)", kind, most>>20, m.first[kind]>>20))
	}
	m.p.t.Logf("%s: MiB at most: %s", what, strings.Join(said, ", "))
	if most := m.most["tab"]; most > tabMost || most == 0 {
		m.p.t.Errorf("%s takes %d MiB of the tab", what, most>>20)
	}
	if more := m.most["browser"] - m.first["browser"]; more > browserMore {
		m.p.t.Errorf("%s takes %d MiB more of the browser than it had", what, more>>20)
	}
}
