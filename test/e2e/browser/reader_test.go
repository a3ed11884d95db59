package browser

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sgraph.ai/send/test/e2e/engine"
)

// said is one thing that a screen reader comes to: what it is, its name, and how it stands.
type said struct{ role, name, state string }

// reads are the roles of what a screen reader stops at.
var reads = []string{
	"main", "navigation", "heading", "link", "button", "tab", "textbox", "spinbutton", "radio", "checkbox", "combobox",
	"progressbar", "DisclosureTriangle", "dialog", "alert", "list", "switch",
}

// states are those that it says of them.
var states = []accessibility.PropertyName{"selected", "checked", "expanded", "pressed", "required", "invalid", "level"}

// read is what a screen reader says of a page, from its beginning to its end.
func read(c engine.Chromium) (all []said, err error) {
	var nodes []*accessibility.Node
	err = c.Do(func(ctx context.Context, t *chromedp.Target) (v chromedp.Void, err error) {
		tree, err := cdp.Call(ctx, t, accessibility.GetFullAXTree, accessibility.GetFullAXTreeParams{})
		nodes = tree.Nodes
		return v, err
	})
	if err != nil || len(nodes) == 0 {
		return nil, err
	}
	text := func(v *accessibility.Value) (s string) {
		if v != nil && json.Unmarshal(v.Value, &s) != nil {
			s = string(v.Value)
		}
		return s
	}
	by := map[accessibility.NodeID]*accessibility.Node{}
	for _, node := range nodes {
		by[node.NodeID] = node
	}
	var visit func(*accessibility.Node)
	visit = func(node *accessibility.Node) {
		if node == nil {
			return
		}
		if role := text(node.Role); !node.Ignored && slices.Contains(reads, role) {
			var state []string
			for _, property := range node.Properties {
				value := text(property.Value)
				if slices.Contains(states, property.Name) && value != "false" {
					state = append(state, string(property.Name)+"="+value)
				}
			}
			all = append(all, said{role, strings.Join(strings.Fields(text(node.Name)), " "), strings.Join(state, " ")})
		}
		for _, id := range node.ChildIDs {
			visit(by[id])
		}
	}
	visit(nodes[0])
	return all, nil
}

// heard has a page note what a screen reader says without being asked: where the focus goes, and what changes where it
// is to listen.
const heard = `window.heard = [];
	const say = (text) => {
		const said = text.replace(/\s+/g, ' ').trim();
		if (said && window.heard.at(-1) !== said) window.heard.push(said);
	};
	new MutationObserver((changes) => {
		const places = changes.map(({ target }) =>
			(target.parentElement ?? target).closest?.('[aria-live], [role="status"], [role="alert"]'));
		for (const place of new Set(places)) if (place?.checkVisibility()) say(place.textContent);
	}).observe(document, { subtree: true, childList: true, characterData: true });
	addEventListener('focusin', ({ target }) => { if (/^H\d$/.test(target.tagName)) say(target.textContent); });`

