package pipelines

import (
	"fmt"
	"net/http"
	"slices"
	"strconv"
)

// issue is an issue, or a pull request.
type issue struct {
	number             int
	title, body, state string
	author             string
	pull               bool
	branch             string // of a pull request
	fork               bool   // in which that is
	happened           []object
	labels             []string
	comments           []*comment
}

// comment is one on an issue.
type comment struct {
	id           int
	author, body string
}

// bot is who jobs are.
const bot = "github-actions[bot]"

func (i *issue) told(g *gitHub, r *repository) object {
	labels := []object{}
	for _, name := range i.labels {
		labels = append(labels, object{"name": name})
	}
	answer := object{
		"number": i.number, "id": i.number, "title": i.title, "body": i.body, "state": i.state, "labels": labels,
		"user": object{"login": i.author}, "html_url": fmt.Sprintf("%s/%s/issues/%d", g.url, r.full, i.number),
	}
	if i.pull {
		answer["pull_request"] = object{}
	}
	return answer
}

func (c *comment) told() object {
	return object{"id": c.id, "body": c.body, "user": object{"login": c.author}, "html_url": fmt.Sprint("#", c.id)}
}

// issue answers the issue that a call is about, if its token may do that: a pull
// request has a permission of its own.
func (c call) issue(access string) (*issue, error) {
	for _, i := range c.repository.issues {
		if strconv.Itoa(i.number) != c.PathValue("number") {
			continue
		}
		permission := "issues"
		if i.pull {
			permission = "pull-requests"
		}
		if !c.may(permission, access) && !c.may("issues", access) {
			return nil, refuse(http.StatusForbidden, "Resource not accessible by integration: %s: %s", permission, access)
		}
		return i, nil
	}
	return nil, refuse(http.StatusNotFound, "Not Found")
}

// issuesAPI answers for issues, pull requests, their comments and labels.
func (g *gitHub) issuesAPI(mux *http.ServeMux) {
	g.api(mux, "GET issues", "issues", "read", func(c call) (any, error) {
		found := []object{}
		for _, i := range c.repository.issues {
			state, creator := c.FormValue("state"), c.FormValue("creator")
			if (state == "all" || state == i.state || state == "" && i.state == "open") &&
				(creator == "" || creator == i.author) {
				found = append(found, i.told(g, c.repository))
			}
		}
		return paged(c, found), nil
	})
	g.api(mux, "POST issues", "issues", "write", func(c call) (any, error) {
		var in struct{ Title, Body string }
		if err := c.in(&in); err != nil {
			return nil, err
		}
		i := &issue{number: c.repository.id(), title: in.Title, body: in.Body, state: "open", author: bot}
		c.repository.issues = append(c.repository.issues, i)
		return i.told(g, c.repository), nil
	})
	g.api(mux, "PATCH issues/{number}", "", "", func(c call) (any, error) {
		i, err := c.issue("write")
		if err != nil {
			return nil, err
		}
		var in struct{ Title, Body, State *string }
		if err := c.in(&in); err != nil {
			return nil, err
		}
		set(&i.title, in.Title)
		set(&i.body, in.Body)
		set(&i.state, in.State)
		return i.told(g, c.repository), nil
	})
	g.api(mux, "GET issues/{number}/comments", "", "", func(c call) (any, error) {
		i, err := c.issue("read")
		if err != nil {
			return nil, err
		}
		all := []object{}
		for _, comment := range i.comments {
			all = append(all, comment.told())
		}
		return paged(c, all), nil
	})
	g.api(mux, "POST issues/{number}/comments", "", "", func(c call) (any, error) {
		i, err := c.issue("write")
		if err != nil {
			return nil, err
		}
		said := &comment{id: c.repository.id(), author: bot}
		i.comments = append(i.comments, said)
		err = c.body(said)
		return said.told(), err
	})
	g.api(mux, "PATCH issues/comments/{id}", "", "", func(c call) (any, error) {
		for _, i := range c.repository.issues {
			for _, said := range i.comments {
				if strconv.Itoa(said.id) == c.PathValue("id") {
					c.SetPathValue("number", strconv.Itoa(i.number))
					if _, err := c.issue("write"); err != nil {
						return nil, err
					}
					err := c.body(said)
					return said.told(), err
				}
			}
		}
		return nil, refuse(http.StatusNotFound, "Not Found")
	})
	g.api(mux, "DELETE issues/{number}/labels/{label}", "", "", func(c call) (any, error) {
		i, err := c.issue("write")
		if err != nil {
			return nil, err
		}
		if !slices.Contains(i.labels, c.PathValue("label")) {
			return nil, refuse(http.StatusNotFound, "Label does not exist")
		}
		i.labels = slices.DeleteFunc(i.labels, func(name string) bool { return name == c.PathValue("label") })
		return []object{}, nil
	})
}

func (c call) body(said *comment) error {
	var in struct{ Body string }
	err := c.in(&in)
	said.body = in.Body
	return err
}
