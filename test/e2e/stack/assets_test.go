package stack

import (
	"bytes"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"sgraph.ai/send/cli/verify"
	"sgraph.ai/send/shared/test/asking"
	"sgraph.ai/send/shared/wire"
)

// browse opens the deployed pages, has another build of them deployed while they are
// open, and goes on with them: no page costs its function more than most requests to
// load, and nothing that it is made of costs any.
func browse(t *testing.T, fronts map[string]*front, aws simulation, deploy func()) {
	t.Helper()
	user, admin := fronts["user"], fronts["admin"]
	const token = "token-of-who-has-a-page-open"
	client{t: t, base: admin.url, header: http.Header{"X-Api-Key": {apiKey}}}.
		post("/tokens/create", map[string]any{"token_name": token, "usage_limit": 5}, nil)
	assets := func() []string { return slices.Concat(user.assets(t, "/"), admin.assets(t, "/admin/")) }
	of := func(asset string) *front {
		if strings.HasPrefix(asset, wire.ConsoleAssets) {
			return admin
		}
		return user
	}
	before := assets()
	for _, asset := range before {
		of(asset).isAsTheFunctionSays(t, asset)
	}

	user.cost()
	admin.cost()
	browser := open(t)
	early := browser.another()
	early.goTo(user.secure + "/")
	early.see("#token")
	user.costsLittle(t, "the page to send", 2)
	early.unlock(token)
	link := early.sendText("before the deploy")
	early.leave()
	user.cost()
	sender, recipient, operator := browser.another(), browser.another(), browser.another()
	sender.goTo(user.secure + "/")
	sender.unlock(token)
	user.cost()
	recipient.goTo(link)
	recipient.see(receiveIt)
	user.costsLittle(t, "the page to receive", 2)
	operator.goTo(admin.secure + "/admin/")
	operator.see("#login-key")
	admin.costsLittle(t, "the console", 3)
	operator.enter("#login-key", apiKey+kb.Enter)
	operator.says("New token")

	deploy()
	after := assets()
	for _, asset := range before {
		if slices.Contains(after, asset) {
			t.Fatalf("another build is made of %s, too", asset)
		}
	}
	user.cost()
	admin.cost()
	for _, asset := range slices.Concat(before, after) {
		if status, _, _ := of(asset).get(t, asset); status != http.StatusOK {
			t.Errorf("after the deploy %s answers %d", asset, status)
		}
	}
	if asked := slices.Concat(user.cost(), admin.cost()); len(asked) > 0 {
		t.Errorf("the functions were asked for %q", asked)
	}

	recipient.click(receiveIt)
	recipient.says("before the deploy")
	link = sender.sendText("after the deploy")
	sender.leave()
	user.cost()
	late := browser.another()
	late.goTo(link)
	late.see(receiveIt)
	user.costsLittle(t, "the page to receive, of another build,", 2)
	late.click(receiveIt)
	late.says("after the deploy")
	operator.press("New token")
	operator.enter("#note", "Made by a page that was open")
	operator.press("Make token")
	operator.says("The token is ready")
	for _, asked := range slices.Concat(user.cost(), admin.cost()) {
		if strings.HasPrefix(asked, wire.Assets) || strings.HasPrefix(asked, wire.ConsoleAssets) {
			t.Errorf("a function was asked for %s", asked)
		}
	}

	// A function that was put back to before there was a bucket: nobody shipped what
	// its pages are made of.
	lost := after[0]
	_, _, want := user.get(t, lost)
	if status, _ := aws.ask(t, "s3", http.MethodDelete, "/"+user.bucket+lost, "", ""); status/100 != 2 {
		t.Fatalf("S3 answers %d", status)
	}
	user.cost()
	status, _, got := user.get(t, lost)
	if asked := user.cost(); status != http.StatusOK || got != want || !slices.Equal(asked, []string{lost}) {
		t.Errorf("what the bucket has not is answered with %d, for which the function was asked for %q", status, asked)
	}
	if status, _, _ := user.get(t, wire.Assets+"0000000000000000/nobody.js"); status != http.StatusNotFound {
		t.Errorf("what nobody has is answered with %d", status)
	}
}

// areReleased holds what the fronts send to browsers against what the source has.
func areReleased(t *testing.T, fronts map[string]*front) {
	t.Helper()
	own, err := verify.Own()
	if err != nil {
		t.Fatal(err)
	}
	report := verify.Run(t.Context(), verify.Target{User: fronts["user"].url, Admin: fronts["admin"].url, List: own})
	report.Claim(own.Version, "the source")
	if report.Verdict != verify.Same {
		var said strings.Builder
		_ = report.Print(&said) // into memory
		t.Error(said.String())
	}
}

// What the pages are made of, for this test.
const (
	receiveIt = `form[data-view="ready"] [type="submit"]`
	linkInput = `sent-transfer > copy-field input`
)

func (p tab) unlock(token string) {
	p.t.Helper()
	p.enter("#token", token+kb.Tab)
	p.see(".token-state.good")
}

