package github

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"unicode/utf8"
)

// fake is as much of GitHub as the client speaks to.
type fake struct {
	mu       sync.Mutex
	comments []post
	issues   []post
	closed   map[int]bool
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.Header.Get("Authorization") != "Bearer secret" {
		http.Error(w, `{"message":"Bad credentials"}`, http.StatusUnauthorized)
		return
	}
	path := strings.TrimPrefix(r.URL.Path, "/repos/owner/name/")
	var in struct{ Title, Body, State string }
	json.NewDecoder(r.Body).Decode(&in)
	var number int
	var id int64
	switch {
	case r.Method == http.MethodGet && path == "issues":
		var open []post
		for _, p := range f.issues {
			if !f.closed[p.Number] {
				open = append(open, p)
			}
		}
		reply(w, page(r, open))
	case r.Method == http.MethodGet:
		reply(w, page(r, f.comments))
	case r.Method == http.MethodPost && path == "issues":
		f.issues = append(f.issues, own(len(f.issues)+1, in.Body))
		reply(w, f.issues[len(f.issues)-1])
	case r.Method == http.MethodPost:
		f.comments = append(f.comments, own(len(f.comments)+1, in.Body))
		reply(w, f.comments[len(f.comments)-1])
	case scan(path, "issues/comments/%d", &id):
		f.comments[id-1].Body = in.Body
		reply(w, f.comments[id-1])
	case scan(path, "issues/%d", &number):
		if in.State == "closed" {
			f.closed[number] = true
		} else {
			f.issues[number-1].Body = in.Body
		}
		reply(w, f.issues[number-1])
	default:
		http.NotFound(w, r)
	}
}

func scan(path, form string, into any) bool {
	n, err := fmt.Sscanf(path, form, into)
	return n == 1 && err == nil
}

func page(r *http.Request, all []post) []post {
	var number, size int
	fmt.Sscan(r.URL.Query().Get("page"), &number)
	fmt.Sscan(r.URL.Query().Get("per_page"), &size)
	from := min((number-1)*size, len(all))
	return append([]post{}, all[from:min(from+size, len(all))]...)
}

func own(n int, body string) post {
	p := post{Number: n, ID: int64(n), Body: body, HTMLURL: fmt.Sprintf("https://example.org/%d", n)}
	p.User.Login = author
	return p
}

func reply(w http.ResponseWriter, v any) { json.NewEncoder(w).Encode(v) }

func start(t *testing.T) (*fake, Client) {
	t.Helper()
	f := &fake{closed: map[int]bool{}}
	server := httptest.NewServer(f)
	t.Cleanup(server.Close)
	return f, Client{API: server.URL, Repo: "owner/name", Token: "secret", HTTP: server.Client()}
}

func TestOneCommentUpdatedInPlace(t *testing.T) {
	t.Parallel()
	f, c := start(t)
	// More than a page of other people's words, one of whom writes the marker.
	for i := range 130 {
		p := own(i+1, "something else")
		if i == 3 {
			p.Body, p.User.Login = mark("preview")+"\nfake", "somebody"
		}
		f.comments = append(f.comments, p)
	}
	for _, text := range []string{"first", "second"} {
		if _, err := c.Comment(t.Context(), 7, "preview", text); err != nil {
			t.Fatal(err)
		}
	}
	if len(f.comments) != 131 {
		t.Fatalf("%d comments, want one more than the 130", len(f.comments))
	}
	if got := f.comments[130].Body; got != mark("preview")+"\nsecond" {
		t.Errorf("the comment says %q", got)
	}
	if got := f.comments[3].Body; got != mark("preview")+"\nfake" {
		t.Errorf("somebody else's comment was changed to %q", got)
	}
}

func TestOneIssueOpenedUpdatedClosedAndOpenedAnew(t *testing.T) {
	t.Parallel()
	f, c := start(t)
	must := func(_ string, err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	must(c.CloseIssue(t.Context(), "drift", "nothing was open"))
	must(c.OpenIssue(t.Context(), "drift", "Drift", "dev drifted"))
	must(c.OpenIssue(t.Context(), "drift", "Drift", "dev and qa drifted"))
	must(c.OpenIssue(t.Context(), "uptime", "Uptime", "another matter"))
	if len(f.issues) != 2 || !strings.HasSuffix(f.issues[0].Body, "dev and qa drifted") {
		t.Fatalf("the issues are %+v", f.issues)
	}
	must(c.CloseIssue(t.Context(), "drift", "gone"))
	if !f.closed[1] || f.closed[2] || len(f.comments) != 1 || f.comments[0].Body != "gone" {
		t.Errorf("closed: %v, comments: %+v", f.closed, f.comments)
	}
	must(c.OpenIssue(t.Context(), "drift", "Drift", "again"))
	if len(f.issues) != 3 {
		t.Errorf("%d issues: a closed one was written to", len(f.issues))
	}
}

func TestRefusalIsToldWithoutTheToken(t *testing.T) {
	t.Parallel()
	_, c := start(t)
	c.Token = "wrong-token"
	_, err := c.Comment(t.Context(), 1, "preview", "text")
	if err == nil || !strings.Contains(err.Error(), "Bad credentials") || strings.Contains(err.Error(), c.Token) {
		t.Errorf("got %v", err)
	}
}

// Of several reports the headlines and summaries all stay, and short ones whole:
// what goes are lines in the middle of long ones, within their fence.
func TestLongTextsAreShortenedEachInItsMiddle(t *testing.T) {
	t.Parallel()
	long := func(name string) string {
		return "### " + name + "\n````\n" + strings.Repeat("ä line of a diff\n", 6000) + "summary of " + name + "\n````\n"
	}
	got := body("preview", []string{long("dev"), "### qa\nno changes\n", long("prod")})
	if len(got) > maxBody+500 || len(got) < maxBody*9/10 || !utf8.ValidString(got) {
		t.Errorf("%d bytes, valid: %v", len(got), utf8.ValidString(got))
	}
	for _, want := range []string{
		"### dev\n", "summary of dev\n````\n", "### qa\nno changes\n", "### prod\n", "summary of prod\n````\n",
	} {
		if !strings.Contains(got, want) {
			t.Errorf("%q is left out", want)
		}
	}
	if n := strings.Count(got, "\n"+leftOut); n != 2 {
		t.Errorf("lines are left out in %d places, want in 2", n)
	}
	if n := strings.Count(got, "````"); n != 4 {
		t.Errorf("%d fences", n)
	}
	if got := body("preview", []string{strings.Repeat("ä", maxBody)}); len(got) > maxBody+500 || !utf8.ValidString(got) {
		t.Errorf("one line of %d bytes, valid: %v", len(got), utf8.ValidString(got))
	}
}
