package browser

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp/kb"

	"sgraph.ai/send/shared/test/nightly"
	"sgraph.ai/send/test/e2e/engine"
)

// languageChoice is where the person chooses another language.
const languageChoice = `select[data-languages]`

// prefer has the browser of a profile prefer languages, and note what is seen of a page before it has its language.
func (p *profile) prefer(tags ...string) {
	p.t.Helper()
	list, err := json.Marshal(tags)
	p.must(err)
	p.must(p.Before(fmt.Sprintf(`
		Object.defineProperty(navigator, 'languages', { get: () => %s });
		window.seen = new Set();
		const look = () => {
			const title = document.querySelector('h1');
			if (title?.checkVisibility({ visibilityProperty: true })) window.seen.add(title.textContent);
			requestAnimationFrame(look);
		};
		requestAnimationFrame(look);`, list)))
}

// catalogue is what the pages say in a language, by what they say in English.
func catalogue(t *testing.T, language string) (texts map[string]string) {
	t.Helper()
	content, err := os.ReadFile(filepath.Join("../../../services/user/web/assets/languages", language+".json"))
	if err == nil {
		err = json.Unmarshal(content, &texts)
	}
	if err != nil {
		t.Fatal(err)
	}
	return texts
}

// translations are the languages that there are beside English.
func translations(t *testing.T) (all []string) {
	t.Helper()
	files, err := filepath.Glob("../../../services/user/web/assets/languages/*.json")
	if err != nil || len(files) < 3 {
		t.Fatalf("%d catalogues, %v", len(files), err)
	}
	for _, file := range files {
		if language := strings.TrimSuffix(filepath.Base(file), ".json"); language != "en" {
			all = append(all, language)
		}
	}
	return all
}

// languages are all that there are, or, by day, the one with the longest words and the one from right to left.
func languages(t *testing.T) []string { return nightly.Or([]string{"de", "ar"}, translations(t)) }

// A file goes from one person to another in every language, and every page is right in it on the narrowest phone and
// on a desk.
func TestLanguages(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for _, language := range languages(t) {
		on := map[string]screen{"desktop": desktop, "small": {width: 320, height: 640, phone: true}}
		if nightly.Or(language == "de", false) {
			delete(on, "desktop") // where the longest words have room
		}
		for name, on := range on {
			t.Run(language+" "+name, func(t *testing.T) {
				said := catalogue(t, language)
				direction := map[bool]string{true: "rtl", false: "ltr"}[language == "ar"]
				p := open(t, on)
				p.must(p.Before(steadyScript))
				p.prefer("tlh", language+"-XX", "en")
				is := func(selector, text string) {
					t.Helper()
					p.see(selector)
					if got := p.text(selector); got != said[text] {
						t.Errorf("%s says %q instead of %q", selector, got, said[text])
					}
				}
				at := func(what string) {
					t.Helper()
					if engine.Kind() == "chromium" { // Firefox does not say what moves
						p.mustBeSteady(language + ", " + what)
					}
					p.audit(language + ", " + what)
					evaluate[bool](p, steadyAgain)
					script := `[document.documentElement.lang, document.documentElement.dir].join(" ")`
					if got := evaluate[string](p, script); got != language+" "+direction {
						t.Errorf("%s is %q", what, got)
					}
				}
				p.goSend(s)
				is(`h1`, "Send it sealed.")
				if seen := evaluate[[]string](p, `[...window.seen]`); strings.Join(seen, "|") != said["Send it sealed."] {
					t.Errorf("seen of the title: %q", seen)
				}
				at("send")
				p.choose(fileInput, sample(t), sample(t))
				p.click(optionsLine)
				p.click(noteLine)
				p.click(`passphrase-field summary`)
				at("send, files chosen")
				p.click(`[data-ask]`)
				is(`ask-for-files h2`, "Ask for files")
				at("ask")
				p.click(`[data-back]`)
				p.click(submit)
				link := p.value(linkInput)
				p.see(`transfer-status .facts dd`)
				p.click(`[role="switch"]`)
				p.click(`sent-transfer details summary`)
				is(sendingDone, "Sealed and ready")
				at("sent")
				p.click(`transfer-status .danger`)
				is(`dialog h2`, "Delete this transfer?")
				at("about to delete")
				evaluate[bool](p, `document.querySelector("dialog").close(), window.onbeforeunload = null, true`)

				recipient := open(t, on)
				recipient.must(recipient.Before(steadyScript))
				recipient.prefer(language)
				p, sender := recipient, p
				defer func() { p = sender }()
				recipient.goTo(s.URL + "/d/")
				recipient.see(`#link`)
				at("receive, no link")
				recipient.goAfresh(link)
				recipient.see(receiveIt)
				at("receive")
				recipient.click(receiveIt)
				recipient.see(`#files-title`)
				at("received")
				recipient.tolerate("404")
				recipient.goAfresh(s.URL + "/d/#0123456789ab/" + strings.Repeat("A", 43))
				is(goneTitle, "There is no such transfer")
				at("nothing there")
				recipient.goTo(s.URL + "/r/")
				is(goneTitle, "There is no request in this link")
				at("request")
				recipient.goTo(s.URL + "/how")
				is(`h1`, "How it works")
				at("how")
				recipient.goTo(s.URL + "/no/such/page")
				is(`lost-page h2`, "There is no page here")
				at("no such page")
			})
		}
	}
}

