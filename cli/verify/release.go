package verify

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"slices"
	"strings"

	"sgraph.ai/send/cli/published"
)

// maxList is what a list may have, in bytes.
const maxList = 4 << 20

// ReadList reads the list of a release from a file.
func ReadList(name string) (List, error) {
	file, err := os.Open(name)
	if err != nil {
		return List{}, err
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxList+1))
	if err != nil {
		return List{}, err
	}
	l, err := parse(text)
	if err != nil {
		return List{}, fmt.Errorf("reading %s: %w", name, err)
	}
	return l, nil
}

// release is what the name of one looks like.
var release = regexp.MustCompile(`^v\d+\.\d+\.\d+$`)

// FetchList fetches the list of a version from where releases are: at the address are
// folders of files, each called as its version. The list is held against the release's
// own digests. That says nothing of who made either.
func FetchList(ctx context.Context, releases, version string) (List, error) {
	if !release.MatchString(version) {
		return List{}, fmt.Errorf("there is no release of %s", clean(version))
	}
	folder := strings.TrimSuffix(releases, "/") + "/" + version + "/"
	sums, err := published.Fetch(ctx, folder+published.SumsName, nil)
	if err != nil {
		return List{}, err
	}
	text, err := published.Fetch(ctx, folder+ListName, nil)
	if err != nil {
		return List{}, err
	}
	if published.Sums(sums)[ListName] != digest(text) {
		return List{}, fmt.Errorf("%s%s is not the file of which %s says what it is", folder, ListName, published.SumsName)
	}
	l, err := parse(text)
	if err != nil {
		return List{}, fmt.Errorf("reading %s%s: %w", folder, ListName, err)
	}
	return l, nil
}

var hexDigest = regexp.MustCompile(`^[0-9a-f]{64}$`)

// parse reads a list, and refuses what is none.
func parse(text []byte) (List, error) {
	if len(text) > maxList {
		return List{}, fmt.Errorf("it has more than %d bytes", maxList)
	}
	var l List
	if err := json.Unmarshal(text, &l); err != nil {
		return List{}, fmt.Errorf("it is no list of pages: %w", err)
	}
	if !claim.MatchString(l.Version) || len(l.User) == 0 || len(l.Admin) == 0 {
		return List{}, errors.New("it is no list of pages: it lacks a version, or the pages of a service")
	}
	for _, r := range slices.Concat(l.User, l.Admin) {
		if !strings.HasPrefix(r.Path, "/") || r.Size < 0 || r.Size > maxList || !hexDigest.MatchString(r.SHA256) {
			return List{}, fmt.Errorf("it is no list of pages: of %q it says too little", clean(r.Path))
		}
	}
	return l, nil
}
