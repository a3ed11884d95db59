// Package console tests the operators' console in a real browser: in Chromium or, with
// SEND_BROWSER=firefox, in Firefox.
package console

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp/kb"

	"sgraph.ai/send/services/admin"
	"sgraph.ai/send/shared/audit"
	"sgraph.ai/send/shared/send"
	"sgraph.ai/send/shared/settings"
	"sgraph.ai/send/test/e2e/axe"
	"sgraph.ai/send/test/e2e/engine"
)

func login() step {
	return steps(enter("#login-key", apiKey), press("Log in"))
}

func TestATokensLife(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, tokens := serve(t)
	o.run(
		goTo(url),
		visible("#login-key"), keys(kb.Escape), keys(kb.Escape),
		enter("#login-key", "not the key"), press("Log in"), says("That is not the API key"))
	o.keep("not the API key")
	o.run(login(), says("No tokens yet"))
	o.keep("no tokens")
	o.run(
		press("New token"), focused("#note"), enter("#note", "Press team"), enter("#limit", "0"), press("Make token"),
		says(`Enter a whole number from 1`))
	o.keep("no number")
	o.run(
		enter("#limit", "5"), press("Make token"), says("The token is ready"))
	all, err := tokens.List(t.Context())
	if err != nil || len(all) != 1 || all[0].UsageLimit != 5 || all[0].Metadata["note"] != "Press team" {
		t.Fatalf("after creating: %+v, %v", all, err)
	}
	name := all[0].Name
	o.run(says(name), focused("dialog .made button"), press("Copy"), says("Copied"), press("Done"),
		gone("dialog"), says("0 of 5 used"))
	if shown := evaluate[string](o, `document.documentElement.outerHTML`); strings.Contains(shown, name) {
		t.Error("the list shows a name that nobody asked to see")
	}
	o.run(
		click(`[aria-label^="Reveal the name"]`), says(name),
		press("Limit"), focused("#limit"), enter("#limit", "8"), press("Save"), says("0 of 8 used"),
		press("Revoke"), says("can no longer send"), focused(`dialog button[type="button"]`), press("Cancel"),
		press("Revoke"), press("Revoke"), says("Token revoked"), says("Reactivate"),
		until(`(text) => document.activeElement.innerText.startsWith(text)`, "Reactivate"))
	if _, stood, err := tokens.Use(t.Context(), name, ""); stood != send.TokenRevoked || err != nil {
		t.Errorf("after revoking: %q, %v", stood, err)
	}
	o.run(press("Reactivate"), says("Token reactivated"))
	tok, stood, err := tokens.Use(t.Context(), name, "")
	if stood != send.TokenActive || err != nil || tok.UsageLimit != 8 {
		t.Errorf("after reactivating: %+v %q, %v", tok, stood, err)
	}
	o.run(press("Log out"), visible("#login-key"))
}

// Where the service knows its address a token is handed out as a link, also to phones.
func TestInvitations(t *testing.T) {
	t.Parallel()
	o := open(t)
	const origin = "https://send.example.org"
	url, tokens, _ := serveWithTrail(t, func(s *admin.Settings) { s.PublicURL = origin })
	o.run(goTo(url), login(), press("New token"), enter("#note", "Press team"), press("Make token"),
		says("The token is ready"))
	all, err := tokens.List(t.Context())
	if err != nil || len(all) != 1 {
		t.Fatalf("%+v, %v", all, err)
	}
	link := origin + "/#invite/" + all[0].Name
	o.run(says(link), focused("dialog .made button"),
		visible(`dialog .qr [aria-label="QR code of the invitation"] path`), press("Done"),
		gone("dialog"),
		press("Invite"), says("Whoever has this link can send with Press team, 50 times."), says(link), press("Done"),
		press("Revoke"), press("Revoke"), says("Token revoked"), says("Reactivate"))
	if n := o.number(`[...document.querySelectorAll("li.token button")]
		.filter((b) => b.innerText.startsWith("Invite")).length`); n != 0 {
		t.Error("with a token that is revoked one can invite")
	}
}

