package smoke

import (
	"context"
	"fmt"
	"mime"
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"sgraph.ai/send/shared/wire"
)

func (r *run) health(ctx context.Context, origin string) (string, error) {
	var says wire.HealthReply
	if err := r.told(ctx, origin+wire.Health.To(), &says); err != nil {
		return "", err
	}
	if says.Status != wire.OK {
		return "", fmt.Errorf("it says %q, not %s", says.Status, wire.OK)
	}
	return wire.OK, nil
}

// ready asks whether what the service stands on is there.
func (r *run) ready(ctx context.Context, origin string) (string, error) {
	var says wire.ReadyReply
	if err := r.told(ctx, origin+wire.Ready.To(), &says); err != nil {
		return "", err
	}
	if says.Status != wire.OK {
		return "", fmt.Errorf("it says %q, not %s", says.Status, wire.OK)
	}
	return "ledger " + says.Ledger + ", store " + says.Store + ", disk " + says.Disk + ", secrets " + says.Secrets, nil
}

func (r *run) version(ctx context.Context, origin string, headers ...string) (string, error) {
	var says wire.VersionReply
	if err := r.told(ctx, origin+wire.Version.To(), &says, headers...); err != nil {
		return "", err
	}
	if says.Version == "" || r.Version != "" && says.Version != r.Version {
		return says.Version, fmt.Errorf("version %q runs, not %q", says.Version, r.Version)
	}
	return says.Version, nil
}

func (r *run) userVersion(ctx context.Context) (string, error) {
	v, err := r.version(ctx, r.User)
	r.runs = v
	return v, err
}

// page is a page that was fetched.
type page struct {
	url string
	*answer
}

// fetchPage fetches a page that belongs to people.
func (r *run) fetchPage(ctx context.Context, address string) error {
	a, err := r.get(ctx, address)
	if err != nil {
		return err
	}
	if err := want(a, http.StatusOK); err != nil {
		return err
	}
	if kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type")); kind != "text/html" {
		return fmt.Errorf("%s is %q, not a page", a.what, a.header.Get("Content-Type"))
	}
	if !strings.Contains(string(a.body), "SGraph Send") {
		return fmt.Errorf("%s is not a page of this service", a.what)
	}
	r.pages = append(r.pages, page{address, a})
	return nil
}

func (r *run) userPages(ctx context.Context) (string, error) {
	links := wire.ReceivePage.Paths
	// The last is the address in links of the first version.
	paths := []string{wire.SendPage.Path(), wire.ReceivePage.Path(), wire.HowPage.Path(), links[len(links)-1]}
	for _, path := range paths {
		if err := r.fetchPage(ctx, r.User+path); err != nil {
			return "", err
		}
	}
	return fmt.Sprintf("%d pages", len(paths)), nil
}

func (r *run) adminConsole(ctx context.Context) (string, error) {
	a, err := r.get(ctx, r.Admin+wire.OldConsole.Path())
	if err != nil {
		return "", err
	}
	if err := want(a, http.StatusTemporaryRedirect); err != nil {
		return "", err
	}
	if to := a.header.Get("Location"); to != wire.Console.Path() {
		return "", fmt.Errorf("%s leads to %q, not to %s", a.what, to, wire.Console.Path())
	}
	pages := len(r.pages)
	if err := r.fetchPage(ctx, r.Admin+wire.Console.Path()); err != nil {
		return "", err
	}
	found, err := r.fetchAssets(ctx, r.pages[pages:])
	return fmt.Sprintf("page and %d assets", found), err
}

func (r *run) adminHealth(ctx context.Context) (string, error) { return r.health(ctx, r.Admin) }

var (
	reference = regexp.MustCompile(`<(?:script|link)\b[^>]*?\b(?:src|href)="([^"]+)"`)
	// kinds are the types that assets must be served as: under nosniff a browser
	// runs no script of another.
	kinds = map[string]string{
		".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml", ".webmanifest": "application/manifest+json",
	}
)

func (r *run) assets(ctx context.Context) (string, error) {
	if len(r.pages) == 0 {
		return "", skip("no page to take them from")
	}
	found, err := r.fetchAssets(ctx, r.pages)
	return fmt.Sprintf("%d assets", found), err
}

// fetchAssets fetches all that pages refer to. It must come from the service
// itself.
func (r *run) fetchAssets(ctx context.Context, pages []page) (int, error) {
	seen := map[string]bool{}
	for _, p := range pages {
		base, err := url.Parse(p.url)
		if err != nil {
			return 0, err
		}
		for _, m := range reference.FindAllStringSubmatch(string(p.body), -1) {
			to, err := base.Parse(m[1])
			if err != nil || to.Host != base.Host {
				return 0, fmt.Errorf("%s refers to %s, which is elsewhere", p.what, m[1])
			}
			if seen[to.String()] {
				continue
			}
			seen[to.String()] = true
			a, err := r.get(ctx, to.String())
			if err != nil {
				return 0, err
			}
			if err := want(a, http.StatusOK); err != nil {
				return 0, err
			}
			kind, _, _ := mime.ParseMediaType(a.header.Get("Content-Type"))
			for suffix, expected := range kinds {
				if strings.HasSuffix(to.Path, suffix) && kind != expected {
					return 0, fmt.Errorf("%s is served as %q, not %s", to.Path, kind, expected)
				}
			}
			if len(a.body) == 0 {
				return 0, fmt.Errorf("%s is empty", to.Path)
			}
		}
	}
	if len(seen) == 0 {
		return 0, fmt.Errorf("the pages refer to no script and no style")
	}
	return len(seen), nil
}
