package pipelines

import (
	"io"
	"net/http"
	"slices"
	"strconv"
)

// release is one of a repository's.
type release struct {
	id                int
	tag, name, body   string
	draft, prerelease bool
	assets            []*asset
}

// asset is a file of a release.
type asset struct {
	id      int
	name    string
	content []byte
}

func (r *release) told() object {
	assets := []object{}
	for _, a := range r.assets {
		assets = append(assets, object{"id": a.id, "name": a.name, "size": len(a.content)})
	}
	return object{
		"id": r.id, "tag_name": r.tag, "name": r.name, "body": r.body, "draft": r.draft, "prerelease": r.prerelease,
		"assets": assets,
	}
}

// take writes what is asked for into a release.
func (r *release) take(c call) error {
	var in struct {
		TagName           *string `json:"tag_name"`
		Name, Body        *string
		Draft, Prerelease *bool
	}
	if err := c.in(&in); err != nil {
		return err
	}
	set(&r.tag, in.TagName)
	set(&r.name, in.Name)
	set(&r.body, in.Body)
	set(&r.draft, in.Draft)
	set(&r.prerelease, in.Prerelease)
	return nil
}

func set[T any](field *T, value *T) {
	if value != nil {
		*field = *value
	}
}

// releasesAPI answers for releases and their files.
func (g *gitHub) releasesAPI(mux *http.ServeMux) {
	find := func(c call) (*release, error) {
		id, _ := strconv.Atoi(c.PathValue("id"))
		i := slices.IndexFunc(c.repository.releases, func(r *release) bool { return r.id == id })
		if i < 0 {
			return nil, refuse(http.StatusNotFound, "Not Found")
		}
		return c.repository.releases[i], nil
	}
	g.api(mux, "GET releases", "contents", "read", func(c call) (any, error) {
		all := []object{}
		for _, r := range c.repository.releases {
			if !r.draft || c.may("contents", "write") { // drafts are for those who may change them
				all = append(all, r.told())
			}
		}
		return paged(c, all), nil
	})
	g.api(mux, "POST releases", "contents", "write", func(c call) (any, error) {
		r := &release{id: c.repository.id()}
		if err := r.take(c); err != nil {
			return nil, err
		}
		c.repository.releases = append(c.repository.releases, r)
		return r.told(), nil
	})
	g.api(mux, "PATCH releases/{id}", "contents", "write", func(c call) (any, error) {
		r, err := find(c)
		if err == nil {
			err = r.take(c)
		}
		if err != nil {
			return nil, err
		}
		return r.told(), nil
	})
	g.api(mux, "DELETE releases/{id}", "contents", "write", func(c call) (any, error) {
		r, err := find(c)
		c.repository.releases = slices.DeleteFunc(c.repository.releases, func(o *release) bool { return o == r })
		return object{}, err
	})
	g.api(mux, "POST releases/{id}/assets", "contents", "write", func(c call) (any, error) {
		r, err := find(c)
		if err != nil {
			return nil, err
		}
		content, err := io.ReadAll(c.Body)
		if err != nil {
			return nil, refuse(http.StatusBadRequest, "%v", err)
		}
		r.assets = append(r.assets, &asset{c.repository.id(), c.FormValue("name"), content})
		return object{}, nil
	})
	g.api(mux, "GET releases/assets/{id}", "contents", "read", func(c call) (any, error) {
		for _, r := range c.repository.releases {
			for _, a := range r.assets {
				if strconv.Itoa(a.id) == c.PathValue("id") {
					return a.content, nil
				}
			}
		}
		return nil, refuse(http.StatusNotFound, "Not Found")
	})
}

// release answers the one of a version, nil if there is none.
func (r *repository) release(version string) *release {
	r.github.mu.Lock()
	defer r.github.mu.Unlock()
	for _, release := range r.releases {
		if release.tag == version {
			return release
		}
	}
	return nil
}