func TestWhatIsTypedOutlivesASession(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, tokens := serve(t)
	o.run(
		goTo(url), login(), says("No tokens yet"),
		press("New token"), enter("#note", "Typed before the end"),
		func(o *operator) error { return o.DropCookies() },
		press("Make token"), says("Your session has ended"),
		until(`() => {
			const behind = getComputedStyle(document.querySelector("dialog.again"), "::backdrop").backgroundColor;
			return /^rgb\(|^color\(srgb [^/]*\)$|^oklch\([^/]*\)$/.test(behind);
		}`, "")) // what was shown is not seen behind it
	o.keep("the session has ended")
	o.run(login(), says("The token is ready"))
	o.keep("the token is ready")
	all, err := tokens.List(t.Context())
	if err != nil || len(all) != 1 || all[0].Metadata["note"] != "Typed before the end" {
		t.Errorf("got %+v, %v", all, err)
	}
}

// Several tokens are made at once, and several that are chosen are changed together.
func TestSeveralTokens(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, tokens := serve(t)
	choose := func(note string) step {
		return until(`(note) => {
			const row = [...document.querySelectorAll("li.token")].find((r) => r.querySelector("h2").innerText.trim() === note);
			row?.querySelector(".choose").click();
			return Boolean(row);
		}`, note)
	}
	o.run(goTo(url), login(), says("No tokens yet"), press("Several"), focused("#notes"),
		enter("#limit", "3"), enter("#many", "0"), press("Make tokens"), says("Enter a whole number from 1 to 100."),
		until(`(text) => { document.querySelector("#notes").value = text; return true; }`, "Ada\n\nBoard\nPress"),
		press("Make tokens"), says("3 tokens made"))
	o.keep("three tokens are made")
	all, err := tokens.List(t.Context())
	if err != nil || len(all) != 3 {
		t.Fatalf("%d tokens: %v", len(all), err)
	}
	for _, tok := range all {
		note, _ := tok.Metadata["note"].(string)
		line := note + "\t" + tok.Name
		o.run(until(`(line) => document.querySelector("dialog .several").value.split("\n").includes(line)`, line))
		if tok.UsageLimit != 3 || note == "" {
			t.Errorf("made is %+v", tok)
		}
	}
	o.run(press("Done"), gone("dialog"), says("3 tokens, 3 active"),
		choose("Ada"), says("1 token chosen"), choose("Press"), says("2 tokens chosen"),
		press("Set limit"), says("2 tokens: "), enter("#limit", "9"), press("Save"), says("Limit saved of 2 tokens"),
		says("0 of 9 used"), says("0 of 3 used"),
		choose("Board"), press("Choose all shown"), says("3 tokens chosen"), press("Choose none"),
		choose("Ada"), choose("Board"), press("Revoke"), says("can no longer send"), press("Revoke"),
		says("2 tokens revoked"), says("3 tokens, 1 active"))
	all, err = tokens.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, tok := range all {
		active := tok.Metadata["note"] == "Press"
		if (tok.Status == send.TokenActive) != active || (tok.UsageLimit == 3) != (tok.Metadata["note"] == "Board") {
			t.Errorf("%v is %s, of %d", tok.Metadata["note"], tok.Status, tok.UsageLimit)
		}
	}
	o.run(press("Several"), enter("#many", "4"), press("Make tokens"), says("4 tokens made"), press("Done"),
		says("7 tokens, 5 active"))
	// Those that share a note are told apart where transfers are.
	var two []string
	for range 2 {
		tok, err := tokens.Create(t.Context(), send.NewToken{Metadata: map[string]any{"note": "Open day"}})
		if err != nil {
			t.Fatal(err)
		}
		two = append(two, tokenID(t, tokens.Ledger, tok.Name)[:8])
	}
	for _, id := range two {
		o.run(press("Transfers"), until(`(label) => [...document.querySelectorAll("send-transfers option")]
			.some((o) => o.innerText === label)`, "Open day ("+id+"…)"))
	}
}

