package console

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"sgraph.ai/send/test/e2e/engine"
	"sgraph.ai/send/test/e2e/looks"
)

func TestMain(m *testing.M) { os.Exit(looks.Main(m)) }

// operator sits at a browser.
type operator struct {
	engine.Tab
	t testing.TB

	mu       sync.Mutex
	problems []string
}

// step is something that they do.
type step func(o *operator) error

// steps are several.
func steps(all ...step) step {
	return func(o *operator) error {
		for _, one := range all {
			if err := one(o); err != nil {
				return err
			}
		}
		return nil
	}
}

var desk = engine.Screen{Width: 1280, Height: 900}

// open starts a browser of its own profile for a test. Every fault that it reports (a script that fails, a policy that
// is broken) is one of the test.
func open(t *testing.T) *operator {
	t.Helper()
	o := &operator{t: t}
	var err error
	if o.Tab, err = engine.Start(engine.Profile{T: t, Dir: t.TempDir(), Downloads: t.TempDir()}, o, desk); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		for _, problem := range o.problems {
			t.Errorf("the browser says: %s", problem)
		}
	})
	return o
}

// harmless is what a browser may say.
var harmless = []string{
	"Failed to load resource",    // a refusal is an answer
	"Cross-Origin-Opener-Policy", // which counts only where nobody can have changed it, not over plain http
}

// Complain keeps what the browser has to say of the page.
func (o *operator) Complain(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	said := fmt.Sprintf(format, args...)
	for _, text := range harmless {
		if strings.Contains(said, text) {
			return
		}
	}
	o.problems = append(o.problems, said)
}

// Nothing that is sent or saved is looked at here.
func (*operator) Said(string)          {}
func (*operator) Began(string, string) {}
func (*operator) Ended(string)         {}
func (*operator) Finished(string)      {}

// keep keeps what a state looks like, where somebody wants to look at it, in the schemes that the browser has.
func (o *operator) keep(what string) {
	o.t.Helper()
	if looks.Dir() == "" {
		return
	}
	const still = `((sheet) => {
		sheet.replaceSync("* { transition: none !important; }"); // nothing is on its way to a colour
		document.adoptedStyleSheets = [sheet];
		return 0;
	})(new CSSStyleSheet())`
	o.number(still)
	for _, at := range looks.Screens {
		for _, dark := range inBoth() {
			on := engine.Screen{Width: at.Width, Height: at.Height, Dark: dark}
			o.run(seen(on))
			on.Height = min(4000, max(on.Height, int64(o.number(`document.documentElement.scrollHeight`))))
			o.run(seen(on))
			picture, err := o.Picture()
			if err != nil {
				o.t.Fatal(err)
			}
			looks.Keep(o.t, what, picture, at.Name, looks.Colours(dark), engine.Kind())
		}
	}
	o.number(`(document.adoptedStyleSheets = [], 0)`)
	o.run(seen(desk)) // as it began
}

// inBoth says whether a page is dark, once for each of the schemes that the browser can be told meanwhile.
func inBoth() []bool {
	if engine.Kind() == "chromium" {
		return []bool{false, true}
	}
	return []bool{false}
}

func (o *operator) run(all ...step) {
	o.t.Helper()
	if err := steps(all...)(o); err != nil {
		page, _ := ask[string](o, `document.body.innerText`)
		o.t.Fatalf("%v; the page says:\n%s", err, page)
	}
}

// ask asks the page for something, and waits for a promise of it.
func ask[T any](o *operator, expression string) (v T, err error) {
	text, err := o.Evaluate("(async () => JSON.stringify(await (" + expression + ")) ?? 'null')()")
	if err == nil {
		err = json.Unmarshal([]byte(text), &v)
	}
	return v, err
}

// evaluate is ask where there is an answer.
func evaluate[T any](o *operator, expression string) T {
	o.t.Helper()
	v, err := ask[T](o, expression)
	if err != nil {
		o.t.Fatal(err)
	}
	return v
}

func (o *operator) number(expression string) int {
	o.t.Helper()
	return evaluate[int](o, expression)
}

// until repeats a question to the page, a function of one text, until the answer is true.
func until(question, text string) step {
	quoted, _ := json.Marshal(text)
	expression := fmt.Sprintf("(%s)(%s)", question, quoted)
	return func(o *operator) error {
		for deadline := time.Now().Add(engine.Patience); ; time.Sleep(20 * time.Millisecond) {
			yes, err := ask[bool](o, expression)
			if yes || err != nil && !errors.Is(err, engine.ErrLeft) {
				return err
			}
			if time.Now().After(deadline) {
				return fmt.Errorf("waited in vain for %q", text)
			}
		}
	}
}

func goTo(url string) step { return func(o *operator) error { return o.Open(url) } }

func seen(on engine.Screen) step { return func(o *operator) error { return o.Look(on) } }

// says waits until the page shows a text.
func says(text string) step {
	return until(`(text) => document.body?.innerText.replaceAll("\u00a0", " ").includes(text) ?? false`,
		strings.ReplaceAll(text, "\u00a0", " "))
}

// press clicks the button, or the link of a view, that begins with those
// words: of the dialog on top, where one is open.
func press(text string) step {
	return until(`(text) => {
		const open = [...document.querySelectorAll("dialog[open]")].pop() ?? document;
		const button = [...open.querySelectorAll("button, nav a")].find((b) =>
			b.checkVisibility() && !b.disabled && new RegExp("^" + text + "\\b").test(b.innerText.trim()));
		button?.focus();
		button?.click();
		return !!button;
	}`, text)
}

// focused waits until what has the focus has that selector.
func focused(selector string) step {
	return until(`(selector) => document.activeElement?.matches(selector) ?? false`, selector)
}

// visible waits until something is to be seen, gone until it is not there.
func visible(selector string) step {
	return until(`(selector) => document.querySelector(selector)?.checkVisibility({ visibilityProperty: true }) ?? false`,
		selector)
}

func gone(selector string) step {
	return until(`(selector) => !document.querySelector(selector)`, selector)
}

// click clicks something as people do.
func click(selector string) step {
	return steps(visible(selector), func(o *operator) error { return o.Click(selector) })
}

// keys presses keys, as they are named in package kb.
func keys(all string) step { return func(o *operator) error { return o.Press(all) } }

// enter types into the field of that selector, in place of what it has.
func enter(selector, text string) step {
	return steps(
		visible(selector),
		until(`(selector) => {
			const field = document.querySelector(selector);
			field.focus();
			field.select();
			return true;
		}`, selector),
		keys(text),
	)
}
