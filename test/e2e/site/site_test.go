package site

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"sgraph.ai/send/release/site"
	"sgraph.ai/send/test/e2e/axe"
	"sgraph.ai/send/test/e2e/looks"
)

func TestMain(m *testing.M) { os.Exit(looks.Main(m)) }

// serve makes the site and serves it below a path, as GitHub Pages does; and fails the test for what is asked for and
// is not there.
func serve(t *testing.T) (address, dir string) {
	t.Helper()
	dir = filepath.Join(t.TempDir(), "site")
	err := site.Site{Root: "../../..", Base: "/name/"}.Write(t.Context(), dir)
	if errors.Is(err, site.ErrNoHugo) && os.Getenv("CI") == "" {
		t.Skipf("SKIPPED: the site is not tested, because %v", err)
	}
	if err != nil {
		t.Fatal(err)
	}
	files := http.StripPrefix("/name", http.FileServer(http.Dir(dir)))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, err := os.Stat(filepath.Join(dir, strings.TrimPrefix(r.URL.Path, "/name")))
		if err != nil && r.URL.Path != "/favicon.ico" {
			t.Errorf("it asks for %s", r.URL.Path)
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(s.Close)
	return s.URL + "/name/", dir
}

// open starts a browser of its own profile for a test. Without a browser the test is skipped, but not where CI is set:
// there it must have run.
func open(t *testing.T) context.Context {
	t.Helper()
	path := ""
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("no Chromium is installed, and CI must not go without this test")
		}
		t.Skip("SKIPPED: the site is not tested, because no Chromium is installed")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Minute)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewExecAllocator(ctx, append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU)...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	t.Cleanup(func() { chromedp.Cancel(ctx) })
	return ctx
}

func run(t *testing.T, ctx context.Context, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func text(t *testing.T, ctx context.Context, expression string) string {
	t.Helper()
	said, err := chromedp.Run(ctx, chromedp.Evaluate[string](expression))
	if err != nil {
		t.Fatal(err)
	}
	return said
}

func inColours(scheme string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, target *chromedp.Target) (v chromedp.Void, err error) {
		_, err = cdp.Call(ctx, target, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
			Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
		})
		return v, err
	}
}

// wider is what reaches beyond the screen's edge, and would have the page moved sideways.
const wider = `document.documentElement.scrollWidth <= innerWidth ? "" : innerWidth + " px: " +
	[...document.querySelectorAll("body *")]
		.filter((e) => e.getBoundingClientRect().right > innerWidth + 1 && !e.closest(".wide, pre"))
		.slice(0, 3).map((e) => e.outerHTML.slice(0, 120)).join(" ")`

// atTheEdge is what of a page's text has no room beside it, in which it stands as if cut off.
const atTheEdge = `[...document.querySelectorAll("main :is(h1, h2, p, li)")].filter((e) => e.offsetParent &&
	!e.closest(".wide, pre")).filter((e) => e.getBoundingClientRect().left < 12).slice(0, 3)
	.map((e) => innerWidth + " px: " + e.outerHTML.slice(0, 120)).join(" ")`

func TestEveryPageFitsEveryScreen(t *testing.T) {
	t.Parallel()
	address, dir := serve(t)
	ctx := open(t)
	pages := 0
	err := fs.WalkDir(os.DirFS(dir), ".", func(name string, d fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(name) != ".html" {
			return err
		}
		pages++
		run(t, ctx, chromedp.Navigate(address+name))
		for _, width := range []int64{320, 390, 768, 1024, 1440} {
			run(t, ctx, chromedp.EmulateViewport(width, 900))
			if said := text(t, ctx, wider); said != "" {
				t.Errorf("%s is wider than %s", name, said)
			}
			if said := text(t, ctx, atTheEdge); said != "" {
				t.Errorf("%s reaches the edge of %s", name, said)
			}
		}
		return nil
	})
	if err != nil || pages < 80 {
		t.Errorf("%d pages were looked at, %v", pages, err)
	}
}

// One page of each kind, in both colours, on a phone and on a desk.
func TestEveryKindOfPageIsThereForEveryone(t *testing.T) {
	t.Parallel()
	address, _ := serve(t)
	ctx := open(t)
	for _, page := range []string{
		"", "404.html", "docs/", "docs/guide/", "docs/performance/", "docs/api/user/", "docs/playbooks/panics/",
		"search/?q=rollback",
	} {
		run(t, ctx, chromedp.Navigate(address+page))
		for _, at := range looks.Screens {
			for _, dark := range []bool{false, true} {
				run(t, ctx, inColours(looks.Colours(dark)), chromedp.EmulateViewport(at.Width, at.Height))
				if strings.HasPrefix(page, "search") {
					await(t, ctx, `document.querySelectorAll(".found li").length > 0`)
				}
				await(t, ctx, `document.getAnimations().length === 0`) // colours change by and by
				broken, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](axe.Everything(t), chromedp.EvalAwaitPromise))
				if err != nil {
					t.Fatal(err)
				}
				for _, rule := range broken {
					t.Errorf("/%s, %s, %s: %s", page, at.Name, looks.Colours(dark), rule)
				}
				if looks.Dir() == "" {
					continue
				}
				picture, err := chromedp.Run(ctx, chromedp.CaptureScreenshot())
				if err != nil {
					t.Fatal(err)
				}
				looks.Keep(t, "page "+page, picture, at.Name, looks.Colours(dark), "chromium")
			}
		}
	}
}

// await asks the page until it says yes. (chromedp's own polling is what the page's policy forbids.)
func await(t *testing.T, ctx context.Context, question string) {
	t.Helper()
	deadline := time.Now().Add(time.Minute)
	for text(t, ctx, fmt.Sprintf("String(%s)", question)) != "true" {
		time.Sleep(20 * time.Millisecond)
		if time.Now().After(deadline) {
			t.Fatalf("waited in vain for %s; the page says:\n%s", question, text(t, ctx, "document.body.innerText"))
		}
	}
}

// Nothing but keys: from a page to what was looked for.
func TestTheSiteIsSearchedByKeyboard(t *testing.T) {
	t.Parallel()
	address, _ := serve(t)
	ctx := open(t)
	run(t, ctx, chromedp.Navigate(address+"docs/"))
	run(t, ctx, chromedp.SendKeys(chromedp.CSS(`.top input[name="q"]`), "state locked\r"))
	await(t, ctx, `location.pathname === "/name/search/" && document.querySelectorAll(".found li").length > 0`)
	said := text(t, ctx, `document.querySelector("[role=status]").textContent`)
	if !strings.Contains(said, "the best first") && !strings.Contains(said, "One part") {
		t.Errorf("it says %q to who does not see it", said)
	}
	run(t, ctx, chromedp.SendKeys(chromedp.CSS("#q"), " qqqq"))
	await(t, ctx, `document.querySelector("[role=status]").textContent === "Nothing has all of these words."`)
	run(t, ctx, chromedp.SendKeys(chromedp.CSS("#q"), "\b\b\b\b\b"))
	await(t, ctx, `document.querySelector(".found a")?.pathname === "/name/docs/playbooks/state-locked/"`)
	run(t, ctx, chromedp.KeyEvent("\t"))
	await(t, ctx, `document.activeElement === document.querySelector(".found a")`)
	run(t, ctx, chromedp.KeyEvent("\r"))
	await(t, ctx, `location.pathname === "/name/docs/playbooks/state-locked/" && document.querySelector("h1") !== null`)
}