// What people sent is seen without names, and taken down with a reason that the trail keeps.
func TestATransferIsTakenDown(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, tokens, service := serveWithTrail(t)
	for _, note := range []string{"Press", "Board"} {
		made := send.NewToken{Name: note, CreatedBy: "test", Metadata: map[string]any{"note": note}}
		if _, err := tokens.Create(t.Context(), made); err != nil {
			t.Fatal(err)
		}
	}
	o.run(goTo(url), login(), says("2 tokens"), press("Transfers"), says("No transfers"))
	const id, other = "0123456789ab", "fedcba987654"
	sent(t, tokens, "Press", send.NewTransfer{ID: id, MaxDownloads: 3})
	sent(t, tokens, "Board", send.NewTransfer{ID: other})
	choose := func(selector, label string) step {
		return until(`(text) => {
			const [selector, label] = text.split("=");
			const select = document.querySelector(selector);
			const option = [...select.options].find((o) => o.text === label);
			if (!option) return false;
			select.value = option.value;
			return select.dispatchEvent(new Event("change"));
		}`, selector+"="+label)
	}
	o.run(press("Tokens"), press("Transfers"),
		says("2 transfers, 200 bytes sealed"), says("0 of 3 downloads"), says("Available"),
		choose("#transfer-token", "Board"), says("1 transfer, 100 bytes"), says(other),
		choose("#transfer-status", "Expired"), says("Nothing found"), press("Show all"), says("2 transfers"),
		enter("#transfer-id", id+kb.Enter), says("1 transfer"), says("with Press"),
		press("Details"), says("Size, sealed"), says("What happened"), press("Done"),
		press("Take down"), focused(`dialog button[type="button"]`), press("Take down"), says("Say why"),
		enter("#reason", "Malware, reported"), press("Take down"), says("Taken down; its bytes go with the next sweep"),
		gone("dialog"),
		until(`(text) => document.querySelector("li.transfer .pill").textContent === text`, "Taken down"),
		until(`(text) => ![...document.querySelectorAll("li.transfer button")].some((b) => b.innerText.startsWith(text))`,
			"Take down"))
	service.Flush()
	o.run(press("Details"), says("Transfer taken down"), says("Malware, reported"), press("Done"),
		press("Audit"), says("Transfer taken down"), says("Malware, reported"))
	tr, err := (&send.Transfers{Ledger: tokens.Ledger, Now: time.Now}).Info(t.Context(), id)
	if err != nil || !tr.TakenDown {
		t.Errorf("it stands as %+v, %v", tr, err)
	}
}

func TestSearchAndOrder(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, tokens := serve(t)
	for i := range 150 {
		note := map[string]any{"note": fmt.Sprintf("Desk %03d", i)}
		if _, err := tokens.Create(t.Context(), send.NewToken{UsageLimit: 1, CreatedBy: "test", Metadata: note}); err != nil {
			t.Fatal(err)
		}
	}
	note := map[string]any{"note": `<img src=x onerror="window.hacked=1">`}
	if _, err := tokens.Create(t.Context(), send.NewToken{CreatedBy: "test", Metadata: note}); err != nil {
		t.Fatal(err)
	}
	rows := func(want int) {
		t.Helper()
		if n := o.number(`document.querySelectorAll("li.token").length`); n != want {
			t.Errorf("%d rows, want %d", n, want)
		}
	}
	o.run(goTo(url), login(), says("151 tokens, 151 active"))
	rows(100)
	o.run(press("Show more"))
	rows(151)
	o.run(enter("#search", "desk 07"), says("10 of 151"))
	rows(10)
	o.run(enter("#search", "<img"), says(`<img src=x onerror="window.hacked=1">`),
		enter("#search", "nobody"), says("Nothing found"), press("Show all"), says("151 tokens, 151 active"),
		press("Revoked"), says("No revoked tokens"))
	o.keep("no revoked tokens")
	if o.number(`Number("hacked" in window)`) != 0 {
		t.Error("the note ran")
	}
}