func sample(t *testing.T) string {
	t.Helper()
	path, _ := randomFile(t, "A rather long name of a file, final version (2), really.bin", 3000)
	renamed := filepath.Join(filepath.Dir(path), fmt.Sprintf("%d %s", len(path), filepath.Base(path)))
	if err := os.Rename(path, renamed); err != nil {
		t.Fatal(err)
	}
	return renamed
}

// What a person chooses goes before the link that is opened, and that before what the browser prefers.
func TestChoosingALanguage(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	p.prefer("en", "fr")
	title := func(language string) {
		t.Helper()
		got, want := "", catalogue(t, language)["How it works"]
		for end := time.Now().Add(patience); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
			if got = p.text("h1"); got == want { // a page that is being left answers nothing
				return
			}
		}
		t.Errorf("the title is %q instead of %q", got, want)
	}
	p.goTo(s.URL + "/how")
	title("en")
	p.goTo(s.URL + "/de-at/download/")
	p.goTo(s.URL + "/how") // in the same tab
	title("de")
	evaluate[bool](p, fmt.Sprintf(`(() => {
		const choice = document.querySelector(%q);
		choice.value = "ar";
		return choice.dispatchEvent(new Event("change"));
	})()`, languageChoice))
	title("ar")
	p.goTo(s.URL + "/de-at/download/")
	p.goTo(s.URL + "/how")
	title("ar")
}

// reads has the browser of a profile say in its requests which language a person reads, too.
func (p *profile) reads(language string) {
	p.t.Helper()
	tab, isChromium := p.Tab.(engine.Chromium)
	if !isChromium {
		p.t.Skip("SKIPPED: only Chromium is told which language a person reads")
	}
	agent := evaluate[string](p, `navigator.userAgent`)
	p.must(tab.Do(engine.Call(emulation.SetUserAgentOverride,
		emulation.SetUserAgentOverrideParams{UserAgent: agent, AcceptLanguage: language})))
}

// The words of a page are asked for before the script is there that wants them, and once.
func TestWordsComeWithTheScriptThatWantsThem(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for _, path := range []string{"/", "/d/", "/how"} {
		t.Run(path, func(t *testing.T) {
			var once sync.Once
			isAsked := make(chan struct{})
			origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
				switch {
				case strings.HasSuffix(r.URL.Path, ".html.de.json"):
					once.Do(func() { close(isAsked) })
				case strings.HasSuffix(r.URL.Path, "/choose.js"):
					select {
					case <-isAsked:
					case <-time.After(patience / 2):
						t.Error("the words are not asked for before the script is there")
					case <-r.Context().Done():
					}
				}
				return w
			})
			p := open(t, screens["phone"])
			p.reads("de")
			p.goTo(origin + path)
			p.await(`document.documentElement.lang === "de" && !("waits" in document.documentElement.dataset)`)
			if asked := evaluate[[]string](p, `performance.getEntriesByType("resource")
				.filter((r) => r.name.endsWith(".html.de.json")).map((r) => r.initiatorType)`); len(asked) != 1 {
				t.Errorf("the words are asked for by %q", asked)
			}
		})
	}
}

