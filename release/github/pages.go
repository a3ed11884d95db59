package github

import "context"

// Pages answers where GitHub Pages shows the site that a workflow of the repository
// publishes, such as "https://owner.github.io/name/"; or why it shows none.
func (c Client) Pages(ctx context.Context) (address, why string, err error) {
	var pages struct {
		HTMLURL   string `json:"html_url"`
		BuildType string `json:"build_type"`
	}
	err = c.Get(ctx, "pages", &pages)
	switch {
	case NotFound(err):
		return "", "the repository has no GitHub Pages", nil
	case err != nil:
		return "", "", err
	case pages.BuildType != "workflow":
		return "", "GitHub Pages shows what is in a branch", nil
	}
	return pages.HTMLURL, "", nil
}