// sendText sends a text and answers its link.
func (p tab) sendText(text string) string {
	p.t.Helper()
	p.click("#tab-text")
	p.enter("#text", text)
	p.click(`form[data-view="compose"] [type="submit"]`)
	p.see(linkInput)
	return evaluate[string](p, "document.querySelector('"+linkInput+"').value")
}

// leave closes a tab: a page that has sent asks after that as long as it is open.
func (p tab) leave() {
	p.t.Helper()
	if err := chromedp.Cancel(p.ctx); err != nil {
		p.t.Fatal(err)
	}
}

// costsLittle says what loading a page has cost the function, which may be so many requests.
func (f *front) costsLittle(t *testing.T, page string, most int) {
	t.Helper()
	asked := f.cost()
	t.Logf("%s costs the function %q", page, asked)
	if len(asked) > most || len(asked) == 0 {
		t.Errorf("%s costs the function %d requests: %q", page, len(asked), asked)
	}
}

// get asks the front as a browser does.
func (f *front) get(t *testing.T, path string) (status int, header http.Header, body string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.url+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	return exchanged(t, request)
}

func exchanged(t *testing.T, request *http.Request) (status int, header http.Header, body string) {
	t.Helper()
	request.Header.Set("Accept-Encoding", "identity")
	response, err := asking.Client.Do(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return response.StatusCode, response.Header, string(text)
}

var onThisMachine = regexp.MustCompile(`http://127\.0\.0\.1:\d+`)

var named = regexp.MustCompile(`"(/[a-z/]*assets/[0-9a-f]{16}/)([^"#]+)`)

// assets are what a page names of what it is made of.
func (f *front) assets(t *testing.T, page string) (paths []string) {
	t.Helper()
	_, _, text := f.get(t, page)
	for _, m := range named.FindAllStringSubmatch(text, -1) {
		paths = append(paths, m[1]+m[2])
	}
	if len(paths) == 0 {
		t.Fatalf("%s names nothing that it is made of:\n%s", page, text)
	}
	slices.Sort(paths)
	return slices.Compact(paths)
}

// isAsTheFunctionSays compares an asset as the front has it of the bucket with what
// the function itself answers: byte for byte, and header by header.
func (f *front) isAsTheFunctionSays(t *testing.T, path string) {
	t.Helper()
	f.cost()
	status, got, content := f.get(t, path)
	if asked := f.cost(); status != http.StatusOK || len(asked) > 0 {
		t.Errorf("%s answers %d, for which the function was asked for %q", path, status, asked)
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, f.function.String()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	wire.OriginSecret.Set(request.Header, f.secret)
	status, want, served := exchanged(t, request)
	if status != http.StatusOK || content != served {
		t.Errorf("%s has %d bytes in the bucket, and %d of the function, which answers %d",
			path, len(content), len(served), status)
	}
	// What says when and by whom it was answered, and which of its forms it is.
	for _, name := range []string{
		"Date", "Server", wire.RequestID.Key(), "Etag", "Last-Modified", "Accept-Ranges", "Vary",
		"Access-Control-Allow-Origin", // the simulated S3 lets everybody read
	} {
		got.Del(name)
		want.Del(name)
	}
	maps.DeleteFunc(got, func(name string, _ []string) bool { return strings.HasPrefix(name, "X-Amz") })
	// The function was told that S3 is on this machine.
	want.Set(contentPolicy, onThisMachine.ReplaceAllString(want.Get(contentPolicy), f.transfers()))
	if !maps.EqualFunc(got, want, slices.Equal) {
		t.Errorf("%s comes with\n%q, the function sends it with\n%q", path, got, want)
	}
}

// anotherBuild alters the pages of both services in a checkout, as a change of their
// sources does.
func anotherBuild(t *testing.T, checkout string) {
	t.Helper()
	for _, service := range []string{"user", "admin"} {
		site := filepath.Join(checkout, "services", service, "site")
		folders, err := filepath.Glob(filepath.Join(site, "assets", "*"))
		if err != nil || len(folders) != 1 {
			t.Fatalf("the pages of %s are made of %v, %v", service, folders, err)
		}
		old, digest := filepath.Base(folders[0]), "feedfeedfeedfeed"
		if err := os.Rename(folders[0], filepath.Join(site, "assets", digest)); err != nil {
			t.Fatal(err)
		}
		change := func(pattern string, by func([]byte) []byte) {
			files, err := filepath.Glob(filepath.Join(site, pattern))
			for _, file := range files {
				text, readErr := os.ReadFile(file)
				if readErr == nil {
					readErr = os.WriteFile(file, by(text), 0o600)
				}
				if readErr != nil {
					t.Fatal(readErr)
				}
			}
			if err != nil || len(files) == 0 {
				t.Fatalf("there is no %s, %v", pattern, err)
			}
		}
		change("*.html", func(text []byte) []byte { return bytes.ReplaceAll(text, []byte(old), []byte(digest)) })
		change("assets/*/*.js", func(text []byte) []byte { return append(text, "\n// Another build.\n"...) })
	}
}