// Whoever hears a page instead of seeing it comes to everything in its order, by its name and with its state, and is
// told of what happens as it happens; in another language just so.
func TestScreenReader(t *testing.T) {
	inBrowser(t)
	if engine.Kind() != "chromium" {
		t.Skip("SKIPPED: only Chromium says what a screen reader is told")
	}
	s := serve(t)
	path, _ := randomFile(t, "heard.bin", 3000)
	spoken := map[string][][]said{}
	for _, language := range []string{"en", "ar"} {
		texts := catalogue(t, language)
		listen := func(p *profile) {
			t.Helper()
			p.prefer(language)
			p.must(p.Before(heard))
		}
		reads := func(p *profile, what string, wanted ...said) {
			t.Helper()
			all, err := read(p.Tab.(engine.Chromium))
			p.must(err)
			spoken[language] = append(spoken[language], all)
			for _, one := range all {
				if one.name == "" && !slices.Contains([]string{"main", "list", "alert"}, one.role) {
					t.Errorf("%s, %s: a %s without a name", language, what, one.role)
				}
			}
			at := 0
			for _, want := range wanted {
				want.name = texts[want.name]
				found := slices.Index(all[at:], want)
				if found < 0 {
					t.Fatalf("%s, %s: no %+v after the %d first of\n%+v", language, what, want, at, all)
				}
				at += found + 1
			}
		}
		hears := func(p *profile, what string, wanted ...string) {
			t.Helper()
			all, at := evaluate[[]string](p, `window.heard`), 0
			for _, want := range wanted {
				found := slices.IndexFunc(all[at:], func(one string) bool { return strings.Contains(one, texts[want]) })
				if texts[want] == "" || found < 0 {
					t.Fatalf("%s, %s: %q is not told in its turn among %q", language, what, want, all)
				}
				at += found + 1
			}
			if len(all) > 3*len(wanted)+3 {
				t.Errorf("%s, %s: it chatters: %q", language, what, all)
			}
		}

		sender := open(t, usual)
		listen(sender)
		sender.goTo(s.URL + "/")
		sender.see(tokenInput)
		reads(sender, "send",
			said{"link", "Skip to content", ""}, said{"navigation", "Main", ""}, said{"link", "Receive", ""},
			said{"main", "", ""}, said{"heading", "Send it sealed.", "level=1"},
			said{"tab", "Files", "selected=true"}, said{"tab", "Text", ""}, said{"button", "Choose files", ""},
			said{"DisclosureTriangle", "Add a note for the recipient", ""}, said{"textbox", "Access token", ""},
			said{"button", "Encrypt and send", ""}, said{"link", "What the server sees, and what it does not", ""},
			said{"combobox", "Language", ""})
		sender.choose(fileInput, path)
		sender.enter(tokenInput, s.Token+kb.Tab)
		sender.see(accepted)
		sender.click(submit)
		link := sender.value(linkInput)
		sender.see(`transfer-status .facts dd`)
		reads(sender, "sent",
			said{"heading", "Send it sealed.", "level=1"}, said{"heading", "Sealed and ready", "level=2"},
			said{"button", "Delete now", ""}, said{"button", "Send something else", ""})
		hears(sender, "sending", "Sending…", "Sealed and ready")

		recipient := open(t, usual)
		listen(recipient)
		recipient.goTo(link)
		recipient.see(receiveIt)
		reads(recipient, "what is waiting", said{"heading", "Receive", "level=1"}, said{"button", "Decrypt and save", ""})
		recipient.click(receiveIt)
		recipient.see(received)
		reads(recipient, "received", said{"heading", "Receive", "level=1"}, said{"button", "Forget it", ""})
		hears(recipient, "receiving", "Downloading…")
	}
	for i, english := range spoken["en"] {
		roles := func(all []said) (roles []string) {
			for _, one := range all {
				roles = append(roles, fmt.Sprint(one.role, " ", one.state))
			}
			return roles
		}
		if arabic := spoken["ar"][i]; !slices.Equal(roles(english), roles(arabic)) {
			t.Errorf("in Arabic the page is another: %+v\nin English: %+v", arabic, english)
		}
	}
}

// However often a bar moves, it is spoken of every ten seconds at most.
func TestProgressDoesNotChatter(t *testing.T) {
	inBrowser(t)
	s := serve(t)
	p := open(t, usual)
	p.must(p.Before(`window.clock = 0; performance.now = () => window.clock;`))
	p.goTo(s.URL + "/")
	p.see(tokenInput)
	if told := evaluate[int](p, `(() => {
		const meter = document.createElement('progress-meter');
		document.body.append(meter);
		meter.reset('');
		let told = 0, last = '';
		for (let i = 1; i <= 6000; i++) {
			window.clock += 10;
			meter.update({ done: i, total: 6000 });
			const now = meter.querySelector('[role="status"]').textContent;
			if (now !== last) told++;
			last = now;
		}
		meter.rest();
		return told;
	})()`); told < 3 || told > 6 {
		t.Errorf("in a minute it is spoken of %d times", told)
	}
}