// happened puts events into the trail: every kind with every outcome, and many
// of one.
func happened(t *testing.T, service *admin.Service) {
	t.Helper()
	var events []audit.Event
	put := func(e audit.Event) {
		e.Time = time.Now().Add(-time.Duration(len(events)+1) * time.Second)
		e.Client, e.Token = "dGhlIGNsaWVudA", send.TokenHash("token")
		events = append(events, e)
	}
	for _, kind := range audit.Kinds {
		for _, outcome := range audit.Outcomes {
			put(audit.Event{Kind: kind, Outcome: outcome, Transfer: "aabbccddeeff", Reason: "the reason why"})
		}
	}
	for i := range 50 {
		put(audit.Event{Kind: audit.TransferCreated, Outcome: audit.Success, Transfer: fmt.Sprintf("%012x", i)})
	}
	for batch := range slices.Chunk(events, audit.MaxBatch) {
		if err := service.Record(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
	}
}

// A flood is one row that says how many, and the page has the hash that an
// operator writes down.
func TestAFloodAndTheChain(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, _, service := serveWithTrail(t)
	flood := audit.Event{
		Time: time.Now().Add(-time.Minute), Last: time.Now().Add(-time.Second), Count: 1204,
		Kind: audit.TransferDeleted, Outcome: audit.Denied, Transfer: "aabbccddeeff", Client: "dGhlIGNsaWVudA", Reason: "no",
	}
	if err := service.Record(t.Context(), []audit.Event{flood}); err != nil {
		t.Fatal(err)
	}
	o.run(goTo(url), login(), press("Audit"), says("1,204 times between"),
		says("sgsend audit verify FILE --head HASH"), says("Batch "))
	if n := o.number(`document.querySelector(".chain code").textContent.length`); n != 64 {
		t.Errorf("the hash has %d characters", n)
	}
	batches := o.number(`(() => {
		const request = new XMLHttpRequest();
		request.open("GET", document.querySelector(".chain a").href, false);
		request.send();
		return request.responseText.split("\n").filter((line) => line.includes('"chain":1')).length;
	})()`)
	if batches < 1 {
		t.Errorf("the chain has %d batches", batches)
	}
}

func TestTheTrail(t *testing.T) {
	t.Parallel()
	o := open(t)
	url, tokens, service := serveWithTrail(t)
	note := map[string]any{"note": "Press team"}
	if _, err := tokens.Create(t.Context(), send.NewToken{Name: "token", CreatedBy: "test", Metadata: note}); err != nil {
		t.Fatal(err)
	}
	rows := func(want int) {
		t.Helper()
		if n := o.number(`document.querySelectorAll(".events tbody tr").length`); n != want {
			t.Errorf("%d rows, want %d", n, want)
		}
	}
	pick := func(selector, value string) step {
		return until(fmt.Sprintf(`(value) => {
			const select = document.querySelector(%q);
			if (!select) return false;
			select.value = value;
			select.dispatchEvent(new Event("change"));
			return select.value === value;
		}`, selector), value)
	}
	o.run(goTo(url), login(), press("Audit"),
		pick("#audit-outcome", "failure"), says("Nothing happened"))
	happened(t, service)
	service.Flush() // this login
	o.run(pick("#audit-outcome", ""), press("7 days"), says("50 or more events"), says("Press team"))
	rows(50)
	// turned turns the pages of so many events, of which the first is there.
	turned := func(events int) {
		t.Helper()
		for shown := 50; shown < events; shown += 50 {
			said := fmt.Sprintf("%d events", events)
			if shown+50 < events {
				said = fmt.Sprintf("%d or more events", shown+50)
			}
			o.run(press("Show more"), says(said))
		}
	}
	kinds := len(audit.Kinds)
	about := kinds * len(audit.Outcomes) // the one transfer
	all := about + 50 + 1                // others, and this login
	turned(all)
	rows(all)
	o.run(pick("#audit-outcome", "denied"), says(fmt.Sprintf("%d events", kinds)),
		pick("#audit-event", "transfer_deleted"), says("1 event"), says("the reason why"),
		pick("#audit-outcome", ""), says("3 events"), pick("#audit-event", ""), says("50 or more"),
		enter("#audit-id", "00000000000a"), keys(kb.Enter), says("1 event"),
		enter("#audit-id", "no id"), keys(kb.Enter), says("token must be the ID of one"),
		enter("#audit-id", tokenID(t, tokens.Ledger, "token")[:9]), keys(kb.Enter), says("50 or more"),
		// From the press on nothing can be added to what was shown before.
		until(`() => {
			document.querySelector('button[title="Transfer aabbccddeeff"]').click();
			return document.querySelector("send-audit .below button").disabled;
		}`, ""),
		until(`() => !document.querySelector('button[title="Transfer 000000000000"]')`, ""), says("50 or more events"))
	turned(about)
	exported := o.number(`(() => {
		const request = new XMLHttpRequest();
		request.open("GET", document.querySelector("a.button").href, false);
		request.send();
		if (request.status !== 200) return -request.status;
		const lines = request.responseText.trim().split("\n");
		return lines.filter((line) => JSON.parse(line).transfer === "aabbccddeeff").length;
	})()`)
	if exported != about {
		t.Errorf("the download has %d lines of the transfer, want %d", exported, about)
	}
}

// Nothing is wider than its window: of phones, of tablets and narrow windows, and of one of 1,280 pixels at 200 %. And
// everybody can read and use it, in each colour scheme.
func TestEveryView(t *testing.T) {
	t.Parallel()
	o := open(t)
	on := &aws{}
	on.part.Store(true)
	on.apart.Store(true)
	url, tokens, service := serveWithTrail(t, on.tells, func(s *admin.Settings) {
		s.PublicURL, s.WebhookURL = "https://send.example.org", "https://"+strings.Repeat("a-long-name.", 20)+"example.org"
		s.WebhookEvents = settings.WebhookTypes
	})
	happened(t, service)
	const long = "a-token-of-the-longest"
	for _, n := range []send.NewToken{
		{Name: long, CreatedBy: "console", Metadata: map[string]any{"note": strings.Repeat("long", 30)}},
		{CreatedBy: strings.Repeat("operator", 10), Name: strings.Repeat("n", 128), UsageLimit: 1_000_000_000},
	} {
		if _, err := tokens.Create(t.Context(), n); err != nil {
			t.Fatal(err)
		}
	}
	sent(t, tokens, long, send.NewTransfer{ID: "0123456789ab", MaxDownloads: 1_000_000_000})
	sent(t, tokens, long, send.NewTransfer{ID: "ab0123456789"})
	widths := []int64{320, 390, 640, 700, 720, 740, 768, 800, 820, 1024, 1150, 1280, 1440}
	// right looks at every element: what a row cuts off makes the page no wider.
	right := func(what string) {
		t.Helper()
		for _, width := range widths {
			o.number(`(scrollTo(0, 0), 0)`) // where nothing is half behind the head
			o.run(seen(engine.Screen{Width: width, Height: 640}))
			edge := o.number(`Math.ceil(Math.max(document.documentElement.scrollWidth,
				...[...document.querySelectorAll("body *:not(.segments *)")]
				.filter((e) => e.checkVisibility()).map((e) => e.getBoundingClientRect().right)))`)
			if edge > int(width) {
				t.Errorf("at %d %s is %d pixels too wide", width, what, edge-int(width))
			}
			if slices.Contains([]int64{320, 390, 768, 1440}, width) {
				o.breaks(fmt.Sprintf("%s, at %d", what, width), axe.Everything(t))
			}
		}
		if slices.Contains(inBoth(), true) {
			o.run(seen(engine.Screen{Width: 1440, Height: 640, Dark: true}))
			o.breaks(what+", dark", axe.Colours(t))
		}
		o.keep(what)
	}
	o.run(seen(engine.Screen{Width: widths[0], Height: 640}), goTo(url), visible("#login-key"))
	right("the login")
	o.run(login(), says("2 tokens, 2 active"), click(`li:first-child .reveal`))
	right("the list")
	o.run(press("Invite"), visible("dialog .qr svg"))
	right("the invitation")
	o.run(press("Done"), press("New token"))
	right("the form")
	o.run(press("Cancel"), press("Several"))
	right("the form of several")
	o.run(press("Cancel"), click(`li:first-child .choose`), says("1 token chosen"))
	right("what is chosen")
	o.run(press("Revoke"), says("can no longer send"))
	right("revoking")
	o.run(press("Cancel"), press("Choose none"), press("Transfers"), says("2 transfers"))
	right("the transfers")
	o.run(press("Details"), says("What happened"), says("The audit trail has nothing"))
	right("a transfer")
	o.run(press("Done"), press("Take down"), says("This cannot be undone"))
	right("taking down")
	o.run(press("Cancel"), press("Pulse"), says("The last hour"))
	right("the pulse")
	for _, span := range []struct{ name, says string }{
		{"Day", "The last 24 hours"}, {"Week", "The last 7 days"}, {"Month", "The last 30 days"},
	} {
		o.run(press(span.name), says(span.says))
		right("the pulse of a " + span.name)
	}
	o.run(click("send-pulse summary"), says("Day (UTC)"))
	right("the pulse as a table")
	o.run(press("Audit"), says("events, the newest first"))
	right("the trail")
	anotherLogin(t, url)
	o.run(press("System"), says("User service"), says("Yours and 1 other"), says("2 sound"), says("is told of"),
		click(".alarms summary"))
	right("the system")
	o.run(press("URL and secret"), says("whsec_"))
	right("the secret of the webhook")
	o.run(press("Done"))
	o.run(press("End all others"), says("Everybody but you"))
	right("the question")
}

// breaks says which rules the page breaks, as it is once nothing is on its way to a colour.
func (o *operator) breaks(what, rules string) {
	o.t.Helper()
	o.run(until(`() => {
		const going = document.getAnimations().filter((animation) => animation instanceof CSSTransition);
		for (const transition of going) transition.finish();
		return !going.length;
	}`, "what moves"))
	for _, failure := range evaluate[[]string](o, rules) {
		o.t.Errorf("%s: %s", what, failure)
	}
}
