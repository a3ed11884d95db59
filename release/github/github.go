// Package github speaks to GitHub's API about one repository. It keeps one comment
// and one issue up to date, instead of adding another each time: a hidden marker in
// the text finds them again.
package github

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Client speaks to one repository.
type Client struct {
	API   string // such as the value of GITHUB_API_URL
	Repo  string // owner/name
	Token string
	HTTP  *http.Client
}

// author is whose comments and issues are ours: a marker alone could be
// written by anyone.
const author = "github-actions[bot]"

type post struct {
	Number  int    `json:"number"`
	ID      int64  `json:"id"`
	Body    string `json:"body"`
	HTMLURL string `json:"html_url"`
	User    struct {
		Login string `json:"login"`
	} `json:"user"`
	PullRequest *struct{} `json:"pull_request"`
}

func mark(marker string) string { return "<!-- sgraph-send: " + marker + " -->" }

func (p post) is(marker string) bool {
	return p.User.Login == author && strings.HasPrefix(p.Body, mark(marker)) && p.PullRequest == nil
}

// Comment puts texts on a pull request, in place of what the marker put there
// before. It answers the comment's address.
func (c Client) Comment(ctx context.Context, pullRequest int, marker string, texts ...string) (string, error) {
	thread := fmt.Sprintf("issues/%d/comments", pullRequest)
	old, err := c.find(ctx, thread, marker, nil)
	if err != nil {
		return "", err
	}
	method, path := http.MethodPost, thread
	if old != nil {
		method, path = http.MethodPatch, fmt.Sprintf("issues/comments/%d", old.ID)
	}
	var now post
	err = c.call(ctx, method, path, map[string]any{"body": body(marker, texts)}, &now)
	return now.HTMLURL, err
}

// Append adds a text to what the marker put on a pull request, unless it is there
// already, or nothing was put there.
func (c Client) Append(ctx context.Context, pullRequest int, marker, text string) error {
	old, err := c.find(ctx, fmt.Sprintf("issues/%d/comments", pullRequest), marker, nil)
	if err != nil || old == nil || strings.Contains(old.Body, text) {
		return err
	}
	before := strings.TrimPrefix(old.Body, mark(marker)+"\n")
	return c.call(ctx, http.MethodPatch, fmt.Sprintf("issues/comments/%d", old.ID),
		map[string]any{"body": body(marker, []string{strings.TrimSpace(before) + "\n", text})}, nil)
}

// OpenIssue makes sure that one open issue says texts.
func (c Client) OpenIssue(ctx context.Context, marker, title string, texts ...string) (string, error) {
	old, err := c.openIssue(ctx, marker)
	if err != nil {
		return "", err
	}
	method, path, content := http.MethodPost, "issues", map[string]any{"title": title, "body": body(marker, texts)}
	if old != nil {
		method, path = http.MethodPatch, fmt.Sprintf("issues/%d", old.Number)
	}
	var now post
	err = c.call(ctx, method, path, content, &now)
	return now.HTMLURL, err
}

// CloseIssue closes the open issue, if there is one, with a last word.
func (c Client) CloseIssue(ctx context.Context, marker, lastWord string) (string, error) {
	old, err := c.openIssue(ctx, marker)
	if err != nil || old == nil {
		return "", err
	}
	comments := fmt.Sprintf("issues/%d/comments", old.Number)
	if err := c.call(ctx, http.MethodPost, comments, map[string]any{"body": lastWord}, nil); err != nil {
		return "", err
	}
	err = c.call(ctx, http.MethodPatch, fmt.Sprintf("issues/%d", old.Number),
		map[string]any{"state": "closed", "state_reason": "completed"}, nil)
	return old.HTMLURL, err
}

func (c Client) openIssue(ctx context.Context, marker string) (*post, error) {
	return c.find(ctx, "issues", marker, url.Values{"state": {"open"}, "creator": {author}})
}

// find looks through a list for the post that the marker names.
func (c Client) find(ctx context.Context, path, marker string, query url.Values) (*post, error) {
	for p, err := range List[post](ctx, c, path, query) {
		if err != nil {
			return nil, err
		}
		if p.is(marker) {
			return &p, nil
		}
	}
	return nil, nil
}

// Get reads what a path of the repository has into out.
func (c Client) Get(ctx context.Context, path string, out any) error {
	return c.call(ctx, http.MethodGet, path, nil, out)
}

// Delete takes away what a path of the repository has.
func (c Client) Delete(ctx context.Context, path string) error {
	return c.call(ctx, http.MethodDelete, path, nil, nil)
}

// List goes through all pages of a list; an error is its last value.
func List[T any](ctx context.Context, c Client, path string, query url.Values) iter.Seq2[T, error] {
	const perPage = 100
	query = maps.Clone(query)
	if query == nil {
		query = url.Values{}
	}
	query.Set("per_page", fmt.Sprint(perPage))
	return func(yield func(T, error) bool) {
		for page := 1; ; page++ {
			query.Set("page", fmt.Sprint(page))
			var values []T
			if err := c.Get(ctx, path+"?"+query.Encode(), &values); err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, v := range values {
				if !yield(v, nil) {
					return
				}
			}
			if len(values) < perPage {
				return
			}
		}
	}
}

// Refusal is an answer of GitHub's that is none.
type Refusal struct {
	Method, Path, Status string
	Code                 int
	Message              string
	Permissions          string // that would do, as GitHub names them, such as actions=read; "" if it does not say
}

func (r *Refusal) Error() string {
	return fmt.Sprintf("GitHub answered %s %s with %s: %s", r.Method, r.Path, r.Status, r.Message)
}

// NotFound says whether GitHub answered that what was asked for is not there.
func NotFound(err error) bool {
	refusal, is := errors.AsType[*Refusal](err)
	return is && refusal.Code == http.StatusNotFound
}

func (c Client) call(ctx context.Context, method, path string, in, out any) error {
	content, err := json.Marshal(in)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, method, c.API+"/repos/"+c.Repo+"/"+path, bytes.NewReader(content))
	if err != nil {
		return err
	}
	req.Header.Set("Accept", "application/vnd.github+json")
	req.Header.Set("Authorization", "Bearer "+c.Token)
	resp, err := c.HTTP.Do(req)
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(resp.Body, 32<<20))
	if err != nil {
		return err
	}
	if resp.StatusCode/100 != 2 {
		where, _, _ := strings.Cut(path, "?")
		return &Refusal{
			Method: method, Path: where, Status: resp.Status, Code: resp.StatusCode,
			Message:     string(bytes.TrimSpace(answer[:min(len(answer), 300)])),
			Permissions: resp.Header.Get("X-Accepted-GitHub-Permissions"),
		}
	}
	if out == nil {
		return nil
	}
	return json.Unmarshal(answer, out)
}
