package browser

import (
	"net/http"
	"path"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"
)

// seldomWaited is how long a page may think of something else that it wants, when it is there.
const seldomWaited = time.Second

// scales weigh what comes over them: the bytes of each body, as they come.
type scales struct {
	mu     sync.Mutex
	bodies map[string]int
	asked  []string
}

// through notes what is asked for, and what goes out for it.
func (s *scales) through(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked = append(s.asked, r.URL.Path)
	return weighing{w, func(n int) {
		s.mu.Lock()
		defer s.mu.Unlock()
		s.bodies[r.URL.Path] += n
	}}
}

// soFar says how often something was asked for, of what kind, and what that weighs.
func (s *scales) soFar() (asked []string, bytes int) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, n := range s.bodies {
		bytes += n
	}
	for _, p := range s.asked {
		asked = append(asked, path.Base(p))
	}
	return asked, bytes
}

// weighing says how much is written.
type weighing struct {
	http.ResponseWriter
	wrote func(n int)
}

func (w weighing) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	w.wrote(n)
	return n, err
}

func (w weighing) Unwrap() http.ResponseWriter { return w.ResponseWriter }

// The send page is there after eight requests and 60 KB, with its icon and its manifest, and with the words of another
// language after one more; what seals is asked for when somebody touches it.
func TestTheSendPageIsLight(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for language, most := range map[string]struct{ requests, bytes int }{"en": {8, 60_000}, "de": {9, 75_000}} {
		for name, on := range screens {
			t.Run(language+" "+name, func(t *testing.T) {
				over := &scales{bodies: map[string]int{}}
				origin := s.behind(t, over.through)
				p := open(t, on)
				p.prefer(language)
				p.goTo(origin + "/")
				p.see(`send-page[data-settled]`)
				time.Sleep(seldomWaited)
				asked, bytes := over.soFar()
				t.Logf("%d bytes in %d requests: %s", bytes, len(asked), strings.Join(asked, ", "))
				if len(asked) > most.requests || bytes > most.bytes || bytes < 30<<10 {
					t.Errorf("the page takes %d bytes in %d requests: %s", bytes, len(asked), strings.Join(asked, ", "))
				}
				p.press(kb.Tab)
				for end := time.Now().Add(patience); !slices.Contains(asked, "worker.js"); time.Sleep(20 * time.Millisecond) {
					if asked, _ = over.soFar(); time.Now().After(end) {
						t.Fatalf("what seals is not asked for when somebody is there: %s", strings.Join(asked, ", "))
					}
				}
			})
		}
	}
}