// sendingInGerman opens the send page for who prefers German, where something answers for the service what it is asked
// for words.
func (s *server) sendingInGerman(t *testing.T, words string, answer http.HandlerFunc) *profile {
	t.Helper()
	origin := s.behind(t, func(w http.ResponseWriter, r *http.Request) http.ResponseWriter {
		if strings.HasSuffix(r.URL.Path, words) {
			answer(w, r)
			return nil
		}
		return w
	})
	p := open(t, usual)
	p.tolerate("503")
	p.prefer("de")
	p.goTo(origin + "/")
	p.see(tokenInput)
	return p
}

func refused(w http.ResponseWriter, _ *http.Request) {
	http.Error(w, "no", http.StatusServiceUnavailable)
}

// Where a catalogue cannot be had, the page speaks English: at once where that is said, and soon where nothing is.
func TestWithoutACatalogue(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	for name, answer := range map[string]func(w http.ResponseWriter, r *http.Request){
		"refused": refused,
		"never":   func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() },
		"garbled": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(`{"a": `)) },
	} {
		t.Run(name, func(t *testing.T) {
			p := s.sendingInGerman(t, "/index.html.de.json", answer)
			if got := evaluate[string](p, `document.documentElement.lang`); got != "en" {
				t.Errorf("the page is in %q", got)
			}
			if got := p.text("h1"); got != "Send it sealed." {
				t.Errorf("the page says %q", got)
			}
		})
	}
}

// Where the words of a script alone cannot be had, what stands in the page is in its language.
func TestWithoutTheWordsOfAScript(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := s.sendingInGerman(t, "/send.js.de.json", refused)
	if got, want := p.text("h1"), catalogue(t, "de")["Send it sealed."]; got != want {
		t.Errorf("the page says %q, not %q", got, want)
	}
}

// Nothing moves by itself while a page opens and goes from one state to the next, however long its words are.
func TestLittleMovesInAnyLanguage(t *testing.T) {
	inBrowser(t)
	if engine.Kind() != "chromium" {
		t.Skip("SKIPPED: only Chromium says what moved")
	}
	s := serve(t)
	path := sample(t)
	for name, on := range screens {
		sender, recipient := open(t, on), open(t, on)
		sender.must(sender.Before(steadyScript))
		recipient.must(recipient.Before(steadyScript))
		for _, language := range append([]string{"en"}, translations(t)...) {
			t.Run(language+" "+name, func(t *testing.T) {
				in := func(p *profile, url string) {
					t.Helper()
					p.goTo(s.URL + "/robots.txt")
					evaluate[bool](p, fmt.Sprintf(`(localStorage.setItem("sgraph-send-language", %q), true)`, language))
					p.goTo(url)
				}
				in(sender, s.URL+"/")
				sender.enter(tokenInput, s.Token+kb.Tab)
				sender.see(accepted)
				sender.choose(fileInput, path)
				sender.see(`.files li`)
				sender.mustBeSteady(language + ", a file is chosen")
				sender.click(submit)
				link := sender.value(linkInput)
				sender.see(`transfer-status .facts dd`)
				sender.mustBeSteady(language + ", sent")
				evaluate[bool](sender, `(document.querySelector("sent-transfer").dispatchEvent(new CustomEvent("taken")), true)`)

				in(recipient, s.URL+"/how")
				recipient.see(`article`)
				recipient.mustBeSteady(language + ", how")
				in(recipient, s.URL+"/r/")
				recipient.see(goneTitle)
				recipient.mustBeSteady(language + ", no request")
				in(recipient, s.URL+"/d/")
				recipient.see(`#link`)
				recipient.mustBeSteady(language + ", no link")
				in(recipient, link)
				recipient.see(receiveIt)
				recipient.mustBeSteady(language + ", what is waiting")
				recipient.click(receiveIt)
				recipient.see(received)
				recipient.mustBeSteady(language + ", received")
			})
		}
	}
}
